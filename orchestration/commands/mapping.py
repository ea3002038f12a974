"""`takeup mapping`: propose a mapping for a file, and try one out. Reads only; shows no identifier and no free text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from orchestration.commands.output import say, say_json, table, warn
from orchestration.errors import UsageError
from orchestration.registry.mapping_draft import draft
from orchestration.registry.mappings import read_mapping
from orchestration.sources.formats import SourceFormat
from orchestration.sources.inspection import Inspection, inspect
from orchestration.sources.mapping.plan import Dropped
from orchestration.sources.records import AggregateRecord, EventRecord

_SHOWN = ("event_name", "feature", "decision", "confidence", "model")
_COUNTED = ("session_id", "conversation_id", "item_id", "use_case", "predicted_value", "final_value")


def show_draft(path: Path, tool: str | None) -> int:
    """Print a proposal to stdout and how to go on to stderr; 1 when it cannot read every line of the file."""
    _needed(path, "a log file, such as export.csv")
    proposed = draft(path, tool or "")
    say(proposed.text.rstrip())
    name = tool or "<tool id>"
    warn(f"\n{proposed.records:,} records of {path} can be read so, {proposed.rejected:,} lines cannot.")
    warn(f"Save it as config/mappings/{name}.yml, look at every `check`, then:")
    warn(f"  takeup mapping test config/mappings/{name}.yml {path}")
    warn(f"and name it in config/tools.yml:\n  sources:\n  - format: mapping:{name}.yml\n    path: inbox/{name}")
    return 0 if proposed.records and not proposed.rejected else 1


def try_mapping(mapping: Path, path: Path, limit: int, *, as_json: bool) -> int:
    """Print what `mapping` makes of `path`; 1 when it makes nothing of it or a line cannot be read."""
    _needed(mapping, "a mapping file, such as config/mappings/crm.yml")
    _needed(path, "a log file, such as inbox/crm/export.csv")
    known = read_mapping(mapping)
    found = inspect(path, known)
    facts = _facts(path, known, found, limit)
    if as_json:
        say_json(facts)
    else:
        _tell(facts)
    return 1 if found.lines_rejected or not found.records else 0


def _needed(path: Path, like: str) -> None:
    if not path.is_file():
        raise UsageError(f"{path}: not a file - name {like}")


def _facts(path: Path, known: SourceFormat, found: Inspection, limit: int) -> dict[str, Any]:
    dropped: Counter[str] = Counter()
    for item in known.parse(path):
        if isinstance(item, Dropped):
            dropped[item.reason] += 1
    return {
        "file": str(path),
        "mapping": known.name,
        "records": found.records,
        "people": len(found.people),
        "identities": {namespace: len(values) for namespace, values in sorted(found.identities.items())},
        "first": found.first,
        "last": found.last,
        "lines": {
            "read": found.lines_read,
            "loadable": found.lines_loadable,
            "rejected": found.lines_rejected,
            "blank": found.lines_blank,
        },
        "dropped": dict(dropped.most_common()),
        "rejects": [
            {"code": code, "reason": reason, "lines": lines} for (code, reason), lines in found.reasons.most_common()
        ],
        "attributes": dict(sorted(found.attributes.items())),
        "examples": list(islice(_examples(path, known), limit)),
    }


def _examples(path: Path, known: SourceFormat) -> Iterator[dict[str, Any]]:
    """The first records by column. Of people, ids and texts it says only that they are there."""
    for item in known.parse(path):
        if isinstance(item, EventRecord):
            yield _event(item)
        elif isinstance(item, AggregateRecord):
            yield _aggregate(item)


def _event(event: EventRecord) -> dict[str, Any]:
    told = {name: value for name in _SHOWN if (value := getattr(event, name)) is not None}
    there = [name for name in _COUNTED if getattr(event, name) is not None]
    who = ", ".join(user.namespace for user in event.users) or "nobody"
    return {"line": event.line_no, "time": event.occurred_at, "person by": who, **told, "also": ", ".join(there)}


def _aggregate(row: AggregateRecord) -> dict[str, Any]:
    told = {name: value for name, value in row.measures.items() if value is not None}
    active = {} if row.is_active is None else {"is_active": row.is_active}
    part = {"part": row.part} if row.part else {}
    who = ", ".join(user.namespace for user in row.users)
    return {"line": row.line_no, "from": row.period_start, "until": row.period_end, "person by": who, **part, **active,
            **told}  # fmt: skip


def _tell(facts: dict[str, Any]) -> None:
    lines = facts["lines"]
    say(f"{facts['file']} by {facts['mapping']}\n")
    parts = " + ".join(f"{lines[fate]:,} {fate}" for fate in ("loadable", "rejected", "blank"))
    say(f"lines      {lines['read']:,} read = {parts}")
    for reject in facts["rejects"]:
        say(f"           {reject['lines']:,} rejected ({reject['code']}): {reject['reason']}")
    for reason, count in facts["dropped"].items():
        say(f"           {count:,} records dropped ({reason})")
    names = ", ".join(f"{namespace} {count:,}" for namespace, count in facts["identities"].items())
    say(f"records    {facts['records']:,} of {facts['people']:,} people" + (f" by {names}" if names else ""))
    if facts["first"]:
        say(f"period     {facts['first']} to {facts['last']}")
    if facts["attributes"]:
        say(f"also kept  {', '.join(facts['attributes'])}")
    if facts["examples"]:
        columns = list(dict.fromkeys(name for example in facts["examples"] for name in example))
        say("\n" + table(columns, [[example.get(name) for name in columns] for example in facts["examples"]]))
