"""Remember who was named: people in the vault, aliases of usage records beside the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from orchestration.loading.rows import RowMaker
from orchestration.loading.session import Session
from orchestration.sources.records import Identity


def remember_named(session: Session, maker: RowMaker) -> None:
    """Take from `maker` whom its records named since the last call, in the caller's transaction."""
    named = maker.take_named()
    if named.people:
        session.vault.remember(named.people)
    if named.accounts and maker.tool_id:
        _keep_unknown(session, maker.tool_id, named.accounts)
    _insert_pairs(session, "unresolved_namespace", list(named.namespaces.items()))
    _insert_pairs(session, "identity_link", sorted(named.links))


def _keep_unknown(session: Session, tool_id: str, accounts: Mapping[tuple[int, ...], tuple[Identity, ...]]) -> None:
    """Seal the accounts that nobody has by the rosters read so far, so that their person can be suggested."""
    numbers = sorted({number for account in accounts for number in account})
    known = {
        number
        for (number,) in session.rows(
            "select distinct alias_no from raw.identity_alias where alias_no in (select unnest(?::bigint[]))", [numbers]
        )
    }
    unknown = {account[0]: names for account, names in accounts.items() if known.isdisjoint(account)}
    if unknown:
        session.vault.keep_unknown(tool_id, unknown, session.now.date())


def _insert_pairs(session: Session, table: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    if pairs:
        first, second = zip(*pairs, strict=True)
        batch = pa.table({"first": first, "second": second})  # noqa: F841 - DuckDB finds it by its name
        session.connection.execute(f"insert or ignore into raw.{table} select * from batch")
