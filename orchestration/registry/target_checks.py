"""What targets cannot say: of a tool that is not there, twice, before the tool lives; and what they hardly mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from orchestration.errors import Problem
from orchestration.registry.explain import suggest
from orchestration.registry.loading import Registry, raw_items, unknown_tool, valid_items
from orchestration.registry.models import Target, Tool
from orchestration.registry.yaml_file import YamlFile
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Place:
    """A target in its file."""

    file: YamlFile
    index: int
    target: Target

    @property
    def measured(self) -> tuple[str, str | None, str]:
        """What it is a target of."""
        return self.target.tool, self.target.org_unit, self.target.measure

    @property
    def line(self) -> int:
        return self.file.position(("targets", self.index))[0]

    def problem(self, key: str, what: str, mend: str, *, is_warning: bool = False) -> Problem:
        return self.file.problem(("targets", self.index, key), what, mend, is_warning)


def target_errors(registry: Registry, known: list[str]) -> Iterator[Problem]:
    """Entries that contradict the tools, each other or themselves."""
    file = registry.files.get("targets")
    if file is not None:
        yield from _unknown_or_twice(file, known)
        for place in _places(file):
            yield from _late_baseline(place)


def target_warnings(workspace: Workspace, registry: Registry) -> Iterator[Problem]:
    """Dates from before the tool was live, later targets below earlier ones, org units that nobody is in."""
    file = registry.files.get("targets")
    places = list(_places(file)) if file is not None else []
    tools = {tool.id: tool for tool in registry.tools}
    for place in places:
        if place.target.tool in tools:
            yield from _before_live(place, tools[place.target.tool])
    yield from _falling(places)
    yield from _empty_units(workspace, registry, [place for place in places if place.target.org_unit])


def _empty_units(workspace: Workspace, registry: Registry, places: list[_Place]) -> Iterator[Problem]:
    if not places or not workspace.latest.is_symlink():
        return
    from orchestration.reach import published_org_units  # DuckDB takes a while to load

    units = published_org_units(workspace)
    for place in places:
        unit = place.target.org_unit or ""
        if units and unit not in units:
            what = f"nobody is in {unit!r} ({registry.people.org_unit}){suggest(unit, units)}"
            yield place.problem("org_unit", what, "correct it, or take the target out", is_warning=True)


def _places(file: YamlFile) -> Iterator[_Place]:
    for index, target in valid_items(file, "targets", Target):
        yield _Place(file, index, target)


def _unknown_or_twice(file: YamlFile, known: list[str]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    for index, target in enumerate(raw_items(file, "targets")):
        if not isinstance(target, dict):
            continue
        tool_id = target.get("tool")
        if isinstance(tool_id, str) and tool_id not in known:
            yield file.problem(("targets", index, "tool"), *unknown_tool(tool_id, known))
        key = tuple(str(target.get(name)) for name in ("tool", "org_unit", "measure", "date"))
        if key in seen:
            line, _ = file.position(("targets", seen[key]))
            yield file.problem(("targets", index), f"this target stands twice (first in line {line})", "keep one")
        seen.setdefault(key, index)


def _late_baseline(place: _Place) -> Iterator[Problem]:
    week, due = place.target.baseline_week, place.target.due_date
    if week is not None and week > due - timedelta(days=7):
        what = f"the baseline week {week:%G-W%V} does not end before the target is due ({due})"
        yield place.problem("baseline_week", what, "measure from an earlier week")


def _before_live(place: _Place, tool: Tool) -> Iterator[Problem]:
    week, due = place.target.baseline_week, place.target.due_date
    live = f"{tool.id!r} is live ({tool.live_from})"
    if due < tool.live_from:
        yield place.problem("date", f"the target is due on {due}, before {live}", "set a later date", is_warning=True)
    elif week is not None and week < _monday(tool.live_from):
        what = f"the baseline week {week:%G-W%V} lies before {live}, so there is none"
        yield place.problem("baseline_week", what, "measure from a week in which the tool is live", is_warning=True)


def _falling(places: list[_Place]) -> Iterator[Problem]:
    """A target that asks for less than the one before it is met by standing still."""
    ordered = sorted(places, key=lambda place: (str(place.measured), place.target.due_date))
    for before, after in pairwise(ordered):
        if before.measured == after.measured and after.target.value < before.target.value:
            earlier = f"{before.target.value:.0%} of line {before.line}, due before it"
            what = f"{after.target.value:.0%} is less than the {earlier}"
            yield after.problem("value", what, "ask for more later, or take one out", is_warning=True)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
