"""What is wrong with a tool now: one finding per kind and subject, with its figures and what is likely behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.alerts.baseline import Off, Usual, drop, zero_run
from orchestration.alerts.facts import Day, Delivery, Limits, Promise, ToolFacts

LOOK_BACK = timedelta(days=7)
"""A day that was off is told of for a week: what comes a week at a time would otherwise be over when it is noticed."""
FEW_LINES, FEW_BROKEN = 20, 3
FEW_RECORDS = 50
SAME_FILE = "duplicate_file"
FEW_DECISIONS = 50
OVERRIDE_SIGMAS = 3.5
OVERRIDE_SPREAD = 1.5
"""Decisions of one person resemble each other, so shares vary more than coins do."""
VOLUME = ("people_per_day", "events_per_day")
TRIGGERS = ("override_share", "calibration_gap")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now."""

    kind: str
    tool_id: str
    summary: str
    subject: str = ""
    observed: float | None = None
    threshold: float | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at, by which limits, on which day."""

    facts: ToolFacts
    limits: Limits
    today: date


def findings(facts: ToolFacts, limits: Limits, today: date) -> list[Finding]:
    """Everything that is wrong with the tool; of one that is paused only what concerns its logs and its owner."""
    looks = ALWAYS if facts.is_paused else (*ALWAYS, *IN_USE)
    return [finding for look in looks for finding in look(Scene(facts, limits, today))]


def late_sources(scene: Scene) -> Iterator[Finding]:
    """Sources past their deadline."""
    facts = scene.facts
    for one in facts.sources:
        if one.is_late:
            hours = f"is {one.age_hours:.0f} h old" if one.age_hours is not None else "has not come yet"
            allowed = f"; allowed are {one.deadline_hours:g} h" if one.deadline_hours else ""
            text = f"The newest record of {one.source_id} {hours}{allowed}."
            yield Finding("late-source", facts.tool_id, text, one.source_id, one.age_hours, one.deadline_hours)


def broken_lines(scene: Scene) -> Iterator[Finding]:
    """Sources of whose latest lines too many are in quarantine."""
    facts, limits = scene.facts, scene.limits
    for source_id, files in _by_source(facts.deliveries):
        read, broken = sum(one.read for one in files), sum(one.quarantined for one in files)
        if read >= FEW_LINES and broken >= FEW_BROKEN and broken / read > limits.quarantine_share:
            text = (
                f"{broken:,} of {read:,} lines ({broken / read:.1%}) that came of {source_id} in the last week cannot "
                f"be read; allowed are {limits.quarantine_share:.1%}."
            )
            first, last = min(one.loaded_on for one in files), max(one.loaded_on for one in files)
            yield Finding(
                "quarantine", facts.tool_id, text, source_id, broken / read, limits.quarantine_share, first, last
            )


def repeated_deliveries(scene: Scene) -> Iterator[Finding]:
    """Sources that brought a file again, whole or for the most part."""
    facts, limits, today = scene.facts, scene.limits, scene.today
    for source_id, files in _by_source(facts.deliveries):
        again = [one for one in files if _is_repeated(one, limits) and one.modified_on > today - LOOK_BACK]
        if again:
            lines = sum(one.duplicate for one in again)
            text = f"{len(again)} file(s) of {source_id} brought {lines:,} lines that were loaded already."
            share = lines / sum(one.read for one in again)
            yield Finding("repeated-delivery", facts.tool_id, text, source_id, share, limits.repeated_share)


def _is_repeated(file: Delivery, limits: Limits) -> bool:
    """Reports of counts restate the days before them by nature: of these only the very same file is one too many."""
    if file.read < FEW_LINES:
        return False
    return file.status == SAME_FILE or (file.is_of_events and file.duplicate / file.read > limits.repeated_share)


def unknown_people(scene: Scene) -> Iterator[Finding]:
    """Too many of four weeks' (or of the last week's) records are by accounts of nobody."""
    facts, limits = scene.facts, scene.limits
    told = [one for one in facts.days if one.records is not None]
    for length in (7, 28):
        days = told[-length:]
        records = sum((one.records or 0) - (one.service_records or 0) for one in days)
        unknown = sum(one.unknown_records or 0 for one in days)
        if records >= FEW_RECORDS and unknown / records > limits.unknown_share:
            text = (
                f"{unknown:,} of {records:,} records ({unknown / records:.0%}) of the last {length} days belong to "
                f"nobody on the roster; allowed are {limits.unknown_share:.0%}."
            )
            first, last = days[0].day, days[-1].day
            yield Finding(
                "unknown-people", facts.tool_id, text, "", unknown / records, limits.unknown_share, first, last
            )
            return


def drifts(scene: Scene) -> Iterator[Finding]:
    """Changes in the shape of a source."""
    facts = scene.facts
    subjects = dict.fromkeys(one.source_id for one in facts.drifts)
    for source_id in subjects:
        mine = [one for one in facts.drifts if one.source_id == source_id]
        more = f" (and {len(mine) - 3} more)" if len(mine) > 3 else ""
        text = f"{source_id}: {'; '.join(one.text for one in mine[:3])}{more}."
        first = min(one.first_seen for one in mine)
        yield Finding("schema-drift", facts.tool_id, text, source_id, float(len(mine)), 0.0, first)


def ownership(scene: Scene) -> Iterator[Finding]:
    """The owner has left. Somebody whom no roster ever had is unknown, which is no alert."""
    facts = scene.facts
    owner = facts.owner
    if owner.is_on_roster is False:
        until = f" since {owner.on_roster_until}" if owner.on_roster_until else ""
        text = f"{owner.name} ({owner.email}), who owns the tool, is no longer on the roster{until}."
        yield Finding("ownership", facts.tool_id, text, owner.email, 0.0, 1.0, owner.on_roster_until)


def use(scene: Scene) -> Iterator[Finding]:
    """Days without anybody, or with clearly fewer people than usual."""
    facts, limits = scene.facts, scene.limits
    usual = Usual(facts.days)
    working = usual.working
    recent = [one for one in working if one.day > working[-1].day - LOOK_BACK] if working else []
    zero = _latest(recent, lambda day: zero_run(usual, day))
    if zero:
        days = f"on {zero.first}" if zero.first == zero.last else f"from {zero.first} to {zero.last}"
        text = f"Nobody used it {days}; by the weeks before, about {zero.expected:.0f} people were to be expected."
        yield Finding("zero-day", facts.tool_id, text, "", 0.0, zero.expected, zero.first, zero.last)
        return
    off = _latest(recent, lambda day: drop(usual, day, limits.drop_share))
    if off:
        text = (
            f"{off.people:,} people a day added up used it from {off.first} to {off.last}, {1 - off.share:.0%} fewer "
            f"than the {off.expected:.0f} of the same weekdays before."
        )
        yield Finding("usage-drop", facts.tool_id, text, "", float(off.people), off.expected, off.first, off.last)


def _latest(days: Sequence[Day], look: Callable[[Day], Off | None]) -> Off | None:
    return next((off for day in reversed(days) if (off := look(day)) is not None), None)


def override_surge(scene: Scene) -> Iterator[Finding]:
    """In two weeks people override clearly more than in the eight before."""
    facts, limits = scene.facts, scene.limits
    told = [one for one in facts.days if one.decisions is not None]
    if not told:
        return
    lately = [one for one in told if one.day > told[-1].day - 2 * LOOK_BACK]
    before = [one for one in told if told[-1].day - 10 * LOOK_BACK < one.day <= told[-1].day - 2 * LOOK_BACK]
    now, past = _overridden(lately), _overridden(before)
    if now[1] < FEW_DECISIONS or past[1] < FEW_DECISIONS:
        return
    share, usual = now[0] / now[1], past[0] / past[1]
    pooled = (now[0] + past[0]) / (now[1] + past[1])
    deviation = math.sqrt(OVERRIDE_SPREAD * pooled * (1 - pooled) * (1 / now[1] + 1 / past[1]))
    if share - usual >= limits.override_rise and share - usual > OVERRIDE_SIGMAS * deviation:
        text = (
            f"People overrode {share:.0%} of {now[1]:,} recommendations in the last two weeks; in the eight weeks "
            f"before it was {usual:.0%} of {past[1]:,}."
        )
        yield Finding(
            "override-surge", facts.tool_id, text, "", share, usual + limits.override_rise, lately[0].day, told[-1].day
        )


def _overridden(days: Sequence[Day]) -> tuple[int, int]:
    return sum(one.overridden or 0 for one in days), sum(one.decisions or 0 for one in days)


def error_budget(scene: Scene) -> Iterator[Finding]:
    """The latest week that can be judged held more errors than promised."""
    facts = scene.facts
    week = _latest_week(facts.promises, "error_budget")
    if week is not None and week.holds is False:
        what = {"overridden": "decisions were overridden", "broken": "obligations were broken"}
        errors = what.get(facts.error_measure or "", "working days were lost to outages")
        text = (
            f"{_share(week.observed)} of the {errors} in the week of {week.week}; the budget is {_share(week.promised)}"
            f"{', so it was spent ' + _times(week) if week.promised else ''}."
        )
        last = week.week + timedelta(days=6)
        yield Finding("error-budget", facts.tool_id, text, "", week.observed, week.promised, week.week, last)


def calibration(scene: Scene) -> Iterator[Finding]:
    """The confidence shown is further from being right than anybody should live with, policy or not."""
    facts, limits = scene.facts, scene.limits
    week = _latest_week(facts.promises, "calibration_gap")
    known = [one for one in facts.promises if one.criterion == "calibration_gap" and (one.cases or 0) >= 200]
    week = known[-1] if known else week
    if week is not None and week.observed is not None and week.observed > limits.calibration_gap:
        text = (
            f"Over the four weeks to that of {week.week} its confidence was {_share(week.observed)} away from how "
            f"often it was right, in {week.cases or 0:,} decisions; allowed are {_share(limits.calibration_gap)}."
        )
        yield Finding("calibration-gap", facts.tool_id, text, "", week.observed, limits.calibration_gap, week.week)


def volume(scene: Scene) -> Iterator[Finding]:
    """For weeks on end less than promised."""
    facts, limits = scene.facts, scene.limits
    for criterion in VOLUME:
        final = [
            one
            for one in facts.promises
            if one.criterion == criterion and one.holds is not None and not one.is_provisional
        ]
        lately = final[-limits.volume_weeks :]
        if len(lately) == limits.volume_weeks and not any(one.holds for one in lately):
            unit = "people" if criterion == "people_per_day" else "uses"
            latest = lately[-1]
            text = (
                f"For {len(lately)} weeks fewer {unit} a working day than promised: {latest.observed:,.0f} in the week "
                f"of {latest.week} instead of {latest.promised:,.0f}."
            )
            yield Finding(
                "volume", facts.tool_id, text, criterion, latest.observed, latest.promised, lately[0].week, latest.week
            )


def retraining(scene: Scene) -> Iterator[Finding]:
    """Triggers of the owner's own policy."""
    facts = scene.facts
    names = {"override_share": "share of overridden decisions", "calibration_gap": "gap between confidence and truth"}
    for criterion in TRIGGERS:
        week = _latest_week(facts.promises, criterion)
        if week is not None and week.holds is False:
            text = (
                f"The {names[criterion]} is {_share(week.observed)} in the week of {week.week}; the policy retrains "
                f"above {_share(week.promised)}."
            )
            yield Finding("retraining", facts.tool_id, text, criterion, week.observed, week.promised, week.week)
    if facts.has_drift_trigger and facts.drifts:
        text = f"The logs have changed shape, which the policy retrains on: {facts.drifts[0].text}."
        yield Finding("retraining", facts.tool_id, text, "drift", first=facts.drifts[0].first_seen)


Look = Callable[[Scene], Iterator[Finding]]
ALWAYS: tuple[Look, ...] = (late_sources, broken_lines, repeated_deliveries, unknown_people, drifts, ownership)
IN_USE: tuple[Look, ...] = (use, override_surge, error_budget, calibration, volume, retraining)


def _latest_week(promises: Sequence[Promise], criterion: str) -> Promise | None:
    known = [one for one in promises if one.criterion == criterion and one.holds is not None]
    return known[-1] if known else None


def _by_source(files: Sequence[Delivery]) -> Iterator[tuple[str, list[Delivery]]]:
    for source_id in dict.fromkeys(one.source_id for one in files):
        yield source_id, [one for one in files if one.source_id == source_id]


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1%}"


def _times(week: Promise) -> str:
    return f"{(week.observed or 0) / (week.promised or 1):.1f} times"
