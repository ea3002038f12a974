"""What all assets share: the workspace as a resource, the pool, retries, and errors that no retry can mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from orchestration.errors import TakeupError
from orchestration.workspace import Workspace

# What is left to retry is a busy file or disk: a minute is enough for either to pass.
RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
POOL = "warehouse"  # DuckDB has one writer: the pool's limit is 1 (dagster.yaml)
TEAM = "team:takeup"


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The workspace whose logs are read and whose figures are published."""

    root: str

    def open(self) -> Workspace:
        return Workspace.at(Path(self.root))


@contextmanager
def final_errors() -> Iterator[None]:
    """An error that takeup raises on purpose comes back on every attempt: fail the step at once, with its message."""
    try:
        yield
    except TakeupError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
