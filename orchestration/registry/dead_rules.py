"""Rules that what is loaded can never meet: warnings of `takeup check`, from the latest publication."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration.errors import Problem
from orchestration.registry.loading import Registry
from orchestration.registry.rule_models import Rule
from orchestration.registry.yaml_file import YamlFile
from orchestration.rules.compile import RuleRow
from orchestration.rules.faults import did_you_mean, listed
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.reach import Counts, Reach

# What becomes of a rule when nothing loaded matches one of its keys.
_FIRES, _KEPT, _BROKEN = "can never fire", "can never be kept", "can never be broken"
_CALLS = ("each", "among", "items")
_EFFECTS: Mapping[str, str] = {
    **dict.fromkeys(_CALLS, _FIRES),
    **dict.fromkeys(("then", "first", "by", "module"), _KEPT),
    "never": _BROKEN,
}
# A key whose events come seldom by nature says nothing by their absence: `before`, `since` and the like are not asked.


@dataclass(frozen=True, slots=True)
class _Place:
    """A rule in its file, compiled."""

    file: YamlFile
    index: int
    rule: Rule
    row: RuleRow

    def warning(self, key: str, why: str, mend: str) -> Problem:
        what = f"the rule {self.rule.id!r} {effect(self.rule, key)} on what is loaded: {why}"
        return self.file.problem(("rules", self.index, key), what, mend, is_warning=True)


def dead_rules(workspace: Workspace, registry: Registry, rows: Iterable[RuleRow], today: date) -> list[Problem]:
    """A warning for every key of a rule in force that nothing loaded meets; none before the first publication."""
    if not workspace.latest.is_symlink():
        return []
    from orchestration.reach import published_reach  # DuckDB takes a while to load, and a new workspace has nothing

    reach = published_reach(workspace)
    return [problem for place in _places(registry, rows, today) for problem in _findings(place, reach)]


def effect(rule: Rule, key: str) -> str:
    """What follows for the rule when nothing matches that key."""
    if key != "of":
        return _EFFECTS[key]
    if rule.kind == "count":
        return _BROKEN if rule.min is None else _KEPT
    return _KEPT if rule.kind == "cadence" or rule.min is not None else _BROKEN


def _places(registry: Registry, rows: Iterable[RuleRow], today: date) -> Iterator[_Place]:
    compiled = {(row.rule_id, row.version): row for row in rows}
    for file, rules in registry.rule_sources:
        for index, rule in enumerate(rules.rules):
            is_over = rule.effective.end is not None and rule.effective.end < today
            if not is_over and (rule.id, rule.version) in compiled:
                yield _Place(file, index, rule, compiled[rule.id, rule.version])


def _findings(place: _Place, reach: Reach) -> Iterator[Problem]:
    """What is wrong with the keys that call for something; only when nothing is, what is wrong with the others."""
    loaded = reach.events.get(place.row.tool_id, {})
    counts = reach.counts.get((place.rule.id, place.row.semantic_hash), {})
    keys = [key for key in (*_EFFECTS, "of") if getattr(place.rule, key) is not None]
    for group in ([key for key in keys if key in _CALLS], [key for key in keys if key not in _CALLS]):
        found = [problem for key in group if (problem := _finding(place, key, loaded, counts.get(key)))]
        yield from found
        if found:
            return


def _finding(place: _Place, key: str, loaded: Mapping[str, int], counts: Counts | None) -> Problem | None:
    if key in ("items", "module"):
        return _beside_events(place, key, counts)
    selector = place.row.spec.get(key)
    if selector is None:
        return _of_counts(place, key, counts)
    names: list[str] = selector["events"]
    if not loaded:
        return None
    if not set(names) & set(loaded):
        return _no_such_event(place, key, names, loaded)
    return _nothing_met(place, key, _total(names, loaded), counts) if counts else None


def _no_such_event(place: _Place, key: str, names: list[str], loaded: Collection[str]) -> Problem:
    hint = did_you_mean(names[0], loaded) if len(names) == 1 else ""
    which = f"no event named {' or '.join(map(repr, names))}"
    why = f"{which} among the {len(loaded)} kinds of event of {place.row.tool_id!r}{hint}"
    return place.warning(key, why, f"loaded are {listed(loaded)}; correct the name, or have the tool log it")


def _nothing_met(place: _Place, key: str, total: str, counts: Counts) -> Problem | None:
    if counts.met == 0:
        mend = "compare with values that the log has; a value of another type reads as null"
        return place.warning(key, f"0 of {total} satisfy the condition of `{key}`", mend)
    if counts.used == 0:
        needs = [*(place.rule.same or ()), *([place.rule.per] if place.rule.kind == "count" else [])]
        lacking = f"have {' and '.join(map(str, needs))}" if needs else "are of a known person"
        mend = "take keys that the log fills, and see that its people are on the roster"
        return place.warning(key, f"0 of {counts.met:,} such events {lacking}", mend)
    return None


def _of_counts(place: _Place, key: str, counts: Counts | None) -> Problem | None:
    """A measure of daily counts."""
    if counts is None or counts.named == 0 or counts.met:
        return None
    why = f"0 of {counts.named:,} days with counts tell {getattr(place.rule, key)!r}"
    return place.warning(key, why, "name a measure that the source reports")


def _beside_events(place: _Place, key: str, counts: Counts | None) -> Problem | None:
    """Work items of a kind, completions of a module: no finding where none at all are loaded."""
    if counts is None or counts.named == 0 or counts.used:
        return None
    if key == "module":
        why = f"0 of {counts.named:,} completions are of {place.rule.module!r}"
        return place.warning(key, why, "write the module as inbox/training does")
    kinds = " or ".join(place.rule.items or ())
    why = f"0 of {counts.named:,} work items are closed and of the kind {kinds}"
    return place.warning(key, why, "write the kind as inbox/work_items does")


def _total(names: list[str], loaded: Mapping[str, Any]) -> str:
    present = [name for name in names if name in loaded]
    return f"{sum(loaded[name] for name in present):,} {' or '.join(map(repr, present))} events"
