"""Reading a synthetic company's files back, as its tests do."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta

from orchestration.sample import CompanyReport
from orchestration.sample.tools import TOOLS
from orchestration.sources import FORMATS
from orchestration.sources.records import AggregateRecord, Blank, EventRecord, Reject

NOW = datetime(2026, 11, 23)
EVENT_TOOLS = ("doc-extract", "lead-scoring", "claims-triage", "general-chat", "clinical-notes")
FORMAT_OF = {tool.tool_id: tool.vendor_format for tool in TOOLS}
Truth = dict[tuple[str, str], dict[str, str]]


def parsed(company: CompanyReport, tool_id: str) -> list[EventRecord | AggregateRecord | Reject | Blank]:
    """Everything that the readers make of a tool's files."""
    files = sorted((company.root / "inbox" / tool_id).iterdir())
    return [one for path in files for one in FORMATS[FORMAT_OF[tool_id]].parse(path, now=NOW)]


def roster_of(company: CompanyReport) -> list[dict[str, str]]:
    """The newest roster."""
    newest = sorted((company.root / "inbox" / "people").iterdir())[-1]
    with newest.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def opens_at(company: CompanyReport) -> datetime:
    """The first moment of the last four weeks, of which the truth speaks."""
    return datetime.combine(company.until - timedelta(days=27), datetime.min.time())


def user_of(event: EventRecord) -> str:
    return event.users[0].value.casefold()
