"""Garbage is seldom looked for, and not at all when the process ends.

Dagster, dbt and the manifest are a million objects that stay. To look through them for garbage every 700 new ones takes
a sixth of the CPU of a small run, and to take them apart one by one, when the process ends anyway, another fifteenth.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (100_000, 50, 100)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Within the block a collection waits for 100,000 new objects."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Leaving:
    """Ends the process as soon as everything that is to be done at its end is done, and leaves the rest to the system.

    Made before anything else asks to be called at the end, so that it is called last. `code` is the exit code then.
    """

    def __init__(self) -> None:
        self.code = 0
        gc.set_threshold(*_SELDOM)
        atexit.register(self._leave)

    def _leave(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # its reader has gone, or it is closed
                stream.flush()
        os._exit(self.code)
