"""Which version of each rule judges which days: the rule files, what was enacted before, and decisions to restate.

What somebody did is judged by the version in force on that day. The first version of a rule that a run sees has always
been in force. A newer one without an `effective.from` of its own comes into force on the day of the run that first
sees it, and the version before it judges on up to the day before, even when its text has left the rule file. Explicit
dates hold as they are written. `takeup rules restate` moves the first day of a version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from orchestration.registry.loading import Registry
from orchestration.registry.restatements import decisions
from orchestration.registry.rule_models import RuleFile
from orchestration.registry.rule_versions import Enacted, VersionKey, Versions, enacted
from orchestration.rules.compile import RuleRow, compile_rule, compile_rule_book
from orchestration.rules.hashing import rule_book_hash
from orchestration.rules.parsing import RuleError
from orchestration.rules.vocabulary import Vocabulary
from orchestration.workspace import Workspace

_BEGINNING = date.min.toordinal()
_NEVER = date.max.toordinal()

Decisions = Mapping[VersionKey, date | None]
"""The first day that somebody decided for a version; None is the beginning."""


@dataclass(frozen=True, slots=True)
class Book:
    """The rows that judge, numbered from 1, and what has to be remembered of every version ever enacted."""

    rows: tuple[RuleRow, ...]
    versions: Versions

    @property
    def hash(self) -> str:
        """One hash over what every row means and when it judges."""
        return rule_book_hash(
            (row.rule_id, row.version, row.semantic_hash, str(row.effective_from or ""), str(row.effective_to or ""))
            for row in self.rows
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """The run: its id, and the company's date on which a new version comes into force."""

    run_id: str
    today: date


def book_of(workspace: Workspace, registry: Registry, now: Moment) -> Book:
    """The book of a workspace at a run. Raises ConfigError for rules that do not compile, DataError for a journal of
    decisions that cannot be read."""
    written = compile_rule_book(registry.rule_sources)
    known = {key: _compiled_anew(one) for key, one in enacted(workspace).items()}
    book = rule_book(written, known, decisions(workspace), now)
    tools = {tool.id for tool in registry.tools}  # a version that is kept may have been for a tool that has gone
    sources = _sources(registry)
    versions = {key: replace(one, source=sources.get(key, one.source)) for key, one in book.versions.items()}
    return Book(tuple(row for row in book.rows if row.tool_id in tools), versions)


def _sources(registry: Registry) -> dict[VersionKey, dict[str, Any]]:
    """What the rule files say of each version, as a rule file of its own without examples."""
    return {
        (rule.id, rule.version): {
            "tool": rules.tool,
            "catalogue": file.data.get("catalogue"),
            "rules": [{key: value for key, value in file.data["rules"][index].items() if key != "examples"}],
        }
        for file, rules in registry.rule_sources
        for index, rule in enumerate(rules.rules)
    }


def _compiled_anew(one: Enacted) -> Enacted:
    """The version as this takeup compiles it, as long as it means the same; else as it was compiled then."""
    try:
        rules = RuleFile.model_validate(one.source)
        row = compile_rule(rules.tool, rules.rules[0], Vocabulary.of(rules.catalogue))
    except (ValidationError, RuleError, IndexError):
        return one
    return replace(one, row=row) if row.semantic_hash == one.semantic_hash else one


def rule_book(written: Sequence[RuleRow], known: Versions, decided: Decisions, now: Moment) -> Book:
    """The book in force.

    Rules keep the order of the files; the versions of one follow each other as they come into force, so that of two
    versions of a rule the later one has the greater number. A rule that no file has any more is left out.
    """
    versions = dict(known)
    rows: list[RuleRow] = []
    for rule_id in dict.fromkeys(row.rule_id for row in written):
        mine = {row.version: row for row in written if row.rule_id == rule_id}
        mine_known = {version: one for (one_id, version), one in known.items() if one_id == rule_id}
        found = _enact(mine, mine_known, now)
        versions |= {(rule_id, version): one for version, one in found.items()}
        moved = {version: day for (one_id, version), day in decided.items() if one_id == rule_id}
        rows += _in_force(mine, found, moved)
    return Book(tuple(replace(row, rule_no=number) for number, row in enumerate(rows, start=1)), versions)


def current_version(rows: Iterable[RuleRow], rule_id: str, today: date) -> int | None:
    """The version of a rule that `rows` have in force today, else its newest; None when there is no such rule."""
    mine = [row for row in rows if row.rule_id == rule_id]
    begun = [row for row in mine if (row.effective_from or date.min) <= today <= (row.effective_to or date.max)]
    return max((row.version for row in begun or mine), default=None)


def _enact(written: Mapping[int, RuleRow], known: Mapping[int, Enacted], now: Moment) -> dict[int, Enacted]:
    """All versions of one rule after this run has seen what is written."""
    found = dict(known)
    newest = max(written)
    for version, one in known.items():
        if version > newest and one.judges:
            found[version] = replace(one, withdrawn_by=now.run_id)
    for version, row in sorted(written.items()):
        before = known.get(version)
        if before is not None and not before.withdrawn_by:
            starts_on = row.effective_from or before.starts_on
            found[version] = replace(before, semantic_hash=row.semantic_hash, row=row, starts_on=starts_on)
        else:
            is_first = not any(one.judges for older, one in known.items() if older < version)
            starts_on = row.effective_from or (None if is_first else now.today)
            found[version] = Enacted(row.semantic_hash, row, starts_on, now.run_id)
    return found


def _in_force(
    written: Mapping[int, RuleRow], versions: Mapping[int, Enacted], moved: Mapping[int, date | None]
) -> list[RuleRow]:
    """The versions of one rule with the days that are theirs, in the order in which they come into force."""
    rows: list[RuleRow] = []
    for version, one in sorted(versions.items(), reverse=True):
        if one.row is None or one.withdrawn_by:
            continue
        starts_on = moved.get(version, one.starts_on)
        last = min(_last_days(one.row, rows, written, moved), default=_NEVER)
        if _first_day(starts_on) <= last:
            ends_on = None if last == _NEVER else date.fromordinal(last)
            rows.append(replace(one.row, effective_from=starts_on, effective_to=ends_on))
    return sorted(rows, key=lambda row: (_first_day(row.effective_from), row.version))


def _last_days(
    row: RuleRow, newer: Iterable[RuleRow], written: Mapping[int, RuleRow], moved: Mapping[int, date | None]
) -> Iterator[int]:
    """Where a version ends, as day numbers: as it says itself, and the day before any newer one begins.

    Two versions that both stand in the files have been checked not to overlap; they may follow in any order, unless a
    decision has moved one of them.
    """
    if row.effective_to is not None:
        yield row.effective_to.toordinal()
    for other in newer:
        as_written = row.version in written and other.version in written
        if not as_written or row.version in moved or other.version in moved:
            yield _first_day(other.effective_from) - 1


def _first_day(day: date | None) -> int:
    return day.toordinal() if day else _BEGINNING
