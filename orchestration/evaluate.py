"""`takeup rules evaluate`: judge one tool's rules on an event file, with the production models.

The people are the users of the file, available Monday to Friday. Without a `period` the whole file is judged: it begins
with the first event, and the watermark is the last.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.errors import ConfigError, Problem, UsageError
from orchestration.judging import EVENT_COUNTS, EVENT_NUMBERS, Case, CaseEvent, Judgement, judge
from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.columns import EMPTY
from orchestration.rules.compile import compile_open_rule_book

REQUIRED = ("eid", "ts", "event", "user_id")
OF_THE_EVENT = ("eid", "ord", "ts", "event", "user_id")
OBLIGATION_COLUMNS = ("rule_id", "user_id", "obligation_eid", "outcome", "evidence_eid")
VERDICT_COLUMNS = ("rule_id", "user_id", "judged", "broken", "pending", "unknown_or_excused", "verdict")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was judged, and where the two tables were written."""

    judgement: Judgement
    obligations_file: Path
    verdicts_file: Path


def evaluate(rules_file: Path, events_file: Path, out_dir: Path) -> Evaluation:
    """Judge the events of `events_file` by the rules of `rules_file`; write obligations.csv and verdicts.csv.

    Raises ConfigError with places when either file cannot be used, DataError when a model fails.
    """
    yaml_file = YamlFile.read(rules_file)
    rule_file = validate(yaml_file, RuleFile)
    rows = _read_rows(events_file)
    events = [_event(events_file, line, row) for line, row in rows]
    types = attribute_types([row for _, row in rows])
    rules = [row.as_row() for row in compile_open_rule_book(yaml_file, rule_file, types)]
    judgement = judge([_case(rule_file, events, rules)])
    out_dir.mkdir(parents=True, exist_ok=True)
    return Evaluation(
        judgement,
        _write(out_dir / "obligations.csv", OBLIGATION_COLUMNS, _obligation_rows(judgement)),
        _write(out_dir / "verdicts.csv", VERDICT_COLUMNS, _verdict_rows(judgement)),
    )


def attribute_types(rows: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """The type of each column beyond the event's own: double or boolean when every value present is one, else text.

    A column in which nothing stands has whatever type a rule needs.
    """
    names = [name for name in (rows[0] if rows else {}) if name not in OF_THE_EVENT]
    return {name: _type_of(row[name] for row in rows if row[name] != "") for name in names}


def _type_of(values: Iterable[str]) -> str:
    present = set(values)
    if not present:
        return EMPTY
    if all(_is_number(value) for value in present):
        return "double"
    if {value.lower() for value in present} <= {"true", "false"}:
        return "boolean"
    return "text"


def _is_number(value: str) -> bool:
    """A plain decimal number; float() alone would also take 'nan', 'inf' and '1_000'."""
    try:
        float(value)
    except ValueError:
        return False
    return not any(letter.isalpha() and letter not in "eE" for letter in value) and "_" not in value


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise UsageError(f"{path}: not a file - name a log file, such as events.csv.gz")
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise _problem(path, 1, f"no column {', '.join(missing)}", f"give the columns {', '.join(REQUIRED)}")
    rows, seen = [], set()
    for row in reader:
        if None in row or None in row.values():
            what = "another number of fields than the header"
            raise _problem(path, reader.line_num, what, "quote fields that hold commas")
        line = tuple(row.values())
        if line not in seen:  # a repeated line is a repeat, here as in the inbox
            seen.add(line)
            rows.append((reader.line_num, row))
    if not rows:
        raise _problem(path, 1, "no events", "give at least one line below the header")
    return rows


def _event(path: Path, line: int, row: Mapping[str, str]) -> CaseEvent:
    try:
        occurred_at = datetime.fromisoformat(row["ts"])
        ord_ = int(row["ord"]) if row.get("ord") else None
    except ValueError as error:
        raise _problem(path, line, str(error), "write ts as 2026-01-31 09:00:00 and ord as a whole number") from error
    if occurred_at.tzinfo is not None:
        occurred_at = occurred_at.astimezone(UTC).replace(tzinfo=None)
    for name in (*EVENT_NUMBERS, *EVENT_COUNTS):
        if row.get(name) and not _is_number(row[name]):
            raise _problem(path, line, f"{name} is {row[name]!r}, not a number", "mend it or rename the column")
    fields = {name: value if value != "" else None for name, value in row.items() if name not in OF_THE_EVENT}
    return CaseEvent(row["eid"], row["event"], occurred_at, row["user_id"] or None, ord_, fields=fields)


def _problem(path: Path, line: int, what: str, mend: str) -> ConfigError:
    return ConfigError([Problem(path, line, 1, what, mend)])


def _case(rule_file: RuleFile, events: Sequence[CaseEvent], rules: Sequence[Mapping[str, object]]) -> Case:
    first = min(event.occurred_at for event in events)
    last = max(event.occurred_at for event in events)
    period = rule_file.period
    return Case(
        case_id=rule_file.tool,
        events=events,
        rules=rules,
        starts_at=(period and period.d0) or first,
        ends_at=(period and period.d1) or last + timedelta(microseconds=1),
        watermark_at=(period and period.watermark) or last,
        data_from_at=(period and period.data_from) or first,
    )


def _obligation_rows(judgement: Judgement) -> Iterable[tuple[object, ...]]:
    for row in judgement.obligations:
        for _ in range(row.weight):
            yield row.rule_id, row.user_id, row.event_id, row.outcome, row.evidence_event_id


def _verdict_rows(judgement: Judgement) -> Iterable[tuple[object, ...]]:
    for row in judgement.verdicts:
        undecided = row.unknown + row.excused
        yield row.rule_id, row.user_id, row.judged, row.broken, row.pending, undecided, row.verdict


def _write(path: Path, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
