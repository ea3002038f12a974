"""A mapping that means something else than when files were read by it: they are read anew.

What the former mapping made of the files that lie there now is taken out, and the next load brings it back as the
present one has it. Records of files that have gone stay as they were read: nothing could bring them back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from orchestration.loading.datasets import Dataset, Row
from orchestration.loading.files import InboxFile, find_files, read_content
from orchestration.loading.named import linked
from orchestration.loading.rows import Origin, RowMaker
from orchestration.loading.session import Session
from orchestration.loading.source import Source
from orchestration.loading.touched import note_rows
from orchestration.registry.mappings import format_of_meaning
from orchestration.sources.records import Blank, Record, Reject

_AT_ONCE = 50_000
# Names of people that nothing speaks of any more; whoever still does has them in a row or in a link.
_FORGET_NAMES = """
    delete from raw.unresolved_namespace where alias_no in (select unnest(?::bigint[])) and alias_no not in (
        select alias_no from raw.usage_event where alias_no is not null
        union all select alias_no from raw.usage_aggregate where alias_no is not null
        union all select alias_no from raw.identity_link
        union all select linked_alias_no from raw.identity_link
        union all select alias_no from raw.training_completion
        union all select alias_no from raw.work_item where alias_no is not null
        union all select alias_no from raw.eligible
    )
"""


def forget_changed(session: Session, source: Source, path: str) -> None:
    """Make the loader read the files of `source` under `path` anew if its mapping has changed since it last did.

    All at once or not at all; a run that dies before it has read them finds them unread.
    """
    meaning = source.format.meaning
    former = session.value("select meaning from raw.source_meaning where source_id = ?", [source.source_id])
    if not meaning or meaning == former:
        return
    with session.transaction():
        if former is not None:
            _forget(session, Source(source.source_id, source.tool_id, format_of_meaning(former)), path)
        session.run("insert or replace into raw.source_meaning values (?, ?)", [source.source_id, meaning])


def _forget(session: Session, former: Source, path: str) -> None:
    loads = session.rows(
        "select load_id, fingerprint from raw.load where source_id = ? and status <> 'refused'", [former.source_id]
    )
    known = {fingerprint for _, fingerprint in loads}
    present = {
        fingerprint: file
        for file in (find_files(session.workspace.root, path) if known else ())
        if file.refusal is None and (fingerprint := read_content(file.path).fingerprint) in known
    }
    names = {number for file in present.values() for number in _take_out(session, former, file)}
    unread = [load_id for load_id, fingerprint in loads if fingerprint in present]
    for dataset in former.datasets:
        note_rows(session.connection, dataset, "load_id in (select unnest(?::bigint[]))", [unread])
    tables = [dataset.table for dataset in former.datasets]
    for table in (*tables, "raw.quarantine", "raw.load"):
        session.run(f"delete from {table} where load_id in (select unnest(?::bigint[]))", [unread])
    session.run("delete from raw.seen_file where source_id = ?", [former.source_id])
    session.run(_FORGET_NAMES, [sorted(names)])


def _take_out(session: Session, former: Source, file: InboxFile) -> set[int]:
    """Delete every row and link that `former` makes of the file, under whichever load it stands; who it names.

    A link goes even if another source makes it too: two people taken for one is worse than a name that is not known.
    """
    names: set[int] = set()
    origin = Origin(former.source_id, former.tool_id, 0, file.modified_at)
    maker = RowMaker(session.vault.pseudonymiser, origin, session.identity_columns())
    records = _records(session, former, file)
    while batch := list(islice(records, _AT_ONCE)):
        for dataset, chosen in former.by_dataset(batch):
            _delete(session, former.source_id, dataset, maker.rows(chosen))
        named = maker.take_named()
        names |= {number for account in named.accounts.values() for number in account.numbers}
        links = linked(named.accounts.values())  # noqa: F841 - DuckDB finds it by its name
        session.connection.execute(
            "delete from raw.identity_link using links where identity_link.alias_no = links.alias_no "
            "and identity_link.linked_alias_no = links.linked_alias_no"
        )
    return names


def _records(session: Session, former: Source, file: InboxFile) -> Iterator[Record]:
    for item in former.format.parse(file.path, now=session.now):
        if not isinstance(item, Reject | Blank):
            yield item


def _delete(session: Session, source_id: str, dataset: Dataset, rows: Sequence[Row]) -> None:
    """The stored rows with the keys of these; their lines count as superseded in their loads."""
    width = len(dataset.key)
    kinds = ("uuid",) if width == 1 else ("bigint", "ubigint")
    keys = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
    which = f"source_id = ? and ({', '.join(dataset.key)}) in (select {keys if width == 1 else f'({keys})'})"
    values = [source_id, *([row[place] for row in rows] for place in range(width))]
    note_rows(session.connection, dataset, which, values)
    gone = session.rows(f"delete from {dataset.table} where {which} returning load_id, lines", values)
    lines: Counter[int] = Counter()
    for load_id, count in gone:
        lines[load_id] += count
    for load_id, count in lines.items():
        session.run(
            "update raw.load set lines_loaded = lines_loaded - ?, lines_superseded = lines_superseded + ? "
            "where load_id = ?",
            [count, count, load_id],
        )
