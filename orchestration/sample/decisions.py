"""Usage of the in-house decision tools as CloudEvents: what a person does with one item, event by event."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from orchestration.sample.plans import Plan
from orchestration.sample.tools import LOW, OVERRIDE, SHARED, STAKE, SURE, WRONG

CLOCK = tuple(
    f"{hour:02}:{minute:02}:{second:02}" for hour in range(24) for minute in range(60) for second in range(60)
)
DAY_SECONDS = 86_400
OPENS_AT, OPEN_FOR = 27_000, 31_000  # from 07:30 to about 16:00 UTC: no event comes near midnight in any summer time
REASONS = ("credit note", "wrong cost centre", "duplicate", "new information", "out of policy", "known customer")
# Controls of claims triage: the weekly practice case, responding to the confidence shown, noticing wrong advice.
PRACTICE, RELIANCE, WRONG_ADVICE = 4, 6, 7
UNSURE, IS_SURE = 0.75, 0.8
AUDITED_AFTER = 72_000  # an auditor looks at a claim twenty hours after it was decided
AUDITED_SHARE = 0.05


@dataclass(slots=True)
class WeekLog:
    """The lines of one tool and week, each with its second within the week for sorting."""

    system: str
    week: int
    days: tuple[str, ...]
    is_window: bool
    rng: random.Random
    # Who can give a second opinion on each weekday (user as JSON): only people who are at work.
    reviewers: list[list[str]] = field(default_factory=lambda: [[] for _ in range(7)])
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    items: int = 0
    # Work items beside the log: (item, person, kind, opened at, closed at), in seconds like the lines.
    work: list[tuple[str, str, str, int, int]] = field(default_factory=list)

    def emit(self, at: int, event: str, item: str, user: str, data: str = "") -> None:
        """Add one CloudEvent. `at` counts seconds from Monday 00:00 UTC, `user` is JSON, `data` starts with a comma."""
        day, second = divmod(at, DAY_SECONDS)
        line = (
            f'{{"specversion":"1.0","id":"{self.week:02}-{len(self.lines):07}","source":"/{self.system}",'
            f'"type":"com.example.{self.system}.{event}","subject":"{item}",'
            f'"time":"{self.days[day]}T{CLOCK[second]}Z","data":{{"user":{user}{data}}}}}'
        )
        self.lines.append((at, line.encode()))

    def next_item(self, prefix: str) -> str:
        """An item id that is unique in the tool."""
        self.items += 1
        return f"{prefix}-{self.week:02}{self.items:06}"


class Case:
    """One item in one person's hands: what the scenarios below are told with."""

    __slots__ = ("about", "at", "draw", "item", "log", "mask", "plan", "user")

    def __init__(self, log: WeekLog, plan: Plan, day: int, prefix: str) -> None:
        self.log, self.plan, self.user, self.mask = log, plan, plan.user, plan.masks[log.week]
        self.draw = log.rng.random
        self.at = day * DAY_SECONDS + OPENS_AT + int(self.draw() * OPEN_FOR)
        self.item = log.next_item(prefix)
        self.about = ""  # what every event of the case says

    def emit(self, later: int, event: str, data: str = "") -> None:
        """An event of this item by its owner, so many seconds after the decision (before it when negative)."""
        self.log.emit(self.at + later, event, self.item, self.user, data)

    def breaks(self, control: int) -> bool:
        """Whether the person breaks this control here."""
        return self.plan.breaks(control, self.mask, self.log.is_window)

    def keep(self, control: int) -> None:
        """An obligation that the person had no occasion to break."""
        if self.log.is_window:
            self.plan.note(control, 1, 0)

    def attend(self, control: int) -> None:
        """An obligation that the person breaks every time while they neglect it, and otherwise never."""
        if self.log.is_window:
            self.plan.note(control, 1, self.mask >> control & 1)

    def reading(self, words: int, is_blind: bool) -> int:
        """Milliseconds before the screen: reading takes 100 a word; the blind take a tenth to half of that."""
        return int(words * 100 * (0.1 + 0.4 * self.draw() if is_blind else 1.2 + 2.5 * self.draw()))

    def colleague(self) -> str | None:
        """Another person who is at work that day; None when three tries find nobody."""
        others = self.log.reviewers[self.at // DAY_SECONDS]
        for _ in range(3 if others else 0):
            other = others[int(self.draw() * len(others))]
            if other != self.user:
                return other
        return None

    def sure(self, low: float, high: float, edge: float, is_low: bool) -> str:
        """A confidence clearly on one side of `edge`."""
        value = low + (edge - 0.02 - low) * self.draw() if is_low else edge + 0.02 + (high - edge - 0.02) * self.draw()
        return f"{value:.2f}"

    def decide(self, is_accepted: bool, confidence: str, words: int, is_blind: bool = False, more: str = "") -> None:
        """The decision, which is a use of the tool."""
        dwell = self.reading(words, is_blind)
        name = "accepted" if is_accepted else "overridden"
        self.emit(
            0, "decide", f',"decision":"{name}","confidence":{confidence},"words":{words},"dwell_ms":{dwell}{more}'
        )
        self.plan.use(self.log.is_window)

    def reason(self) -> str:
        """Why the person knew better than the tool."""
        return f',"override_reason":"{REASONS[int(self.draw() * len(REASONS))]}"'


def invoice(case: Case) -> None:
    """One invoice: extraction shown, document opened or not, decided, a changed bank account called back."""
    is_low, has_bank_change = case.plan.turn(LOW), case.plan.turn(STAKE)
    is_accepted = not case.plan.turn(OVERRIDE) or has_bank_change
    confidence = case.sure(0.5, 0.99, 0.8, is_low)
    case.emit(-40, "extraction_shown", f',"confidence":{confidence},"model":"extract-4"')
    if not case.breaks(0) if is_accepted and is_low else case.draw() < 0.5:
        case.emit(-30, "document_opened")
    if has_bank_change and not case.breaks(2):
        case.emit(-5, "callback_made", ',"channel":"phone"')
    is_blind = is_accepted and case.breaks(1)
    why = "" if is_accepted or case.breaks(3) else case.reason()
    bank = "true" if has_bank_change else "false"
    case.decide(is_accepted, confidence, 40 + int(120 * case.draw()), is_blind, f'{why},"bank_changed":{bank}')


def lead(case: Case) -> None:
    """One lead: profile opened or not, score accepted or overridden, now and then a list exported."""
    is_low, is_rubber_stamp = case.plan.turn(LOW), case.mask & 2
    is_accepted = not case.plan.turn(OVERRIDE) or bool(is_rubber_stamp)
    if not case.breaks(0) if is_low and is_accepted else case.draw() < 0.6:
        case.emit(-45, "profile_opened")
    if case.log.is_window:
        case.plan.note(1, 1, not is_accepted)
    why = "" if is_accepted or case.breaks(2) else case.reason()
    case.decide(is_accepted, case.sure(0.2, 0.99, 0.6, is_low), 30, more=why)
    if case.plan.turn(SHARED):
        consent = "false" if case.breaks(3) else "true"
        case.emit(300, "list_exported", f',"has_consent":{consent},"rows":{5 + int(60 * case.draw())}')


def claim(case: Case) -> None:
    """One claim: recommendation shown, evidence opened or not, decided, reviewed by another if large, paid, shared."""
    is_wrong = case.plan.turn(WRONG)
    is_low = case.plan.turn(LOW) or is_wrong  # who overrides what is wrong thereby overrides what is unsure
    is_accepted = _is_accepted(case, is_low, is_wrong)
    confidence = case.sure(0.4, 0.99, UNSURE, is_low)
    _rely(case, is_accepted, float(confidence))
    case.emit(-90, "recommendation_shown", f',"confidence":{confidence},"model":"triage-2"')
    if not case.breaks(1) if is_low and is_accepted else case.draw() < 0.7:
        case.emit(-60, "evidence_opened")
    is_blind = is_accepted and case.breaks(2)
    why = "" if is_accepted or case.breaks(3) else case.reason()
    case.decide(is_accepted, confidence, 60 + int(140 * case.draw()), is_blind, why)
    _audit(case, is_accepted, is_wrong)
    if is_accepted:
        _pay(case)
    if case.plan.turn(SHARED):
        is_leak = case.breaks(5)
        channel = "external" if is_leak or case.draw() < 0.5 else "internal"
        data_class = "restricted" if is_leak or channel == "internal" else "general"
        case.emit(200, "summary_shared", f',"data_class":"{data_class}","channel":"{channel}"')


def _is_accepted(case: Case, is_low: bool, is_wrong: bool) -> bool:
    """Whoever relies on the tool too much accepts everything; others weigh the unsure, and notice what is wrong."""
    if case.mask >> RELIANCE & 1:
        if is_wrong and case.log.is_window:
            case.plan.note(WRONG_ADVICE, 1, 1)
        return True
    if is_wrong:
        return case.breaks(WRONG_ADVICE)
    return not case.plan.turn(OVERRIDE if is_low else SURE)


def _rely(case: Case, is_accepted: bool, confidence: float) -> None:
    """Counts a decision whose confidence was shown as sure or as unsure."""
    if case.log.is_window and not UNSURE <= confidence < IS_SURE:
        case.plan.note(RELIANCE, 1, is_accepted != (confidence >= IS_SURE))


def _audit(case: Case, is_accepted: bool, is_wrong: bool) -> None:
    """Auditors find all that was wrong, and look at a few others."""
    if is_wrong or case.draw() < AUDITED_SHARE:
        name = "accepted" if is_accepted else "overridden"
        is_right = "false" if is_wrong else "true"
        case.emit(AUDITED_AFTER, "decision_audited", f',"decision":"{name}","advice_is_right":{is_right}')


def _pay(case: Case) -> None:
    """Release the money; a large claim needs a second person, whom the careless leave out or replace by themselves."""
    reviewer = case.colleague() if case.plan.turn(STAKE) else None
    amount = 200 + int(9_000 * case.draw())
    if reviewer is not None:
        amount += 10_000
        if not case.breaks(0):
            case.log.emit(case.at + 1_200, "second_review", case.item, reviewer)
        elif case.draw() < 0.5:
            case.emit(600, "second_review")
    case.emit(3_600, "payment_released", f',"amount":{amount}.0')


def practise(log: WeekLog, plan: Plan, day: int) -> None:
    """The weekly practice case with a known answer, which those who are careless about it skip."""
    if not plan.masks[log.week] >> PRACTICE & 1:
        Case(log, plan, day, "CAL").emit(0, "calibration_case", ',"is_right":true')
