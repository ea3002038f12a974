"""Whether the figures can be trusted: what arrived, how fresh it is, what became of every line, whom it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import (
    Filters,
    as_of_all,
    draw,
    figures_of,
    figures_row,
    folded_grid,
    grid,
    known_people,
    rule_titles,
    table,
)
from dashboards.charts.bars import Bar, bars
from dashboards.charts.days import records_by_day
from dashboards.charts.palette import CORRECT, INCORRECT
from dashboards.marts import health
from dashboards.marts.health import Coverage, Drift, Lines, QuarantineReason, SourceHealth
from dashboards.marts.published import Tool

NEWEST_FILES = 10
MOST_DRIFTS = 20


def page(filters: Filters) -> None:
    """Draws the page: first all sources, then the chosen tool in detail."""
    sources = health.source_health(filters.path)
    total = health.lines(filters.path)
    st.title("Data health")
    as_of_all(filters, "All tools")
    if not total.read:
        _nothing_read()
        return
    _cards(sources, total)
    _equation(sources, total)
    _freshness_row(filters, sources)
    _tool_detail(filters)
    _publication_facts(filters)
    figures_of(filters, "Provisional week", "Freshness", "Lines read", "Known accounts")


def _nothing_read() -> None:
    with st.container(border=True):
        st.header("No line has been read yet")
        st.markdown("The run found no file for any source, so there is nothing to check.")
        st.markdown(
            "**What to do:** drop exports into `inbox/<tool>/` and people into `inbox/people/`, then `takeup run`."
        )


def _cards(sources: Sequence[SourceHealth], total: Lines) -> None:
    late = [source for source in sources if source.is_late]
    columns = st.columns(4)
    columns[0].metric(
        "Sources on time",
        f"{len(sources) - len(late)} of {len(sources)}",
        border=True,
        height="stretch",
        help="A source is on time while its newest record is younger than its deadline.",
    )
    columns[1].metric(
        "Lines accounted for",
        wording.share((total.read - total.missing) / total.read),
        border=True,
        height="stretch",
        help=f"{total.read - total.missing:,} of {total.read:,} lines read are in exactly one count below.",
    )
    columns[2].metric(
        "Lines in quarantine",
        f"{total.quarantined:,}",
        border=True,
        height="stretch",
        help=f"{wording.share(total.quarantined / total.read, 2)} of {total.read:,} lines; each kept with its reason.",
    )
    columns[3].metric(
        "Records of known people", _resolved(sources), border=True, height="stretch",
        help="Of the source with the smallest share: records that belong to somebody known at the time, of all records"
        " but those of services.",
    )  # fmt: skip


def _resolved(sources: Sequence[SourceHealth]) -> str:
    known = [source.resolved_share for source in sources if source.resolved_share is not None]
    if not known:
        return wording.UNKNOWN
    return f"{'At least ' if len(known) > 1 else ''}{wording.share(min(known))}"


def _equation(sources: Sequence[SourceHealth], total: Lines) -> None:
    with st.container(border=True):
        st.header("Every line is accounted for" if not total.missing else "Lines are missing from the account")
        parts = {
            f"{sign} {wording.LINE_KINDS[kind]}": f"{getattr(total, kind):,}"
            for sign, kind in zip("=++++", health.LINE_KINDS, strict=True)
        }
        figures_row({"Lines read": f"{total.read:,}", **parts})
        _balance(total)
        folded_grid(
            "The equation of each source",
            "equations",
            lambda: [{"Source": source.source_id, **_line_cells(source.lines)} for source in sources],
        )


def _balance(total: Lines) -> None:
    if total.missing:
        st.badge(f"Does not balance: {total.missing:,} lines unaccounted for", icon=":material/error:", color="red")
    else:
        st.badge("Balances: 0 lines unaccounted for", icon=":material/check:", color="green")


def _line_cells(lines: Lines) -> dict[str, int]:
    kinds = {wording.LINE_KINDS[kind]: getattr(lines, kind) for kind in health.LINE_KINDS}
    return {"Read": lines.read} | kinds | {"Unaccounted": lines.missing}


def _freshness_row(filters: Filters, sources: Sequence[SourceHealth]) -> None:
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.header("Freshness against deadline")
        several = {name for name, number in Counter(source.tool_id for source in sources).items() if number > 1}
        draw(
            bars([_freshness(source, source.tool_id in several) for source in sources]),
            "Age of the newest record of each source",
        )
        st.caption("Age of each source's newest record; the upright mark is its deadline, orange is late.")
    with right.container(border=True, height="stretch"):
        st.header("Weeks that may still change")
        table([_week_state(tool) for tool in filters.tools])
        st.caption("A week is final once the logs reach its end and the time for late data has passed.")


def _freshness(source: SourceHealth, is_one_of_several: bool) -> Bar:
    """A source that never delivered has no age: its bar is empty and says so."""
    colour = INCORRECT if source.is_late else CORRECT
    label = f"{source.title} · {source.format}" if is_one_of_several else source.title
    if source.freshness_hours is None:
        return Bar(label, 0.0, "no record yet", source.deadline_hours, colour)
    age = wording.hours(source.freshness_hours)
    if source.deadline_hours is None:
        return Bar(label, source.freshness_hours, f"{age}, no deadline", None, colour)
    state = "late" if source.is_late else "on time"
    return Bar(
        label,
        source.freshness_hours,
        f"{age} of {wording.hours(source.deadline_hours)}, {state}",
        source.deadline_hours,
        colour,
    )


def _week_state(tool: Tool) -> dict[str, str]:
    return {
        "Tool": tool.title,
        "Final up to week of": wording.day(tool.last_final_week_start) if tool.last_final_week_start else "None yet",
        "Provisional": _provisional_weeks(tool),
    }


def _provisional_weeks(tool: Tool) -> str:
    if tool.last_week_start is None:
        return "No week yet"
    first = tool.last_final_week_start or tool.live_from - timedelta(days=tool.live_from.weekday() + 7)
    return wording.counted((tool.last_week_start - first).days // 7, "week")


def _tool_detail(filters: Filters) -> None:
    tool = filters.tool
    st.header(f"In detail: {wording.plain(tool.title)}")
    st.caption(
        f"Owner {wording.plain(tool.owner_name)} · data through {wording.moment(tool.watermark_at)}"
        " · choose another tool above"
    )
    with st.container(border=True):
        st.header("Records by day")
        _records(filters)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.header("Quarantine by reason")
        _quarantine(health.quarantine_reasons(filters.path, tool.tool_id))
    with right.container(border=True, height="stretch"):
        st.header("Accounts of known people")
        known_people(filters, with_link=False)
        _coverage(health.identity_coverage(filters.path, tool.tool_id))
    with st.container(border=True):
        st.header("Changes in the form of the logs")
        _drifts(filters, health.drifts(filters.path, tool.tool_id))
    with st.container(border=True):
        st.header("Newest files")
        _files(filters)


def _records(filters: Filters) -> None:
    days = health.source_days(filters.path, filters.tool.tool_id, filters.weeks * 7)
    if not days:
        st.markdown("No record of this tool has been loaded yet.")
        return
    late = sum(day.late_records for day in days)
    draw(records_by_day(days), f"Records of {filters.tool.title} by day")
    total = sum(day.records for day in days)
    st.caption(
        f"{total:,} records in the last {wording.counted(filters.weeks, 'week')}; {late:,} came after the deadline."
    )


def _quarantine(reasons: Sequence[QuarantineReason]) -> None:
    if not reasons:
        st.markdown("No line of this tool is in quarantine.")
        return
    total = sum(reason.lines for reason in reasons)
    rows = [
        Bar(wording.sentence(reason.reason_example), reason.lines, f"{reason.lines:,}", colour=INCORRECT)
        for reason in reasons
    ]
    draw(bars(rows, longest=total), "Lines in quarantine by reason")
    newest = max(reason.last_loaded_at for reason in reasons)
    st.caption(f"{wording.counted(total, 'line')}; the newest came {wording.moment(newest)}.")


def _coverage(coverage: Sequence[Coverage]) -> None:
    if not coverage:
        st.markdown("No record of this tool names a person.")
        return
    rows = [
        Bar(
            wording.namespace(kind.namespace),
            kind.resolved_aliases / kind.aliases,
            _of(kind.resolved_aliases, kind.aliases),
        )
        for kind in coverage
        if kind.aliases
    ]
    draw(bars(rows, longest=1.0), "Accounts that belong to a known person, by kind")
    unknown = sum(kind.aliases - kind.resolved_aliases for kind in coverage)
    records = sum(kind.records - kind.resolved_records for kind in coverage)
    total = sum(kind.records for kind in coverage)
    st.caption(
        f"{wording.counted(unknown, 'account belongs', 'accounts belong')} to nobody on the roster:"
        f" {records:,} of {total:,} records are in no share of people."
    )


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({wording.share(part / whole)})"


def _drifts(filters: Filters, drifts: Sequence[Drift]) -> None:
    if not drifts:
        st.markdown("The logs look as they always did: no field is gone, renamed, empty or of another type.")
        return
    titles = rule_titles(filters)
    going_on = sum(drift.is_open and drift.is_untrustworthy for drift in drifts)
    number = wording.counted(going_on, "change") if going_on else "No change"
    st.markdown(f"**{number} still going on {'make' if going_on > 1 else 'makes'} figures untrustworthy.**")
    rows = [
        {
            "Change": drift.words,
            "When": _drift_days(drift),
            "Figures that read it": _readers(drift, titles),
        }
        for drift in drifts[:MOST_DRIFTS]
    ]
    table(rows, "Changes in the form of the logs")
    if len(drifts) > MOST_DRIFTS:
        st.caption(f"The {MOST_DRIFTS} of {len(drifts):,} that matter most.")


def _drift_days(drift: Drift) -> str:
    if drift.is_open or drift.last_date is None:
        return f"Since {wording.day(drift.first_date)}"
    return f"{wording.day(drift.first_date)} to {wording.day(drift.last_date)}"


def _readers(drift: Drift, titles: Mapping[str, str]) -> str:
    """Which figures rest on what has changed."""
    rules = [f"“{titles.get(name, name)}”" for name in (drift.rule_ids or "").split(", ") if name]
    told = ["who is a user"] if drift.is_read_by_use else []
    told += [f"{'rule' if len(rules) == 1 else 'rules'} {', '.join(rules)}"] if rules else []
    return wording.sentence(" and ".join(told)) or "None"


def _files(filters: Filters) -> None:
    loads = health.loads(filters.path, filters.tool.tool_id, NEWEST_FILES)
    if not loads:
        st.markdown("No file of this tool has been read yet.")
        return
    for load in loads:
        if load.status == "refused":
            reason = wording.plain(load.message) or "no reason was recorded"
            st.markdown(f":material/error: `{load.path}` was refused: {reason}.")
    grid([_file_row(load, filters.tool.tool_id) for load in loads], "Newest files with their lines")
    shown = "Every file so far" if len(loads) < NEWEST_FILES else f"The newest {NEWEST_FILES} files"
    st.caption(f"{shown}, refused ones first.")


def _file_row(load: health.Load, tool_id: str) -> dict[str, str | int]:
    in_inbox = load.path.removeprefix(f"inbox/{tool_id}/")
    loaded_at = f"{load.loaded_at:%Y-%m-%d %H:%M}"
    named = {
        "File in the inbox": in_inbox,
        "Loaded at (UTC)": loaded_at,
        "Result": wording.LOAD_STATUSES.get(load.status, load.status),
    }
    return {**named, **_line_cells(load.lines)}


def _publication_facts(filters: Filters) -> None:
    published = filters.publication
    facts = {
        "Publication": published.publication_id,
        "Run": published.run_id,
        "Published at": wording.moment(published.published_at),
        "Judged as of": wording.moment(published.as_of),
        "Weeks in time zone": published.timezone,
        "Smallest group shown": wording.people(published.small_group),
        "Code version": published.code_version,
        "Rule book": published.rule_book_hash,
        "Contract version": str(published.contract_version),
    }
    with st.container(border=True):
        st.header("This publication")
        table([{"Fact": name, "Value": value} for name, value in facts.items()])
