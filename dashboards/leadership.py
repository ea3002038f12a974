"""What the leadership page says, made from the figures alone: the same words on the dashboard, as HTML and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboards import wording
from dashboards.marts.leadership import WEEKS_BACK, BrokenRule, Movement, Standing

LIKELY, UNLIKELY = 0.7, 0.3
"""From here on a target is called likely; below, unlikely; between, open. Stated on the page."""

REFUSALS = {
    "too_short": "fewer than 8 final weeks",
    "too_few_users": "too few users to foretell",
    "too_far": "due farther ahead than twice the known weeks",
    "paused": "the tool is paused",
    "no_correctness": "correct use cannot be known",
    "no_final_week": "no week is final yet",
    "too_few_people": "too few people to show",
    "past_due": "the date has passed",
}


@dataclass(frozen=True, slots=True)
class Prospect:
    """Where a tool stands and is going, in a word; `reason` says more where the word alone does not."""

    word: str
    reason: str = ""

    @property
    def is_promising(self) -> bool:
        return self.word in {"On target", "Likely"}


ON_TARGET, LIKELY_TO, OPEN, UNLIKELY_TO, MISSED = "On target", "Likely", "Open", "Unlikely", "Missed"


def prospect(tool: Standing) -> Prospect:
    """Of a tool with a target whether it is reached or will be; of another, why nobody can say."""
    return _unheld(tool) or _held(tool)


def _unheld(tool: Standing) -> Prospect | None:
    """Why the tool cannot be held against a target; None when it can."""
    if tool.is_paused:
        return Prospect("Paused")
    if tool.is_small:
        return Prospect("Not shown", REFUSALS["too_few_people"])
    if tool.week_start is None:
        return Prospect("No figures")
    if tool.untrustworthy_since is not None:
        return Prospect("Not trusted", f"its logs changed on {_short(tool.untrustworthy_since)}")
    if tool.target is None:
        return Prospect("No target")
    return Prospect("Unknown", REFUSALS["no_correctness"]) if share_of(tool) is None else None


def _held(tool: Standing) -> Prospect:
    if (gap_of(tool) or 0.0) >= 0:
        return Prospect(ON_TARGET)
    if tool.due is not None and tool.week_start is not None and tool.due <= last_day(tool.week_start):
        return Prospect(MISSED)
    if tool.chance is None:
        return Prospect("No forecast", REFUSALS.get(tool.refusal or "", ""))
    return Prospect(LIKELY_TO if tool.chance >= LIKELY else UNLIKELY_TO if tool.chance < UNLIKELY else OPEN)


def share_of(tool: Standing) -> float | None:
    """The share that the target is for; of a tool without a target, of correct users."""
    return _part(tool.active if tool.measure == "active" else tool.correct, tool.eligible)


def change_of(tool: Standing) -> float | None:
    """How that share has changed in four weeks; None where there was nothing to compare with."""
    before = tool.active_before if tool.measure == "active" else tool.correct_before
    now, then = share_of(tool), _part(before, tool.eligible_before)
    return None if now is None or then is None else now - then


def gap_of(tool: Standing) -> float | None:
    """Share minus target."""
    share = share_of(tool)
    return None if share is None or tool.target is None else share - tool.target


def worst_first(tools: Sequence[Standing]) -> list[Standing]:
    """The largest gap below its target first; tools without a gap last, as they stand."""
    return sorted(tools, key=lambda tool: (gap_of(tool) is None, gap_of(tool) or 0.0))


def comparable(tools: Sequence[Standing]) -> list[Standing]:
    """Those whose share is known and can be trusted, the one furthest below its target first."""
    return [tool for tool in worst_first(tools) if share_of(tool) is not None and is_trusted(tool)]


def is_trusted(tool: Standing) -> bool:
    """Whether the form of its logs has not changed before the end of its week."""
    return tool.untrustworthy_since is None


def furthest(tools: Sequence[Standing]) -> Standing | None:
    """The tool that is furthest below its target; of all that have one, the least far above it."""
    return next((tool for tool in comparable(tools) if tool.target is not None), None)


def furthest_words(title: str, tool: Standing) -> str:
    """The name of a picture of that tool."""
    return f"{'Furthest from target' if (gap_of(tool) or 0.0) < 0 else 'Nearest to its target'}: {title}"


def headline(tools: Sequence[Standing], broken: Sequence[BrokenRule]) -> list[str]:
    """One sentence on targets, which carries the page, and one on the commonest cause of incorrect use."""
    broken = trusted_rules(broken, tools)
    cause = [f"The most common cause of incorrect use is “{broken[0].title}” in {broken[0].tool}"
             f" ({wording.people(broken[0].people)})."] if broken else []  # fmt: skip
    return [_on_targets(tools), *cause]


def _on_targets(tools: Sequence[Standing]) -> str:
    if all(tool.week_start is None for tool in tools):
        return "There are no figures for this week yet."
    held = {word: [tool.title for tool in tools if prospect(tool).word == word] for word in (ON_TARGET, *_FATES)}
    count = sum(tool.target is not None for tool in tools)
    if not count:
        return "No tool has a target yet, so nobody can say whether this is enough."
    reached = len(held[ON_TARGET])
    verb = "is" if reached < 2 else "are"
    begin = f"{reached or 'None'} of {wording.counted(count, 'tool')} with a target {verb} on target"
    told = [_fate(held[word], phrase) for word, phrase in _FATES.items() if held[word]]
    rest = count - sum(map(len, held.values()))
    unknown = [f"of {rest} nothing can be foretold"] if rest else []
    return f"{'; '.join(filter(None, (begin, ', '.join((*told, *unknown)))))}."


_FATES = {
    LIKELY_TO: ("is likely to reach it", "are likely to reach it"),
    OPEN: ("may reach it", "may reach it"),
    UNLIKELY_TO: ("is unlikely to", "are unlikely to"),
    MISSED: ("has missed it", "have missed it"),
}
_MOST_NAMES = 2


def _fate(titles: Sequence[str], phrase: tuple[str, str]) -> str:
    """So many tools share a fate; few are named."""
    who = listed(titles) if len(titles) <= _MOST_NAMES else str(len(titles))
    return f"{who} {phrase[len(titles) > 1]}"


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its name and what it is a figure of."""

    label: str
    value: str
    note: str


def cards(tools: Sequence[Standing]) -> list[Card]:
    """The figures of all tools together that can be trusted. People count once per tool they are meant to use."""
    trusted = [tool for tool in tools if tool.eligible and is_trusted(tool)]
    judged = [tool for tool in trusted if tool.correct is not None]
    seen = [tool for tool in trusted if tool.active is not None]
    doubtful = sum(not is_trusted(tool) for tool in tools)
    rest = f", without {wording.counted(doubtful, 'tool')} not trusted" if doubtful else ""
    return [
        Card("Correct users, all tools", wording.share(_total(judged, "correct", "eligible"), 0), _of(judged) + rest),
        Card("Active users, all tools", wording.share(_total(seen, "active", "eligible"), 0), _of(seen) + rest),
        _targets_card(tools),
        Card(f"Change in {WEEKS_BACK} weeks", wording.points(_change(judged)), "of correct users"),
    ]  # fmt: skip


def _of(tools: Sequence[Standing]) -> str:
    """Whoever is meant to use two tools counts twice, so that the sum is no number of people."""
    eligible = sum(tool.eligible or 0 for tool in tools)
    return f"of {eligible:,} people × tools" if len(tools) > 1 else f"of {wording.counted(eligible, 'intended user')}"


def _targets_card(tools: Sequence[Standing]) -> Card:
    held = [prospect(tool).word for tool in tools if tool.target is not None]
    likely = held.count(LIKELY_TO)
    note = f"{likely} more likely" if likely else "none more likely yet" if len(held) > held.count(ON_TARGET) else ""
    return Card("Tools on target", f"{held.count(ON_TARGET)} of {len(held)}" if held else "No target", note)


def _change(tools: Sequence[Standing]) -> float | None:
    both = [tool for tool in tools if tool.correct_before is not None and tool.eligible_before]
    now, then = _total(both, "correct", "eligible"), _total(both, "correct_before", "eligible_before")
    return None if now is None or then is None else now - then


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One line of the table, as it is read. `week` is empty where it is the week of the page."""

    tool: str
    week: str
    eligible: str
    active: str
    correct: str
    target: str
    change: str
    forecast: str
    chance: str
    status: str
    note: str
    is_promising: bool


def tool_rows(tools: Sequence[Standing], week: date) -> list[ToolRow]:
    """The table of tools, the one furthest from its target first."""
    return [_tool_row(tool, week) for tool in worst_first(tools)]


def _tool_row(tool: Standing, week: date) -> ToolRow:
    found = prospect(tool)
    foretold = tool.p10 is not None and tool.p90 is not None
    return ToolRow(
        tool=tool.title,
        week=_mark(tool, week),
        eligible=wording.count(tool.eligible) if tool.eligible is not None else NOTHING,
        active=_shown(_part(tool.active, tool.eligible)),
        correct=_shown(_part(tool.correct, tool.eligible)),
        target=_target_words(tool),
        change=NOTHING if change_of(tool) is None else wording.points(change_of(tool)).removesuffix(" pp"),
        forecast=f"{100 * (tool.p10 or 0):.0f}–{100 * (tool.p90 or 0):.0f}%" if foretold else NOTHING,
        chance=chance_words(tool.chance) if foretold else NOTHING,
        status=found.word,
        note=found.reason,
        is_promising=found.is_promising,
    )  # fmt: skip


NOTHING = "–"


def _target_words(tool: Standing) -> str:
    if tool.target is None or tool.due is None:
        return NOTHING
    measure = " active" if tool.measure == "active" else ""
    return f"{wording.target_share(tool.target)}{measure} by {_short(tool.due)}"


def chance_words(value: float | None) -> str:
    """A chance in per cent; nothing that is foretold is certain."""
    if value is None:
        return NOTHING
    return "> 99%" if value > 0.99 else "< 1%" if value < 0.01 else wording.share(value, 0)


def changes(moved: Sequence[Movement]) -> list[str]:
    """What changed since last time and why, the largest movement first; tools of which nothing changed say nothing."""
    told = [(abs(one.correct - one.published), _change_words(one)) for one in moved if _has_moved(one)]
    return [words for _, words in sorted(told, key=lambda pair: -pair[0])]


def _has_moved(one: Movement) -> bool:
    parts = (one.behaviour, one.rule, one.population, one.late_data, one.won, one.lost)
    return one.correct != one.published or any(parts)


def _change_words(one: Movement) -> str:
    total = f"{one.title} {one.published:,} to {wording.counted(one.correct, 'correct user')}"
    steps = f"{one.won:,} became correct, {one.lost:,} ceased to be" if one.won or one.lost else ""
    causes = {
        "by people seen doing otherwise": one.behaviour,
        "by rule changes": one.rule,
        "by people who came or went": one.population,
        "by late data": one.late_data,
    }
    named = [f"{wording.signed(value)} {cause}" for cause, value in causes.items() if value]
    restated = f"{_short(one.last_week)} restated {', '.join(named)}" if named else ""
    return ": ".join(filter(None, (total, "; ".join(filter(None, (steps, restated)))))) + "."


def trusted_rules(broken: Sequence[BrokenRule], tools: Sequence[Standing]) -> list[BrokenRule]:
    """Without the rules of tools whose figures cannot be trusted: what looks like a breach may be a changed log."""
    doubtful = {tool.tool_id for tool in tools if not is_trusted(tool)}
    return [rule for rule in broken if rule.tool_id not in doubtful]


def provisional_note(tools: Sequence[Standing], week: date) -> str:
    """Which tools are not shown with final figures of the week, or that all or none are."""
    late = [f"{tool.title} ({_mark(tool, week)})" for tool in tools if _mark(tool, week)]
    if tools and all(_mark(tool, week) == "provisional" for tool in tools):
        return "All figures are provisional"
    return f"Final figures, except {listed(late)}" if late else "All figures are final"


def week_words(week: date) -> str:
    """A week, as in Week of 2 November 2026."""
    return f"Week of {week.day} {week:%B %Y}"


def since_words(moment: datetime | None) -> str:
    """What the changes are measured from."""
    return "This is the first publication" if moment is None else f"Since the publication of {wording.moment(moment)}"


def _mark(tool: Standing, week: date) -> str:
    if tool.week_start is None:
        return ""
    until = f"to {_short(last_day(tool.week_start))}" if tool.week_start != week else ""
    return ", ".join(filter(None, (until, "provisional" if tool.is_provisional else "")))


def _short(value: date) -> str:
    return f"{value.day} {value:%b}"


def _shown(value: float | None) -> str:
    return NOTHING if value is None else wording.share(value, 0)


def _part(count: int | None, whole: int | None) -> float | None:
    return None if count is None or not whole else count / whole


def _total(tools: Sequence[Standing], count: str, whole: str) -> float | None:
    return _part(sum(getattr(tool, count) for tool in tools), sum(getattr(tool, whole) for tool in tools))


def listed(names: Sequence[str]) -> str:
    """Names as they stand in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def last_day(week: date) -> date:
    """The Sunday that ends it."""
    return week + timedelta(days=6)
