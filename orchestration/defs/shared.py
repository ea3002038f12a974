"""What all assets share: the workspace as a resource, the pool, retries, and which errors are worth one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb

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
    """Only a busy file or disk is worth another attempt; anything else fails the step at once, with its message."""
    try:
        yield
    except (OSError, duckdb.Error):
        raise
    except TakeupError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    except Exception as error:
        raise dg.Failure(description=f"{type(error).__name__}: {error}", allow_retries=False) from error
