"""A rule's examples as a picture: what happened when, the time that is allowed, the event that decides, the outcome.

The outcome of each example is not worked out here: it is handed in (pictures.py), and a test holds it to the macros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestration.rules.durations import spoken
from orchestration.rules.example_log import DEFAULT_USER, ExampleEvent, ExampleLog
from orchestration.rules.examples import FIRST_DAY, LONG_AGO
from orchestration.rules.expressions import Node
from orchestration.rules.parsing import ParsedRule
from orchestration.rules.spec import settle
from orchestration.rules.svg import (
    MARGIN,
    WIDTH,
    box,
    diamond,
    document,
    dot,
    label,
    line,
    pill,
    width_of,
    within_card,
)

LOOKS = {"kept": "good", "broken": "bad", "pending": "open", "unknown": "open", "excused": "open"}
LOOKS |= {"satisfied": "good", "violated": "bad", "unproven": "open"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_NOTHING_ASKED = "nothing asked"
_TITLE, _TRACK, _LABELS, _ROW = 26, 66, 90, 15
_LEFT, _RIGHT = MARGIN + 24, WIDTH - MARGIN - 24


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an example's one obligation comes to: the event that calls for it, the outcome, the event that decides."""

    event: str | None
    outcome: str
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One example of the picture; no outcome: nothing is asked."""

    name: str
    log: ExampleLog
    outcome: Outcome | None

    @property
    def look(self) -> str:
        return LOOKS[self.outcome.outcome] if self.outcome else "none"

    @property
    def word(self) -> str:
        return self.outcome.outcome if self.outcome else _NOTHING_ASKED


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something that happened. role: calls (for the obligation), decides, other."""

    at: datetime
    words: str
    role: str


@dataclass(frozen=True, slots=True)
class _Span:
    """The time that is allowed, and what it is called."""

    start: datetime
    end: datetime
    words: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """Instants -> x."""

    start: datetime
    end: datetime
    is_long: bool = True

    def x(self, at: datetime) -> float:
        inside = min(max(at, self.start), self.end)
        return _LEFT + (_RIGHT - _LEFT) * ((inside - self.start) / (self.end - self.start))

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def timeline(parsed: ParsedRule, lanes: Sequence[Lane], title: str, sentence: str) -> str:
    """The picture: one lane per example, one axis for all of them."""
    drawn = [(lane, _span(parsed, lane), _marks(parsed, lane)) for lane in lanes]
    scale = _scale([(lane, span, marks) for lane, span, marks in drawn])
    body: list[str] = []
    y = 8.0
    for lane, span, marks in drawn:
        rows = _placed(marks, scale)
        body += _lane(lane, span, rows, scale, y)
        y += _LABELS + _ROW * max((row for _, row in rows), default=0) + 18
    body += [*(_axis(scale, y + 4) if scale.is_long else ()), *_legend(parsed, y + (46 if scale.is_long else 10))]
    told = "; ".join(f"{lane.name}: {lane.word}" for lane in lanes)
    return document(y + (64 if scale.is_long else 28), title, f"{sentence} Examples: {told}.", body)


def _lane(
    lane: Lane, span: _Span | None, rows: Sequence[tuple[_Mark, int]], scale: _Scale, top: float
) -> Iterator[str]:
    track = top + _TRACK
    yield label(MARGIN, top + _TITLE, lane.name, "strong")
    yield pill(WIDTH - MARGIN, top + _TITLE - 5, lane.word, lane.look)
    yield from _absences(lane, scale, track)
    yield line(_LEFT - 12, track, _RIGHT + 12, track)
    if span is not None:
        start, end = scale.x(span.start), scale.x(span.end)
        yield box(start, track - 9, end - start, 18, f"bar-{lane.look}")
        yield label(within_card((start + end) / 2, span.words), track - 15, span.words, "muted", "middle")
    yield from _borders(lane, scale, track)
    for mark, row in rows:
        x = scale.x(mark.at)
        yield _symbol(mark, lane, x, track)
        yield label(within_card(x, mark.words), top + _LABELS + _ROW * row, mark.words, "", "middle")


def _symbol(mark: _Mark, lane: Lane, x: float, y: float) -> str:
    if mark.role == "other":
        return dot(x, y, "other", 5)
    if mark.role == "calls":
        return dot(x, y, "calls")
    return diamond(x, y, lane.look)


def _absences(lane: Lane, scale: _Scale, track: float) -> Iterator[str]:
    for one in lane.log.absences:
        start = scale.x(datetime.combine(one.first_date, datetime.min.time()))
        end = scale.x(datetime.combine(one.last_date, datetime.min.time()) + DAY)
        yield box(start, track - 12, end - start, 24, "away", 2)
        yield label((start + end) / 2, track + 26, "away", "muted", "middle")


def _borders(lane: Lane, scale: _Scale, track: float) -> Iterator[str]:
    """Where the log begins and ends, when the example says so."""
    for at, words, anchor in (
        (lane.log.data_from_at, "the log begins", "start"),
        (lane.log.watermark_at, "the log ends", "end"),
    ):
        if _is_stated(lane, at):
            x = scale.x(at)
            yield line(x, track - 10, x, track + 16, "dashed")
            yield label(x + (6 if anchor == "start" else -6), track + 24, words, "muted", anchor)


def _is_stated(lane: Lane, at: datetime) -> bool:
    """Whether that border is the example's own: a log without `now:` reaches beyond the end of its weeks."""
    return at != LONG_AGO and at < lane.log.ends_at


def _placed(marks: Sequence[_Mark], scale: _Scale) -> list[tuple[_Mark, int]]:
    """Each mark with the row of its label: a row lower wherever it would touch another."""
    ends: list[float] = []
    placed = []
    for mark in sorted(marks, key=lambda one: one.at):
        x, half = within_card(scale.x(mark.at), mark.words), width_of(mark.words) / 2
        row = next((index for index, end in enumerate(ends) if end <= x - half), len(ends))
        ends[row : row + 1] = [x + half + 10]
        placed.append((mark, row))
    return placed


def _scale(drawn: Sequence[tuple[Lane, _Span | None, Sequence[_Mark]]]) -> _Scale:
    moments = [mark.at for _, _, marks in drawn for mark in marks]
    moments += [moment for _, span, _ in drawn if span for moment in (span.start, span.end)]
    moments += [
        at for lane, _, _ in drawn for at in (lane.log.data_from_at, lane.log.watermark_at) if _is_stated(lane, at)
    ]
    start, end = min(moments), max(moments)
    return _Scale(start, end) if end > start else _Scale(start - HOUR, end + HOUR, is_long=False)


def _axis(scale: _Scale, y: float) -> Iterator[str]:
    yield line(_LEFT - 12, y, _RIGHT + 12, y, "faint")
    for at, words in _ticks(scale):
        x = scale.x(at)
        yield line(x, y, x, y + 5)
        yield label(within_card(x, words), y + 19, words, "muted", "middle")


def _ticks(scale: _Scale) -> Iterator[tuple[datetime, str]]:
    first = datetime.combine(FIRST_DAY, datetime.min.time())
    if scale.length > 60 * DAY:
        for weeks in range(-60, 61, 20):
            at = first + timedelta(weeks=weeks)
            if scale.start <= at <= scale.end:
                yield at, "D1" if weeks == 0 else f"{abs(weeks)} weeks {'earlier' if weeks < 0 else 'later'}"
    elif scale.length > 12 * HOUR:
        for day in range(scale.length.days + 2):
            at = first + (scale.start.date() - FIRST_DAY) + day * DAY
            if scale.start <= at <= scale.end:
                yield at, f"D{(at.date() - FIRST_DAY).days + 1}, {at:%a}"
    else:
        at = scale.start.replace(minute=0, second=0)
        while at <= scale.end:
            if at >= scale.start:
                yield at, f"{at:%H:%M}"
            at += HOUR / 2 if scale.length < 3 * HOUR else HOUR


def _legend(parsed: ParsedRule, y: float) -> Iterator[str]:
    entries: list[tuple[Callable[[float], str], str]] = []
    if parsed.rule.kind == "cadence":
        entries.append((lambda x: dot(x, y - 4, "calls"), "a use"))
    else:
        entries.append((lambda x: dot(x, y - 4, "calls"), "calls for it"))
        entries.append((lambda x: diamond(x, y - 4, "open"), "decides"))
        entries.append((lambda x: dot(x, y - 4, "other", 5), "any other event"))
    if parsed.rule.kind in _SPANS:
        entries.append((lambda x: box(x - 10, y - 11, 20, 14, "bar-open"), "the time that counts"))
    x = MARGIN + 10.0
    for draw, words in entries:
        yield draw(x)
        yield label(x + 15, y, words, "muted")
        x += width_of(words) + 42


def _marks(parsed: ParsedRule, lane: Lane) -> list[_Mark]:
    if parsed.rule.kind == "cadence":
        return [_Mark(event.occurred_at, event.event_name, "calls") for event in lane.log.events]
    items = {event.fields.get("item_id") for event in lane.log.events}
    counted = ("1st ", "2nd ", "3rd ", "4th ") if parsed.rule.kind == "count" else ("",) * len(lane.log.events)
    marks = [
        _Mark(event.occurred_at, f"{number}{_words(parsed, event, len(items) > 1)}", _role(lane, event))
        for number, event in zip(counted, lane.log.events, strict=False)
    ]
    is_kept = lane.outcome is not None and lane.outcome.outcome == "kept"
    role = "decides" if is_kept else "other"
    marks += [_Mark(one.completed_at, f"{one.module} completed", role) for one in lane.log.trainings]
    for item in lane.log.items:
        marks.append(_Mark(item.opened_at, "opened", "other"))
        marks += [_Mark(item.closed_at, "closed", "calls")] if item.closed_at else []
    return marks


def _role(lane: Lane, event: ExampleEvent) -> str:
    if lane.outcome and event.event_id == lane.outcome.evidence:
        return "decides"
    return "calls" if lane.outcome and event.event_id == lane.outcome.event else "other"


def _words(parsed: ParsedRule, event: ExampleEvent, with_item: bool) -> str:
    """The event's name, what the rule's conditions read of it, its item where several occur, and who it was."""
    shown = {node.column.name for root in _conditions(parsed) for node in root.walk() if node.column}
    shown |= {"item_id"} if with_item else set()
    values = [_value(name, event.fields[name]) for name in event.fields if name in shown]
    who = [] if event.user_id == DEFAULT_USER else [f"by {event.user_id}"]
    return " · ".join([event.event_name, *values, *who])


def _value(name: str, value: object) -> str:
    if isinstance(value, float):
        return f"{name} {value:,.0f}" if value.is_integer() else f"{name} {value:g}"
    return str(value)


def _conditions(parsed: ParsedRule) -> Iterator[Node]:
    for selector in parsed.selectors.values():
        yield from selector.conditions
    if parsed.must:
        yield parsed.must


def _span(parsed: ParsedRule, lane: Lane) -> _Span | None:
    find = _SPANS.get(parsed.rule.kind)
    return find(parsed, lane) if find and lane.outcome else None


def _activation(lane: Lane) -> datetime:
    return next(event.occurred_at for event in lane.log.events if lane.outcome and event.event_id == lane.outcome.event)


def _forward(parsed: ParsedRule, lane: Lane) -> _Span:
    at, length = _activation(lane), parsed.rule.within or 0
    return _Span(at, at + timedelta(microseconds=length), _time(parsed, length))


def _backward(parsed: ParsedRule, lane: Lane) -> _Span:
    at, length = _activation(lane), parsed.rule.within or parsed.rule.valid_for or 0
    return _Span(at - timedelta(microseconds=length), at, _time(parsed, length))


def _time(parsed: ParsedRule, length: int) -> str:
    return f"{'within' if parsed.rule.within and parsed.rule.kind != 'not_followed_by' else 'for'} {spoken(length)}"


def _quiet(parsed: ParsedRule, lane: Lane) -> _Span | None:
    """The time in which the group must stay quiet; too many is broken at once."""
    if lane.outcome and lane.outcome.outcome == "broken":
        return None
    last, length = max(event.occurred_at for event in lane.log.events), settle(parsed) or 0
    return _Span(last, last + timedelta(microseconds=length), f"{spoken(length)} of quiet")


def _week(parsed: ParsedRule, lane: Lane) -> _Span:
    need = parsed.rule.at_least
    return _Span(lane.log.starts_at, lane.log.ends_at, f"{need.count} {need.unit} in a full week" if need else "")


def _open_item(_: ParsedRule, lane: Lane) -> _Span | None:
    return next((_Span(i.opened_at, i.closed_at, "open") for i in lane.log.items if i.closed_at), None)


_SPANS: Mapping[str, Callable[[ParsedRule, Lane], _Span | None]] = {
    "followed_by": _forward,
    "not_followed_by": _forward,
    "preceded_by": _backward,
    "trained": _backward,
    "count": _quiet,
    "cadence": _week,
    "coverage": _open_item,
}
