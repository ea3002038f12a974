"""The marts of the run under way, read from the warehouse's own session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.loading.session import Session


@contextmanager
def attached_marts(session: Session) -> Iterator[None]:
    """The marts of the run under way, as the database `marts`."""
    place = str(session.workspace.marts).replace("'", "''")
    session.run(f"attach '{place}' as marts (read_only)")
    try:
        yield
    finally:
        session.run("detach marts")
