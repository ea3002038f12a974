"""Remember who was named: people in the vault, aliases of usage records beside the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from orchestration.loading.rows import RowMaker
from orchestration.loading.session import Session


def remember_named(session: Session, maker: RowMaker) -> None:
    """Take from `maker` whom its records named since the last call, in the caller's transaction."""
    named = maker.take_named()
    if named.people:
        session.vault.remember(named.people)
    _insert_pairs(session, "unresolved_namespace", list(named.namespaces.items()))
    _insert_pairs(session, "identity_link", sorted(named.links))


def _insert_pairs(session: Session, table: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    if pairs:
        first, second = zip(*pairs, strict=True)
        batch = pa.table({"first": first, "second": second})  # noqa: F841 - DuckDB finds it by its name
        session.connection.execute(f"insert or ignore into raw.{table} select * from batch")
