"""Files of rows: what may be asked for, who may have it, and the log entry that comes before the first row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboards import audit, exports
from dashboards.access import Access, RefusedError
from dashboards.audit import Read
from dashboards.exports import Cell
from dashboards.marts import adoption, people, published, reading, training
from dashboards.marts.people import Wanted

DOCUMENTS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}
Rows = list[tuple[Cell, ...]]
MOST_WEEKS = 520


class NotAskedWellError(Exception):
    """The address lacks something, or names something that does not exist."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An export's address in parts."""

    what: str
    kind: str
    query: Mapping[str, str]

    def need(self, name: str) -> str:
        """A part of the address that the export cannot do without."""
        value = self.query.get(name, "").strip()
        if not value:
            raise NotAskedWellError(f"The address lacks {name}=...; export from the page, which writes it.")
        return value

    def day(self, name: str) -> date:
        """A day in the address."""
        try:
            return date.fromisoformat(self.need(name))
        except ValueError as error:
            raise NotAskedWellError(f"{name} is a day, as in 2026-11-02.") from error


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of export: its columns, the role it needs, whether it is about single people, how rows are found."""

    columns: tuple[str, ...]
    role: str
    rows: Callable[[Path, Access, Asked], Rows]

    @property
    def is_personal(self) -> bool:
        """Whether the rows are about single people, so that a reason is asked for and the read is logged."""
        return self.role == "people"


def make(workspace: Path, asked: Asked, reader: Access) -> File:
    """The file, after role, unit and reason were checked and the read was logged."""
    if asked.what == "leadership" and asked.kind in DOCUMENTS:
        return _leadership(workspace, asked, reader)
    export = EXPORTS.get(asked.what)
    if export is None or asked.kind not in exports.CONTENT_TYPES:
        raise NotAskedWellError(f"There is no export {asked.what}.{asked.kind}.")
    reader.require(export.role)
    unit = asked.query.get("unit", published.WHOLE_COMPANY)
    if not reader.sees(unit, published.WHOLE_COMPANY):
        raise RefusedError(f"{reader.who} may not see {unit}.", "choose one of your own units.")
    path = reading.latest(workspace)
    publication = published.publication(path) if path else None
    if path is None or publication is None:
        raise NotAskedWellError("Nothing has been published yet.")
    why = asked.need("why") if export.is_personal else ""
    rows = export.rows(path, reader, asked)
    if export.is_personal:
        _log(workspace, Read(reader.who, _told(asked), why[:200], len(rows), publication.publication_id))
    write = exports.as_csv if asked.kind == "csv" else exports.as_xlsx
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"takeup-{asked.what}-{asked.query.get('tool', 'all')}.{asked.kind}")
    return File(name, write(export.columns, rows), exports.CONTENT_TYPES[asked.kind])


def _leadership(workspace: Path, asked: Asked, reader: Access) -> File:
    """The printed sheet of a week; it is of the whole company, and totals alone stand on it."""
    from dashboards.printing.html import html
    from dashboards.printing.pdf import pdf
    from dashboards.report import ReportError, report_of

    reader.require("figures")
    if reader.org_units is not None:
        raise RefusedError(f"{reader.who} may not see the whole company.", "look at the pages of your units.")
    try:
        report = report_of(workspace, asked.query.get("week"))
    except ReportError as error:
        raise NotAskedWellError(str(error)) from error
    made_at = report.publication.published_at
    content = pdf(report.page, made_at) if asked.kind == "pdf" else html(report.page).encode()
    return File(f"{report.name}.{asked.kind}", content, DOCUMENTS[asked.kind])


def _log(workspace: Path, read: Read) -> None:
    try:
        audit.record(workspace, read)
    except OSError as error:
        raise RefusedError(
            "Every read of rows about people is logged, and the log cannot be written.",
            f"let the dashboard's user write {audit.FILE} in the workspace.",
        ) from error


def _told(asked: Asked) -> str:
    chosen = ", ".join(f"{key} {value}" for key, value in sorted(asked.query.items()) if key != "why")
    return f"export of {asked.what}.{asked.kind}: {chosen}"


def _unit(asked: Asked) -> str | None:
    unit = asked.query.get("unit", published.WHOLE_COMPANY)
    return None if unit == published.WHOLE_COMPANY else unit


def _people(path: Path, reader: Access, asked: Asked) -> Rows:
    wanted = Wanted(
        asked.need("tool"), asked.day("week"), _unit(asked), asked.query.get("status"), asked.query.get("reason"),
        asked.query.get("rule"),
    )  # fmt: skip
    return [
        (
            row.person_key, wanted.tool_id, wanted.week_start, row.org_unit, row.team, row.status, row.reason,
            row.rule_id, row.rule_title, row.judged, row.broken, row.uses, row.is_provisional,
        )
        for row in people.listed(path, reader.org_units, wanted)
    ]  # fmt: skip


def _events(path: Path, reader: Access, asked: Asked) -> Rows:
    key, tool = asked.need("person"), asked.need("tool")
    found = people.obligations(path, reader.org_units, key, tool, asked.day("from"), asked.day("to"))
    return [
        (
            key, tool, event.rule_id, event.outcome, event.obligation_event_id, event.evidence_event_id,
            event.obligation_at, event.due_at,
        )
        for event in found
    ]  # fmt: skip


def _training(path: Path, reader: Access, asked: Asked) -> Rows:
    tool = asked.need("tool")
    found = training.people_to_train(path, reader.org_units, tool, _unit(asked), asked.query.get("rule"), None, 0)
    return [
        (
            need.person_key, tool, need.rule_id, need.rule_title, need.severity, need.org_unit, need.team, need.module,
            need.judged, need.broken, " ".join(need.first_broken), need.clean_case, need.until_not_violated,
            need.until_satisfied, need.clean_from_week, need.last_trained_at, need.is_provisional,
        )
        for need in found
    ]  # fmt: skip


def _adoption(path: Path, _reader: Access, asked: Asked) -> Rows:
    unit = asked.query.get("unit", published.WHOLE_COMPANY)
    weeks = adoption.by_week(path, asked.need("tool"), unit, MOST_WEEKS)
    return [
        (
            asked.need("tool"), unit, week.week_start, week.is_provisional, week.eligible, week.active,
            week.correct_user, week.incorrect_user, week.non_user, week.not_judged,
            *(week.not_judged_reasons[name] for name in adoption.NOT_JUDGED_REASONS),
            *(week.non_user_reasons[name] for name in adoption.NON_USER_REASONS),
        )
        for week in weeks
    ]  # fmt: skip


EXPORTS: Mapping[str, Export] = {
    "people": Export(
        (
            "person_key", "tool_id", "week_start", "org_unit", "team", "status", "reason", "rule_id", "rule_title",
            "judged", "broken", "uses", "is_provisional",
        ),
        "people", _people,
    ),
    "events": Export(
        (
            "person_key", "tool_id", "rule_id", "outcome", "obligation_event_id", "evidence_event_id",
            "obligation_at", "due_at",
        ),
        "people", _events,
    ),
    "training": Export(
        (
            "person_key", "tool_id", "rule_id", "rule_title", "severity", "org_unit", "team", "module", "judged",
            "broken", "first_broken_event_ids", "clean_case", "clean_cases_until_not_violated",
            "clean_cases_until_satisfied", "clean_from_week", "last_trained_at", "is_provisional",
        ),
        "people", _training,
    ),
    "adoption": Export(
        (
            "tool_id", "org_unit", "week_start", "is_provisional", "eligible", "active", "correct_user",
            "incorrect_user", "non_user", "not_judged",
            *(f"not_judged_{name}" for name in adoption.NOT_JUDGED_REASONS),
            *(f"non_user_{name}" for name in adoption.NON_USER_REASONS),
        ),
        "figures", _adoption,
    ),
}  # fmt: skip


def columns_of(what: str) -> Sequence[str]:
    """The columns of an export, which stay as they are."""
    return EXPORTS[what].columns
