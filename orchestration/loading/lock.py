"""One writer at a time: a lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.errors import DataError
from orchestration.workspace import Workspace


@contextmanager
def writer_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's only writing place; DataError names the process that has it.

    The lock belongs to the open file: the system lets it go when the process ends, however it ends.
    """
    workspace.build.mkdir(parents=True, exist_ok=True)
    path = workspace.build / "writer.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise DataError(
                f"{workspace.warehouse}: process {holder} is writing to this workspace - wait until it has ended"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
