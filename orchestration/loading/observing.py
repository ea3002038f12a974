"""After a load: what the days it touched hold now, what they said before, and what has changed in the form of a source.

A field that a vendor drops, renames or fills no more makes no broken line: without this, figures would fall to zero and
nobody would know why. Everything is worked out by day from the usage tables, not file by file: the order of arrival
plays no part, and it does not matter how the rows came there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from orchestration.loading.session import Session
from orchestration.rules.columns import STANDARD
from orchestration.sources.records import MEASURES

_MOST = 2_000
"""Records looked at per day and event name: enough to see a field that one in 300 holds, and a day costs no more."""
_OF_EVENTS = (
    "alias_no", "item_id", "session_id", "conversation_id", "use_case", "feature", "decision", "decision_source",
    "confidence", "predicted_value", "final_value", "dwell_ms", "model", "input_tokens", "output_tokens", "cost",
)  # fmt: skip
_OF_COUNTS = ("alias_no", "is_active", *MEASURES)
_ACTIVITY = {"is_active", "prompts", "accepted", "rejected", "sessions", "messages"}  # macros/activity.sql
_EVERYTHING = {"*", "alias_no"}
_BLINDING = {"removed", "renamed", "all_null"}
_BLINDING_REFUSALS = 0.5
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KNOWN_DRIFT = """
    create or replace temp table known_drift as
    select source_id, part, column_name, change, first_date, min(seen_at) as seen_at
    from raw.drift where tool_id = $tool_id
    group by source_id, part, column_name, change, first_date
"""
_REPLACE_DRIFT = """
    insert into raw.drift
    select found.*, coalesce(known.seen_at, $now)
    from drift_found as found
    left join known_drift as known using (source_id, part, column_name, change, first_date)
"""


def observe(session: Session, tool_id: str) -> None:
    """Bring the profile, the journal and the findings of a tool up to what is loaded now. All of it, or nothing."""
    with session.transaction():
        _run(session, "fresh.sql", {}, {"tool_id": tool_id})
        if session.value("select count(*) from fresh"):
            _profile(session, tool_id)
        _find_drift(session, tool_id)


def _profile(session: Session, tool_id: str) -> None:
    columns = {
        "count_events": ", ".join(f"count({name}) as {name}" for name in _OF_EVENTS),
        "count_measures": ", ".join(f"count({name}) as {name}" for name in _OF_COUNTS),
        "sum_measures": ", ".join(f"cast(sum({name}) as double) as {name}" for name in MEASURES),
    }
    said = {"tool_id": tool_id, "said_at": session.now, "load_id": session.value("select max(load_id) from raw.load")}
    _run(session, "said.sql", columns, said)
    _run(session, "profile.sql", columns, {"most": _MOST})


def _find_drift(session: Session, tool_id: str) -> None:
    _run(session, "drift.sql", {}, {"tool_id": tool_id})
    tool = {"tool_id": tool_id}
    session.connection.execute(_KNOWN_DRIFT, tool)
    session.connection.execute("delete from raw.drift where tool_id = $tool_id", tool)
    session.connection.execute(_REPLACE_DRIFT, {"now": session.now})
    session.connection.execute("delete from raw.drift_reader where tool_id = $tool_id", tool)
    touches = list(_touches(session, tool_id))
    if touches:
        session.connection.executemany("insert into raw.drift_reader values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", touches)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a rule (without an id: what counts as use) reads: fields, and the events whose fields they are."""

    rule_id: str | None
    version: int | None
    fields: frozenset[str]
    events: frozenset[str]

    def is_touched_by(self, part: str, column: str) -> bool:
        if column in _EVERYTHING:
            return not self.events or part in self.events or not part
        if column == "event_name":
            return part in self.events
        return column in self.fields and (not part or not self.events or part in self.events)


def _touches(session: Session, tool_id: str) -> Iterator[tuple[Any, ...]]:
    """One row per finding and reader that it concerns. What was added concerns nobody yet."""
    readers = list(_readers(session, tool_id))
    for source_id, part, column, change, first, last, share in session.rows(
        "select source_id, part, column_name, change, first_date, last_date, share from raw.drift "
        "where tool_id = ? and change <> 'added'",
        [tool_id],
    ):
        blinds = change in _BLINDING or (change == "refused" and share >= _BLINDING_REFUSALS)
        for reader in readers:
            if reader.is_touched_by(part, column):
                yield tool_id, source_id, part, column, change, first, last, reader.rule_id, reader.version, blinds


def _readers(session: Session, tool_id: str) -> Iterator[_Reader]:
    for rule_id, version, text in session.rows(
        "select rule_id, version, spec from raw.rule_book where tool_id = ?", [tool_id]
    ):
        yield _reader_of(rule_id, version, json.loads(text))
    uses = session.value("select uses_sql from raw.tool where tool_id = ?", [tool_id])
    yield _Reader(None, None, frozenset(_ACTIVITY) | _columns_in(uses or ""), frozenset(_quoted(uses or "")))


def _reader_of(rule_id: str, version: int, spec: Mapping[str, Any]) -> _Reader:
    selectors = [value for value in spec.values() if isinstance(value, dict) and "events" in value]
    texts = [str(one["sql"]) for one in selectors] + [str(spec.get("must_sql")), str(spec.get("per"))]
    texts += [str(one) for one in spec.get("same") or ()]
    fields = {name for text in texts for name in _columns_in(text)}
    fields |= {f"attributes.{name}" for name, *_ in spec.get("attributes") or ()}
    for measure in (spec.get("of_measure"), spec.get("among_measure")):
        if measure:
            fields.add(measure if measure in MEASURES else f"attributes.{measure}")
    return _Reader(rule_id, version, frozenset(fields), frozenset(name for one in selectors for name in one["events"]))


def _columns_in(sql: str) -> frozenset[str]:
    """The columns of every event that a piece of rendered SQL names; its texts name none."""
    return frozenset(_WORDS.findall(re.sub(r"'(?:[^']|'')*'", "", sql))) & (STANDARD.keys() - {"event_name"})


def _quoted(sql: str) -> Iterator[str]:
    """The texts in a piece of SQL: the names of events are among them."""
    return (text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", sql))


def _run(session: Session, name: str, columns: Mapping[str, str], parameters: Mapping[str, Any]) -> None:
    text = resources.files("orchestration.loading").joinpath(name).read_text()
    for key, value in columns.items():
        text = text.replace("{" + key + "}", value)
    for statement in session.connection.extract_statements(text):
        used = {key: value for key, value in parameters.items() if key in statement.named_parameters}
        session.connection.execute(statement, used)
