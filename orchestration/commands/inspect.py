"""`takeup inspect`: what a log file is, what it holds and can prove, and how to load it. Reads only; shows no value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.commands.output import say, say_json
from orchestration.errors import UsageError
from orchestration.sources.formats import SourceFormat
from orchestration.sources.inspection import Inspection, appearance, inspect, unforeseen
from orchestration.sources.looking import look, recognise

_LOGS = ("events", "aggregates")
_COVERAGE = {
    "active_only": "active people only: a non-user is one by the roster",
    "all_members": "every member, active or not",
    "licensed_only": "everybody with a licence, active or not",
    "unknown": "unknown: that somebody is missing means nothing",
}


def inspect_file(path: Path, *, as_json: bool) -> int:
    """Print what a file is; 1 when no format recognises it or a line of it cannot be read."""
    if not path.is_file():
        raise UsageError(f"{path}: not a file - name a log file, such as inbox/<tool>/users.csv")
    found = recognise(path)
    if found is None:
        _tell_unknown(path, as_json=as_json)
        return 1
    known, version = found
    inspection = inspect(path, known)
    facts = _facts(path, known, version, inspection)
    if as_json:
        say_json(facts)
    else:
        _tell(facts)
    return 1 if inspection.lines_rejected or not inspection.records else 0


def _facts(path: Path, known: SourceFormat, version: str, found: Inspection) -> dict[str, Any]:
    return {
        "file": str(path),
        "format": known.name,
        "title": known.title,
        "version": version,
        "dataset": known.dataset,
        "grain": sorted(found.grains) or [known.grain],
        "coverage": sorted(found.coverages) or [known.coverage],
        "proves": known.proves,
        "can_prove": known.can_prove,
        "records": found.records,
        "people": len(found.people),
        "people_not_on_roster": found.inactive,
        "first": found.first,
        "last": found.last,
        "lines": {
            "read": found.lines_read,
            "loadable": found.lines_loadable,
            "rejected": found.lines_rejected,
            "blank": found.lines_blank,
        },
        "rejects": [
            {"code": code, "reason": reason, "lines": lines} for (code, reason), lines in found.reasons.most_common()
        ],
        "identities": {namespace: len(values) for namespace, values in sorted(found.identities.items())},
        "kept_as_attributes": unforeseen(known, found.attributes),
        "load": _advice(path, known),
    }


def _advice(path: Path, known: SourceFormat) -> str:
    """What to write or where to put the file so that runs load it."""
    endings = ", ".join(known.suffixes)
    is_named = path.name.lower().removesuffix(".gz").endswith(known.suffixes)
    ending = "" if is_named else f"\n# rename the file: runs pick up names that end in {endings} (and .gz)"
    if known.dataset not in _LOGS:
        name = "<tool id>.csv" if known.dataset == "eligible" else path.name
        return f"put it into inbox/{known.dataset}/{name}{ending}"
    late = "" if known.late_days is None else f"\n  late_days: {known.late_days}"
    return f"sources:\n- format: {known.name}\n  path: inbox/<tool id>{late}{ending}"


def _tell(facts: dict[str, Any]) -> None:
    lines, rejects = facts["lines"], facts["rejects"]
    say(f"{facts['file']}: {facts['title']} ({facts['version']})\n")
    _row("format", facts["format"])
    _row("grain", " and ".join(map(_grain, facts["grain"])))
    _row("lists", "; or ".join(_COVERAGE[one] for one in facts["coverage"]) if facts["dataset"] in _LOGS else "")
    _row("proves", facts["proves"])
    _row("period", f"{facts['first']} to {facts['last']}" if facts["first"] else "")
    gone = f", {facts['people_not_on_roster']:,} of them not on the roster" if facts["people_not_on_roster"] else ""
    _row("records", f"{facts['records']:,} of {facts['people']:,} people{gone}")
    _row("people by", ", ".join(f"{namespace} {count:,}" for namespace, count in facts["identities"].items()))
    parts = " + ".join(f"{lines[fate]:,} {fate}" for fate in ("loadable", "rejected", "blank"))
    _row("lines", f"{lines['read']:,} read = {parts}")
    for reject in rejects:
        _row("", f"{reject['lines']:,} rejected ({reject['code']}): {reject['reason']}")
    _row("also kept", ", ".join(facts["kept_as_attributes"]))
    say(f"\nTo load it:\n\n{facts['load']}")


def _grain(grain: str) -> str:
    """What one record is about."""
    words = {"event": "one thing that happened", "snapshot": "how it stood on a day"}
    return f"{grain} ({words.get(grain, 'counts of a person and period')})"


def _row(heading: str, text: str) -> None:
    if text:
        say(f"{heading:<10}  {text}")


def _tell_unknown(path: Path, *, as_json: bool) -> None:
    form, names = appearance(look(path))
    draft = f"takeup mapping draft {path}"
    if as_json:
        say_json({"file": str(path), "format": None, "looks_like": form, "names": names, "load": draft})
        return
    say(f"{path}: no known format; it looks like {form}")
    if names:
        _row("names", ", ".join(names))
    if form not in ("an empty file", "nothing that is read"):
        say(f"\nTo load it, describe it once: {draft}")
