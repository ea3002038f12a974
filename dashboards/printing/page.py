"""All that stands on the leadership page, read from one publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dashboards import leadership as words
from dashboards import wording
from dashboards.charts import leadership as charts
from dashboards.charts.trend import status_trend
from dashboards.decisions import decisions
from dashboards.leadership import Card, ToolRow
from dashboards.marts import adoption, published
from dashboards.marts import leadership as marts
from dashboards.marts.adoption import AdoptionWeek, Target
from dashboards.marts.leadership import BrokenRule, Standing
from dashboards.marts.published import Publication
from dashboards.printing.charts import Chart, svg

TITLE = "AI tool adoption"
COLUMNS = ("Tool", "Eligible", "Active", "Correct", "Target", "4 weeks, pp", "Forecast", "Chance", "Status")
MOST_ROWS, MOST_BARS, MOST_RULES = 12, 6, 4
MOST_CHANGES = 4
MOST_LETTERS = 44
TREND_WEEKS = 26
CHART_PX, BAR_PX, TREND_PX = 318, 40, 196


@dataclass(frozen=True, slots=True)
class Page:
    """The content of the page, in reading order."""

    title: str
    week: str
    subtitle: str
    lead: str
    cause: str
    cards: tuple[Card, ...]
    rows: tuple[ToolRow, ...]
    unlisted: tuple[str, ...]
    charts: tuple[Chart, ...]
    since: str
    changes: tuple[str, ...]
    decisions: tuple[str, ...]
    notes: tuple[str, ...]
    footer: str
    columns: tuple[str, ...] = COLUMNS
    nothing_changed: str = "No figure of correct users has changed."
    nothing_asked: str = "None this week."

    @property
    def further(self) -> str:
        """What stands below the table of the tools that have no row in it."""
        return further(self.unlisted)


def page_of(path: Path, publication: Publication, week: date) -> Page:
    """The page of one week, from one publication: the same content whenever it is asked for."""
    tools = [replace(tool, title=_name(tool.title)) for tool in marts.standings(path, week)]
    broken = [
        replace(
            rule, tool=_name(rule.tool), title=_name(rule.title), module=_name(rule.module) if rule.module else None
        )
        for rule in marts.broken_rules(path, week, MOST_RULES)
    ]
    since = marts.last_time(path)
    moves = marts.movements(path, week, since) if since else []
    moved = words.changes([replace(move, title=_name(move.title)) for move in moves])
    lead, *cause = words.headline(tools, broken)
    rows = words.tool_rows(tools, week)
    return Page(
        title=TITLE,
        week=words.week_words(week),
        subtitle=_subtitle(tools, week),
        lead=lead,
        cause=" ".join(cause),
        cards=tuple(words.cards(tools)),
        rows=tuple(rows[:MOST_ROWS]),
        unlisted=tuple(row.tool for row in rows[MOST_ROWS:]),
        charts=tuple(_charts(path, tools, broken, week)),
        since=words.since_words(since),
        changes=tuple(_first(moved, MOST_CHANGES)),
        decisions=tuple(decisions(tools, broken)),
        notes=_notes(),
        footer=_footer(publication),
    )


def _name(text: str) -> str:
    return wording.clipped(text, MOST_LETTERS)


def _footer(publication: Publication) -> str:
    when = f"as of {wording.moment(publication.as_of)} · published {wording.moment(publication.published_at)}"
    return f"takeup · publication {publication.publication_id} · {when} · rules {publication.rule_book_hash[:8]}"


def _subtitle(tools: Sequence[Standing], week: date) -> str:
    return f"{wording.counted(len(tools), 'tool')} · {words.provisional_note(tools, week)}"


def further(unlisted: Sequence[str]) -> str:
    """Names the tools whose rows do not fit; they are the ones nearest to their targets, or without one."""
    return f"And {wording.counted(len(unlisted), 'further tool')}: {', '.join(unlisted)}." if unlisted else ""


def _first(told: Sequence[str], most: int) -> list[str]:
    more = len(told) - most
    return [*told[:most], *([f"And {wording.counted(more, 'further tool')}."] if more > 0 else [])]


def _charts(path: Path, tools: Sequence[Standing], broken: Sequence[BrokenRule], week: date) -> list[Chart]:
    return [
        Chart(
            "Each tool against its target",
            svg(charts.against_target(tools, MOST_BARS), CHART_PX, BAR_PX * _bars(tools)),
            charts.in_words(tools, MOST_BARS),
        ),
        *_furthest(path, tools, week),
        *_rules(words.trusted_rules(broken, tools)),
    ]


def _bars(tools: Sequence[Standing]) -> int:
    return max(1, min(MOST_BARS, len(words.comparable(tools))))


def _furthest(path: Path, tools: Sequence[Standing], week: date) -> list[Chart]:
    tool = words.furthest(tools)
    if tool is None:
        return []
    known = adoption.by_week(path, tool.tool_id, published.WHOLE_COMPANY, 520)
    shown = [one for one in known if one.week_start <= week][-TREND_WEEKS:]
    target = _correct_target(tool)
    title = words.furthest_words(tool.title, tool)
    return [Chart(title, svg(status_trend(shown, target), CHART_PX - 34, TREND_PX), _course(tool.title, shown))]


def _correct_target(tool: Standing) -> Target | None:
    """The line in the picture is of correct users; a target of active users has none."""
    if tool.measure != "correct" or tool.target is None or tool.due is None:
        return None
    return Target(tool.measure, tool.target, tool.due, owner=None, is_of_company=False)


def _course(title: str, shown: Sequence[AdoptionWeek]) -> str:
    newest = next((one for one in reversed(shown) if not one.is_provisional), shown[-1])
    parts = (
        (newest.correct_share, "correct"),
        (newest.incorrect_share, "incorrect"),
        (newest.non_user_share, "non-users"),
        (newest.not_judged_share, "not judged"),
    )
    told = ", ".join(f"{wording.share(share, 0)} {name}" for share, name in parts)
    return f"Shares of people by week of {title}; in the {words.week_words(newest.week_start).lower()} {told}."


def _rules(broken: Sequence[BrokenRule]) -> list[Chart]:
    if not broken:
        return []
    told = "; ".join(f"{rule.title} in {rule.tool} {wording.people(rule.people)}" for rule in broken)
    drawn = svg(charts.most_broken(broken), CHART_PX, BAR_PX * len(broken))
    return [Chart("Rules that most people break", drawn, f"Bars of people by rule: {told}.")]


def _notes() -> tuple[str, ...]:
    likely, unlikely = wording.share(words.LIKELY, 0), wording.share(words.UNLIKELY, 0)
    return (
        "Correct and active are shares of eligible people, not of those who use a tool. Change: percentage points in"
        f" {marts.WEEKS_BACK} weeks. Forecast: where the share will be in the week of the target, with a chance of 80%."
        f" Chance: that the target is reached; likely from {likely}, unlikely below {unlikely}. – is unknown, never 0.",
    )
