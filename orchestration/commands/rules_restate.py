"""`takeup rules restate`: let the current version of a rule judge the past too, on the record, and publish that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from orchestration.commands.output import say, say_json
from orchestration.commands.run import refuse_broken_configuration, run_workspace
from orchestration.errors import UsageError
from orchestration.registry.explain import suggest
from orchestration.registry.loading import Registry, load
from orchestration.registry.restatements import BEGINNING, decide, decisions
from orchestration.registry.rule_timeline import Moment, book_of, current_version
from orchestration.registry.rule_versions import VersionKey
from orchestration.run_stamp import local_day, parse_as_of
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: `from_day` as it was typed; `is_later`: only write the decision down; `as_of` for the run."""

    rule_id: str
    from_day: str
    why: str
    is_later: bool = False
    as_of: str | None = None


def restate(workspace: Workspace, wish: Wish, *, as_json: bool) -> int:
    """Write the decision down, then run; the run's exit code. Nothing is written when rule, date or files are wrong."""
    refuse_broken_configuration(workspace, tells_warnings=False)
    registry = load(workspace)
    first_day = _first_day(wish.from_day)
    rule = _current(workspace, registry, wish)
    known = decisions(workspace)
    if rule not in known or known[rule] != first_day:
        decide(workspace, rule, first_day, wish.why)
    told = f"{rule[0]} version {rule[1]} judges from {'the beginning' if first_day is None else first_day} on"
    if wish.is_later:
        _say_later(told, rule, first_day, as_json=as_json)
        return 0
    if not as_json:
        say(f"Decided: {told}. Judging anew.")
    return run_workspace(workspace, full=False, as_of=wish.as_of, as_json=as_json)


def _say_later(told: str, rule: VersionKey, first_day: date | None, *, as_json: bool) -> None:
    if as_json:
        say_json({"rule_id": rule[0], "version": rule[1], "from": first_day or BEGINNING})
    else:
        say(f"Decided: {told}. The next takeup run judges by it.")


def _first_day(text: str) -> date | None:
    if text == BEGINNING:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        mend = f"write it like 2026-03-02, or {BEGINNING} for all of history"
        raise UsageError(f"--from {text}: not a date - {mend}") from None


def _current(workspace: Workspace, registry: Registry, wish: Wish) -> VersionKey:
    """The version that is in force today, as a run now would have it."""
    zone = registry.calendar.timezone
    moment = parse_as_of(wish.as_of, zone) if wish.as_of else datetime.now(UTC).replace(tzinfo=None)
    today = local_day(moment, zone)
    rows = book_of(workspace, registry, Moment("", today)).rows
    version = current_version(rows, wish.rule_id, today)
    if version is None:
        known = list(dict.fromkeys(row.rule_id for row in rows))
        mend = f"known are {', '.join(known)}" if known else "write config/rules/<tool id>.yml"
        raise UsageError(f"there is no rule {wish.rule_id!r}{suggest(wish.rule_id, known)} - {mend}")
    return wish.rule_id, version
