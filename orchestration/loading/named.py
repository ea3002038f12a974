"""Remember who was named: people in the vault, aliases of usage records beside the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.loading.accounts import Account
from orchestration.loading.rows import RowMaker
from orchestration.loading.session import Session

_Numbers = npt.NDArray[np.int64]


def remember_named(session: Session, maker: RowMaker) -> None:
    """Take from `maker` whom its records named since the last call, in the caller's transaction."""
    named = maker.take_named()
    if named.people:
        session.vault.remember(named.people)
    if not named.accounts:
        return
    accounts = list(named.accounts.values())
    seen, links = aliases(accounts), linked(accounts)  # noqa: F841 - DuckDB finds them by their names
    session.connection.execute("insert or ignore into raw.unresolved_namespace select distinct * from seen")
    session.connection.execute("insert or ignore into raw.identity_link select distinct * from links")
    if maker.tool_id:
        _keep_unknown(session, maker.tool_id, [account for account in accounts if account.is_person])


def aliases(accounts: Iterable[Account]) -> pa.Table:
    """Every name of the accounts: its number, and of which namespace it is."""
    numbers, names = [np.empty(0, np.int64)], [pa.array([], pa.string())]
    for namespaces, columns in _by_namespaces(accounts):
        for namespace, column in zip(namespaces, columns, strict=True):
            numbers.append(column)
            names.append(pa.repeat(pa.scalar(namespace, pa.string()), len(column)))
    return pa.table({"alias_no": pa.array(np.concatenate(numbers)), "namespace": pa.concat_arrays(names)})


def linked(accounts: Iterable[Account]) -> pa.Table:
    """The first name of each account, beside each of its others."""
    pairs = [np.empty((2, 0), np.int64)]
    for _, (first, *others) in _by_namespaces(accounts):
        pairs += [np.stack((first, other)) for other in others]
    one, other = np.concatenate(pairs, axis=1)
    return pa.table({"alias_no": pa.array(one), "linked_alias_no": pa.array(other)})


def _by_namespaces(accounts: Iterable[Account]) -> list[tuple[tuple[str, ...], _Numbers]]:
    """Accounts whose names are of the same namespaces: a row of numbers for each of these."""
    found: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for account in accounts:
        found.setdefault(account.namespaces, []).append(account.numbers)
    return [(namespaces, np.array(numbers, np.int64).T) for namespaces, numbers in found.items()]


def _keep_unknown(session: Session, tool_id: str, accounts: Sequence[Account]) -> None:
    """Seal the accounts that nobody has by the rosters read so far, so that their person can be suggested."""
    places = np.repeat(np.arange(len(accounts)), [len(account.numbers) for account in accounts])
    numbers = np.fromiter((number for account in accounts for number in account.numbers), np.int64)
    given = pa.table({"place": pa.array(places), "alias_no": pa.array(numbers)})  # noqa: F841 - DuckDB finds it by its name
    known = session.connection.execute(
        "select distinct place from given where alias_no in (select alias_no from raw.identity_alias)"
    ).fetchall()
    unknown = set(range(len(accounts))).difference(place for (place,) in known)
    if unknown:
        session.vault.keep_unknown(
            tool_id, {accounts[place].numbers[0]: accounts[place].said for place in sorted(unknown)}, session.now.date()
        )
