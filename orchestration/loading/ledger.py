"""The books: what every source has brought, and whether the books agree with what is stored."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.errors import DataError
from orchestration.loading.datasets import DATASETS
from orchestration.loading.report import LoadReport
from orchestration.loading.session import Session
from orchestration.loading.touched import note_everything

_USAGE = "dataset in ('events', 'aggregates')"
# What trainings, work items and seats have linked stays with them: their files may be gone.
_FORGET_LINKS = """
    delete from raw.identity_link where alias_no not in (
        select alias_no from raw.training_completion
        union all select alias_no from raw.work_item
        union all select alias_no from raw.eligible
    )
"""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """All loads of one source. `report.files` counts file versions, refused ones too."""

    source_id: str
    tool_id: str | None
    dataset: str
    report: LoadReport
    refused: int


def ledger(session: Session, tool_id: str | None = None) -> list[LedgerLine]:
    """One line per source, tools first."""
    rows = session.rows(
        "select source_id, tool_id, dataset, count(*), sum(lines_read)::bigint, sum(lines_loaded)::bigint, "
        "sum(lines_duplicate)::bigint, sum(lines_superseded)::bigint, sum(lines_quarantined)::bigint, "
        "sum(lines_blank)::bigint, count(*) filter (where status = 'refused') "
        "from raw.load where ? is null or tool_id = ? group by all order by tool_id nulls last, source_id",
        [tool_id, tool_id],
    )
    return [LedgerLine(row[0], row[1], row[2], LoadReport(*row[3:10]), row[10]) for row in rows]


def verify_ledger(session: Session, tool_id: str | None = None) -> None:
    """DataError when a load's fates do not add up to its lines, or rows or quarantine hold other lines than it says.

    Of one tool or of everything.
    """
    stored = " union all ".join(f"select load_id, lines from {dataset.table}" for dataset in DATASETS.values())
    wrong = session.rows(
        f"""
        with stored as (select load_id, sum(lines) as lines from ({stored}) group by load_id),
        kept as (select load_id, sum(lines) as lines from raw.quarantine group by load_id)
        select l.path, l.load_id
        from raw.load as l left join stored using (load_id) left join kept using (load_id)
        where (? is null or l.tool_id = ?)
          and (l.lines_read <> l.lines_loaded + l.lines_duplicate + l.lines_superseded + l.lines_quarantined
                               + l.lines_blank
               or l.lines_loaded <> coalesce(stored.lines, 0) or l.lines_quarantined <> coalesce(kept.lines, 0))
        order by l.load_id
        """,
        [tool_id, tool_id],
    )
    if wrong:
        names = ", ".join(f"{path} (load {load_id})" for path, load_id in wrong)
        raise DataError(f"{session.workspace.warehouse}: the books do not balance for {names} - takeup run --full")


def forget_loads(session: Session) -> None:
    """Forget usage and everything known about its files; of company files, those that the inbox still has."""
    forgotten = [row[0] for row in session.rows(f"select load_id from raw.load where {_USAGE}")]
    forgotten += _present_company_loads(session)
    with session.transaction():
        note_everything(session.connection)
        for table in ("usage_event", "usage_aggregate", "unresolved_namespace"):
            session.run(f"truncate raw.{table}")
        for dataset in DATASETS.values():
            session.run(f"delete from {dataset.table} where load_id in (select unnest(?::bigint[]))", [forgotten])
        session.run(_FORGET_LINKS)
        for table in ("quarantine", "load"):
            session.run(f"delete from raw.{table} where load_id in (select unnest(?::bigint[]))", [forgotten])
        session.run("delete from raw.seen_file")


def _present_company_loads(session: Session) -> list[int]:
    """Loads of company files whose very content still lies in the inbox."""
    rows = session.rows(
        "select l.load_id, l.path, s.bytes, s.modified_ns from raw.load as l join raw.seen_file as s "
        f"on s.source_id = l.source_id and s.path = l.path and s.fingerprint = l.fingerprint where not {_USAGE} "
        "and (l.effective_date is null or l.effective_date = "
        "(select max(d.effective_date) from raw.roster_date as d where d.path = l.path))"
    )
    root = session.workspace.root
    present = []
    for load_id, path, size, modified_ns in rows:
        file = root / path
        if file.is_file() and (file.stat().st_size, file.stat().st_mtime_ns) == (size, modified_ns):
            present.append(int(load_id))
    return present
