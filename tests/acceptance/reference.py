"""The status of every eligible person, tool and week, worked out from the text of the rules alone.

Slow and plain: it walks over days, not over spans. Sequences and verdicts come from the judge of tests/judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from orchestration.judging import CaseEvent
from tests.acceptance.parts import DAY, Absence, Company, Outage, RosterRow, Tool, days, monday_of
from tests.judge import reference as judge
from tests.judge.language import Log, Rule, Selector

WEEK = timedelta(days=7)
LONG_AGO = timedelta(days=56)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of fct_person_tool_week."""

    person_id: str
    tool_id: str
    week_start: date
    status: str
    reason: str
    is_active: bool
    uses: int
    active_days: int
    available_days: int
    rules_judged: int
    rules_violated: int
    obligations: int
    broken: int
    pending: int
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation, or as many as the count of a day says."""

    at: datetime
    outcome: str
    weight: int


def expected(company: Company) -> dict[tuple[str, str, date], Row]:
    """Every row that must be published, and no other."""
    found = [row for tool in company.tools for row in ToolJudge(company, tool).rows()]
    return {(row.person_id, row.tool_id, row.week_start): row for row in found}


class ToolJudge:
    """One tool of a company."""

    def __init__(self, company: Company, tool: Tool) -> None:
        self.company, self.tool = company, tool
        self.live_at = company.instant(tool.live_from)
        self.outage_days = company.outage_days(tool.tool_id)
        self.outages = [one for one in company.outages if one.tool_id == tool.tool_id]
        self.absent = _by_person(company)
        self.used_days = [one for one in company.days_of_use if one.tool_id == tool.tool_id]
        self.newest_day = self._newest_day()
        self.watermark_at = self._watermark()
        self.uses = self._uses()
        self.duties = {rule.rule_id: self._duties(rule) for rule in tool.rules}

    # --- what there is ------------------------------------------------------------------------------------------

    def _newest_day(self) -> date:
        if self.tool.is_daily:
            return max(one.day for one in self.used_days)
        return max(self.company.local_day(one.event.occurred_at) for one in self.company.deeds)

    def _watermark(self) -> datetime:
        """The newest event, or the end of the newest day."""
        if self.tool.is_daily:
            return self.company.instant(self.newest_day + DAY)
        return max(one.event.occurred_at for one in self.company.deeds)

    def _uses(self) -> dict[str, list[date]]:
        """Local days of the uses per person, one entry per use, none before the tool was live."""
        found: dict[str, list[date]] = defaultdict(list)
        if self.tool.is_daily:
            for day, person_id in {(one.day, one.person_id) for one in self.used_days if one.person_id}:
                found[person_id].append(day)
        else:
            for deed in self.company.deeds:
                event = deed.event
                is_use = self.tool.uses.matches(event) if self.tool.uses else not deed.is_begun_by_tool
                if event.user_id is not None and event.actor_type == "human" and is_use:
                    found[event.user_id].append(self.company.local_day(event.occurred_at))
        return {person: [day for day in used if day >= self.tool.live_from] for person, used in found.items()}

    def is_eligible(self, person_id: str, day: date) -> bool:
        row = self.company.row_on(person_id, day)
        if row is None or not _is_within(row, day):
            return False
        if self.tool.seats is not None:
            return any(seat.person_id == person_id and seat.covers(day) for seat in self.tool.seats)
        if self.tool.named is not None:
            return person_id in self.tool.named
        return self.tool.where is None or self.tool.where.value(row.fields) is True

    def is_reachable(self, person_id: str, day: date) -> bool:
        """A working day of the person since the tool was live, without leave, holiday or outage."""
        is_off = day in self.company.holidays or day in self.outage_days or day < self.tool.live_from
        if is_off or any(one.covers(day) for one in self.absent.get(person_id, ())):
            return False
        row = self.company.row_on(person_id, day) or self._nearest_row(person_id, day)
        return day.weekday() in (self.company.weekdays if row.weekdays is None else row.weekdays)

    def _nearest_row(self, person_id: str, day: date) -> RosterRow:
        """Somebody not yet, or no longer, on the roster works as the nearest roster says."""
        having = [one for one in self.company.rosters if person_id in one.rows]
        later = [one for one in having if one.effective > day]
        return (later[0] if later else having[-1]).rows[person_id]

    # --- obligations --------------------------------------------------------------------------------------------

    def _duties(self, rule: Rule) -> dict[str, list[Duty]]:
        if rule.kind == "cadence":
            return {person: list(self._weeks_of(rule, person)) for person in self.company.person_ids}
        found: dict[str, list[Duty]] = defaultdict(list)
        for person, duty in self._shares(rule) if self.tool.is_daily else self._sequences(rule):
            local_day = self.company.local_day(duty.at)
            if duty.at >= self.live_at and _is_in_force(rule, local_day):
                found[person].append(duty)
        return found

    def _sequences(self, rule: Rule) -> Iterator[tuple[str, Duty]]:
        """Obligations on events. Events that share neither user nor keys cannot meet, so each group is judged alone."""
        groups: dict[object, list[CaseEvent]] = defaultdict(list)
        for deed in self.company.deeds:
            event = deed.event
            keys = tuple(event.fields.get(name) for name in rule.same)
            groups[(event.user_id if rule.who == "same_user" else None, keys)].append(event)
        plain = replace(rule, effective_from=None, effective_to=None)
        for events in groups.values():
            for one in judge.obligations(plain, self._log(events)):
                yield one.user_id, Duty(one.at, one.outcome, 1)

    def _log(self, events: Sequence[CaseEvent]) -> Log:
        spans = tuple((one.starts_at, one.ends_at) for one in self.outages)
        end = self.watermark_at + WEEK
        return Log(tuple(events), self.live_at, end, self.watermark_at, self.live_at, outages=spans)

    def _shares(self, rule: Rule) -> Iterator[tuple[str, Duty]]:
        """A day's counts: as many kept as `of` says, as many broken as `among` has beyond it."""
        of, among = _measure(rule.of), _measure(rule.among)
        for one in self.used_days:
            if one.person_id is None or of not in one.measures or among not in one.measures:
                continue
            at, due = self.company.instant(one.day), self.company.instant(one.day + DAY)
            kept, broken = one.measures[of], one.measures[among] - one.measures[of]
            outcome = "excused" if _is_hit(self.outages, at, due - timedelta.resolution) else "broken"
            yield one.person_id, Duty(at, "kept", kept)
            yield one.person_id, Duty(at, outcome, broken)

    def _weeks_of(self, rule: Rule, person_id: str) -> Iterator[Duty]:
        assert rule.need is not None
        monday = monday_of(self.tool.live_from + timedelta(days=6))
        while monday <= self.newest_day:
            week = list(days(monday, monday + timedelta(days=6)))
            available = sum(self.is_available(person_id, day) for day in week)
            if available >= 2 and _is_in_force(rule, monday):
                is_met = self._done(rule, person_id, week) >= -(-rule.need * available // 5)
                yield Duty(self.company.instant(monday), self._cadence_outcome(monday, is_met), 1)
            monday += WEEK

    def _cadence_outcome(self, monday: date, is_met: bool) -> str:
        at, due = self.company.instant(monday), self.company.instant(monday + WEEK)
        if is_met:
            return "kept"
        if due > self.watermark_at:
            return "pending"
        return "excused" if _is_hit(self.outages, at, due) else "broken"

    def _done(self, rule: Rule, person_id: str, week: Sequence[date]) -> int:
        if self.tool.is_daily:
            measure = _measure(rule.of)
            mine = [one for one in self.used_days if one.person_id == person_id and one.day in week]
            counts = [one.measures.get(measure, 0) for one in mine]
            return sum(count > 0 for count in counts) if rule.unit == "days" else sum(counts)
        assert rule.of is not None
        mine_too = [one.event for one in self.company.deeds if one.event.user_id == person_id]
        on = [self.company.local_day(one.occurred_at) for one in mine_too if rule.of.matches(one)]
        return len({day for day in on if day in week}) if rule.unit == "days" else sum(day in week for day in on)

    def is_available(self, person_id: str, day: date) -> bool:
        return self.is_eligible(person_id, day) and self.is_reachable(person_id, day)

    # --- weeks --------------------------------------------------------------------------------------------------

    def weeks(self) -> Iterator[date]:
        """From the week of going live to the last that ended by the end of the watermark's day and of --as-of."""
        monday = monday_of(self.tool.live_from)
        last_end = min(self.newest_day, self.company.as_of) + DAY
        while monday + WEEK <= last_end:
            yield monday
            monday += WEEK

    def rows(self) -> Iterator[Row]:
        for monday in self.weeks():
            for person_id in self.company.person_ids:
                if any(self.is_eligible(person_id, day) for day in days(monday, monday + timedelta(days=6))):
                    yield self._row(person_id, monday)

    def _row(self, person_id: str, monday: date) -> Row:
        first, end = monday - WEEK * (self.tool.window_weeks - 1), monday + WEEK
        window = list(days(max(first, self.tool.live_from), end - DAY))
        used = [day for day in self.uses.get(person_id, ()) if first <= day < end]
        had_used = any(day < first for day in self.uses.get(person_id, ()))
        duties = {rule.rule_id: self._counted(rule, person_id, first, end) for rule in self.tool.rules}
        verdicts = {rule.rule_id: _verdict(rule, duties[rule.rule_id]) for rule in self.tool.rules}
        status, reason = self._status(person_id, monday, window, len(used), had_used, verdicts)
        every = [duty for found in duties.values() for duty in found]
        return Row(
            person_id,
            self.tool.tool_id,
            monday,
            status,
            reason,
            is_active=len(used) >= self.tool.min_uses,
            uses=len(used),
            active_days=len(set(used)),
            available_days=sum(self.is_available(person_id, day) for day in window),
            rules_judged=sum(word in {"satisfied", "violated"} for word in verdicts.values()),
            rules_violated=sum(word == "violated" for word in verdicts.values()),
            obligations=sum(_total(every, word) for word in ("kept", "broken", "pending", "unknown", "excused")),
            broken=_total(every, "broken"),
            pending=_total(every, "pending"),
            is_provisional=self.is_provisional(monday),
        )

    def _counted(self, rule: Rule, person_id: str, first: date, end: date) -> list[Duty]:
        """The duties of the window; of a rare rule also those of weeks before it, until there are enough."""
        wanted, weeks = rule.reach or (0, 0)
        found = self._within(rule, person_id, first, end)
        while _total(found, "kept") + _total(found, "broken") < wanted and end - first < WEEK * weeks:
            first -= WEEK
            found = self._within(rule, person_id, first, end)
        return found

    def _within(self, rule: Rule, person_id: str, first: date, end: date) -> list[Duty]:
        starts_at, ends_at = self.company.instant(first), self.company.instant(end)
        mine = self.duties[rule.rule_id].get(person_id, ())
        return [duty for duty in mine if max(starts_at, self.live_at) <= duty.at < ends_at]

    def is_provisional(self, monday: date) -> bool:
        end = monday + WEEK
        longest = max((rule.within for rule in self.tool.rules if rule.within), default=timedelta())
        is_complete = self.watermark_at >= self.company.instant(end) + longest
        return not (is_complete and self.company.as_of + DAY > end + DAY * self.tool.late_days)

    def _status(
        self,
        person_id: str,
        monday: date,
        window: Sequence[date],
        uses: int,
        had_used: bool,
        verdicts: Mapping[str, str],
    ) -> tuple[str, str]:
        tool, end = self.tool, monday + WEEK
        broken = [rule.severity for rule in tool.rules if verdicts[rule.rule_id] == "violated"]
        proven = [rule for rule in tool.rules if verdicts[rule.rule_id] == "satisfied" and rule.severity != "minor"]
        if tool.paused_from is not None and tool.paused_from < end:
            return "not_judged", "paused"
        if sum(self.is_reachable(person_id, day) for day in window) < tool.min_available_days:
            return "not_judged", "away"
        if (end - self._eligible_since(person_id, monday)).days < tool.grace_days:
            return "not_judged", "new"
        if "blocker" in broken:
            return "incorrect_user", "blocker"
        if uses < tool.min_uses:
            return self._without_use(person_id, window, uses, had_used)
        if "major" in broken:
            return "incorrect_user", "major"
        if broken.count("minor") >= 2:
            return "incorrect_user", "several_minor"
        return ("correct_user", "proven") if proven else ("not_judged", "unproven")

    def _without_use(self, person_id: str, window: Sequence[date], uses: int, had_used: bool) -> tuple[str, str]:
        declared = [one for one in self.company.work_items if one.tool_id == self.tool.tool_id]
        mine = [one for one in declared if one.person_id == person_id]
        if declared and not any(self.company.local_day(one.opened_at) in window for one in mine):
            return "not_judged", "no_opportunity"
        return "non_user", "tried" if uses else "lapsed" if had_used else "never"

    def _eligible_since(self, person_id: str, monday: date) -> date:
        """The first day of the unbroken eligibility that the week's last eligible day belongs to."""
        day = max(day for day in days(monday, monday + timedelta(days=6)) if self.is_eligible(person_id, day))
        while self.is_eligible(person_id, day - DAY) and day > monday - LONG_AGO:
            day -= DAY
        return day


def _by_person(company: Company) -> dict[str, list[Absence]]:
    found: dict[str, list[Absence]] = defaultdict(list)
    for one in company.absences:
        found[one.person_id].append(one)
    return found


def _measure(selector: Selector | None) -> str:
    assert selector is not None
    return selector.alternatives[0].names[0]


def _is_within(row: RosterRow, day: date) -> bool:
    has_begun = row.eligible_from is None or row.eligible_from <= day
    return has_begun and (row.eligible_to is None or day <= row.eligible_to)


def _is_in_force(rule: Rule, day: date) -> bool:
    has_begun = rule.effective_from is None or rule.effective_from <= day
    return has_begun and (rule.effective_to is None or day <= rule.effective_to)


def _is_hit(outages: Iterable[Outage], at: datetime, due: datetime) -> bool:
    return any(one.starts_at <= due and one.ends_at > at for one in outages)


def _total(duties: Iterable[Duty], outcome: str) -> int:
    return sum(duty.weight for duty in duties if duty.outcome == outcome)


def _verdict(rule: Rule, duties: Sequence[Duty]) -> str:
    outcomes = [duty.outcome for duty in duties for _ in range(duty.weight)]
    return judge.of_outcomes(rule, outcomes) if outcomes else "not_triggered"
