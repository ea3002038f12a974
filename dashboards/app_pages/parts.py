"""What pages share: the filters that apply, headings with their as-of line, charts, tables, empty states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import pyarrow as pa
import streamlit as st

from dashboards import audit, wording
from dashboards.access import Access
from dashboards.audit import Read
from dashboards.glossary import slug
from dashboards.marts import adoption, rules
from dashboards.marts.published import WHOLE_COMPANY, Publication, Tool

MOST_WEEKS = 520
LONGEST_CELL = 40  # characters
# Two figures fit beside each other on a phone 390 px wide, unless one of them is long.
FIGURE_PX = 156
WIDE_FIGURE_PX = 220
LONGEST_FIGURE = 9  # characters
# Streamlit's own grey of axes and legends has a contrast of 3.6 on white; 4.5 is the least for small text.
FAINT_INK = {"labelColor": "currentColor", "labelOpacity": 0.8, "titleColor": "currentColor", "titleOpacity": 0.8}
MOST_WHOLE_ROWS = 16  # a longer grid scrolls
PURPOSES = ("Coaching and training", "A question of the person", "Checking a figure", "An audit")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose and may see: one tool, one org unit or the whole company, the last so many weeks."""

    workspace: Path
    path: Path
    publication: Publication
    tools: tuple[Tool, ...]
    tool: Tool
    org_unit: str
    weeks: int
    access: Access
    pages: Mapping[str, st.Page]

    @property
    def where(self) -> str:
        """The people that the figures are about, in words."""
        return "whole company" if self.org_unit == WHOLE_COMPANY else self.org_unit

    @property
    def unit_or_none(self) -> str | None:
        """The org unit, None for the whole company."""
        return None if self.org_unit == WHOLE_COMPANY else self.org_unit

    @property
    def provisional_mark(self) -> str:
        """What follows the name of the week that pages show: the newest final one, or a provisional one without it."""
        return "" if self.tool.last_final_week_start else ", provisional"


def draw(spec: Mapping[str, Any], alt: str, **selection: Any) -> Any:
    """Shows a chart; its rows travel as Arrow, apart from the specification, so that a change moves only data."""
    bare = {key: value for key, value in spec.items() if key != "data"}
    bare["config"] = {"axis": FAINT_INK, "legend": FAINT_INK} | spec.get("config", {})
    return st.vega_lite_chart(pa.Table.from_pylist(spec["data"]["values"]), bare, alt=alt, **selection)


def draw_flow(option: Mapping[str, Any], alt: str, height: int) -> None:
    """Shows an ECharts picture."""
    st.echarts_chart(dict(option), alt=alt, height=height, renderer="svg")


def status_colours() -> dict[str, str]:
    """The theme's colours by the names of the statuses; others take the text's grey."""
    theme = st.context.theme.type or "light"
    colours = st.get_option(f"theme.{theme}.chartCategoricalColors") or ()
    return dict(zip(wording.STATUSES.values(), colours, strict=False)) | {wording.NOT_ELIGIBLE: "#8a96a3"}


def ink() -> str:
    """The theme's colour of text."""
    return str(st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor"))


def paper() -> str:
    """The theme's colour behind everything."""
    return str(st.get_option(f"theme.{st.context.theme.type or 'light'}.backgroundColor"))


def strong_ink() -> str:
    """The ink that can be read on the strongest cells of a heat map."""
    return "black" if st.context.theme.type == "dark" else "white"


def figures_of(filters: Filters, *names: str) -> None:
    """The way from the figures on this page to their definitions."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("How it is calculated:", width="content")
        for name in names:
            st.page_link(filters.pages["definitions"], label=name, query_params={"figure": slug(name)})


def known_people(filters: Filters, *, with_link: bool = True) -> None:
    """Which part of the tool's records the figures rest on, with the way to the details; a warning when it is small."""
    tool = filters.tool
    if tool.known_share is None:
        return
    title = wording.plain(tool.title)
    told = f"{wording.share(tool.known_share)} of the usage records of {title} belong to a known person"
    if tool.has_few_known:
        st.warning(
            f"Only {told}: less than {wording.share(tool.least_known_share)}. The other records count for nobody, so"
            " users may look like non-users. `takeup people suggest` helps to find out whose they are.",
            icon=":material/person_alert:",
        )
    else:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(f":material/person_check: {told}.", width="content")
            _to_health(filters, with_link)
        return
    _to_health(filters, with_link)


def _to_health(filters: Filters, is_wanted: bool) -> None:
    if is_wanted:
        page = filters.pages["data-health"]
        st.page_link(page, label="Whose records are known", icon=None)


def as_of(filters: Filters, *facts: str) -> None:
    """Under a page's title: what the figures are about, how far the logs reach, when it was published."""
    as_of_all(filters, *facts, data_through(filters))
    _untrustworthy(filters)


def as_of_all(filters: Filters, *facts: str) -> None:
    """The same under the title of a page that is about all tools."""
    published = filters.publication
    made = (f"as of {wording.moment(published.as_of)}", f"published {wording.moment(published.published_at)}")
    st.caption(wording.sentence(" · ".join([*facts, *made])))


def data_through(filters: Filters) -> str:
    """How far the chosen tool's logs reach."""
    reached = filters.tool.watermark_at
    return f"data through {wording.moment(reached)}" if reached else "no data yet"


def _untrustworthy(filters: Filters) -> None:
    """A banner while what figures read has changed its form, with the last value that rests on nothing of the kind."""
    if filters.tool.untrustworthy_since is not None:
        doubt(filters.tool, _last_good(filters))


def doubt(tool: Tool, what_then: str) -> None:
    """Says of a tool whose figures are untrustworthy since when and why."""
    if tool.untrustworthy_since is None:
        return
    st.warning(
        f"**Figures of {wording.plain(tool.title)} are not to be trusted since"
        f" {wording.day(tool.untrustworthy_since)}:**"
        f" {wording.plain(tool.untrustworthy_reason or '')}. {what_then}",
        icon=":material/gpp_maybe:",
    )


def _last_good(filters: Filters) -> str:
    weeks = adoption.by_week(filters.path, filters.tool.tool_id, filters.org_unit, MOST_WEEKS)
    last = next((week for week in weeks if week.week_start == filters.tool.last_trustworthy_week_start), None)
    if last is None:
        return "No final week from before is known."
    told = [f"{wording.share(last.active_share)} active"]
    if filters.tool.can_show_correctness:
        told.insert(0, f"{wording.share(last.correct_share)} correct users")
    return (
        f"Last good figures, week of {wording.day(last.week_start)}: {', '.join(told)}, {wording.plain(filters.where)}."
    )


def purpose() -> str | None:
    """Why the reader looks at people: asked once a session, written to the log of reads with every list."""
    given = st.selectbox(
        "Why do you look at single people?",
        PURPOSES,
        index=None,
        key="why",
        placeholder="Choose, or write your own reason",
        accept_new_options=True,
        required=True,
        persist_state="session",
        width=420,
    )
    why = " ".join((given or "").split())[:200]
    if why:
        return why
    st.markdown("Rows about single people open once you say why. Reason, reader and number of rows go into a log.")
    return None


def logged(filters: Filters, what: str, why: str, rows: int) -> bool:
    """Writes a read into the log before it is shown, once a session for the same rows; False: it could not be."""
    read = Read(filters.access.who, what, why, rows, filters.publication.publication_id)
    known: set[Read] = st.session_state.setdefault("_reads", set())
    if read in known:
        return True
    try:
        audit.record(filters.workspace, read)
    except OSError:
        empty(
            "These rows cannot be shown",
            f"Every read of rows about people is logged, and `{audit.FILE}` in the workspace cannot be written.",
            "let the dashboard's user write there, then reload this page.",
        )
        return False
    known.add(read)
    return True


def accept_ids_in_links(key: str, titles: Mapping[str, str]) -> None:
    """A link may name a thing by its id, which never changes; the widget itself reads only titles."""
    asked = st.query_params.get(key, "")
    if asked in titles and key not in st.session_state:
        st.query_params[key] = titles[asked]
        st.rerun()


def choice_of_page(label: str, key: str, titles: Mapping[str, str], width: int, default: str | None = None) -> str:
    """A choice that belongs to one page: the page's address names it by id, and it still holds when the reader comes
    back. A widget bound to the address would lose it on a page switch, which clears the address first."""
    widget = f"{key} of the page"
    first = default or next(iter(titles))
    said = (st.query_params.get(key), st.session_state.get(f"_{key}"), first)
    st.session_state[widget] = next(value for value in said if value in titles)
    say_in_address(key, st.session_state[widget], first)

    def changed() -> None:
        st.session_state[f"_{key}"] = st.session_state[widget]
        say_in_address(key, st.session_state[widget], first)

    names = list(titles)
    chosen = st.selectbox(label, names, format_func=titles.__getitem__, key=widget, on_change=changed, width=width)
    st.session_state[f"_{key}"] = chosen
    return str(chosen)


def link_to_list(filters: Filters, label: str, **wanted: str) -> None:
    """From a figure to the people it counts, for readers who may see them."""
    page = filters.pages.get("person")
    if page is not None:
        st.page_link(page, label=label, icon=":material/person_search:", query_params=wanted)


def say_in_address(key: str, value: str, default: str) -> None:
    """Writes a choice into the address; what is not said is the default."""
    if value == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def open_person(filters: Filters, key: str) -> None:
    """Leads from a list to the person's page, which the address names."""
    st.switch_page(filters.pages["person"], query_params={"person": key})


def people_grid(
    filters: Filters,
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    alt: str,
    widths: Mapping[str, int | Literal["medium"]],
    **settings: Any,
) -> None:
    """Rows about people, each with the person's key; a row that is chosen opens the person."""
    config = {name: st.column_config.TextColumn(width=width) for name, width in widths.items()}
    cells = [row for _, row in rows]
    state = grid(cells, alt, column_config=config, on_select="rerun", selection_mode="single-row", **settings)
    if state.selection.rows:
        open_person(filters, rows[state.selection.rows[0]][0])


def export_links(what: str, query: Mapping[str, str | None], label: str = "Export") -> None:
    """A file of these rows as CSV or XLSX, by the address that checks and logs."""
    text = urlencode({key: value for key, value in query.items() if value is not None})
    with st.container(horizontal=True, gap="small"):
        for kind in ("csv", "xlsx"):
            export_link(f"{label} {kind.upper()}", f"/export/{what}.{kind}?{text}")


def export_link(label: str, address: str) -> None:
    """A file by an address of this server."""
    st.link_button(label, address, icon=":material/download:")


def empty(title: str, why: str, what_to_do: str) -> None:
    """Says why there is nothing to see and what to do about it."""
    with st.container(border=True):
        st.header(title)
        st.markdown(why)
        st.markdown(f"**What to do:** {what_to_do}")


def no_week(filters: Filters, title: str) -> None:
    """A tool whose logs hold no whole week yet: why a page has nothing to show, and the way to what arrived."""
    tool = filters.tool
    since = f"{wording.plain(tool.title)} is live from {wording.day(tool.live_from)}"
    as_of(filters)
    empty(title, f"{since}, and no whole week of its logs has been judged yet.",
          "drop its logs into the inbox, run `takeup run`, and look at Data health for what arrived.")  # fmt: skip
    to_arrived(filters)


def to_arrived(filters: Filters) -> None:
    """The way from a page that waits for data to what was read."""
    page = filters.pages.get("data-health")
    if page is not None:
        st.page_link(page, label="What arrived", icon=":material/health_and_safety:")


def figures_row(figures: Mapping[str, str], helps: Mapping[str, str] | None = None) -> None:
    """Figures side by side in columns of one width, so that they also stand in columns where a phone wraps them."""
    is_long = any(len(value) > LONGEST_FIGURE for value in figures.values())
    with st.container(horizontal=True, gap="small"):
        for name, value in figures.items():
            st.metric(name, value, width=WIDE_FIGURE_PX if is_long else FIGURE_PX, help=(helps or {}).get(name))


def rule_titles(filters: Filters) -> dict[str, str]:
    """The tool's rules by id as people call them, by their newest version; with the id where two share a title."""
    newest_last = reversed(rules.rules(filters.path, filters.tool.tool_id))
    titles = {rule.rule_id: rule.title for rule in newest_last}
    shared = [*titles.values()]
    return {name: title if shared.count(title) == 1 else f"{title} ({name})" for name, title in titles.items()}


def folded_grid(title: str, key: str, rows: Callable[[], Sequence[Mapping[str, str | int]]]) -> None:
    """A grid that is asked for and laid out only while its fold is open."""
    with st.expander(title, key=key, on_change="rerun") as fold:
        if fold.open:
            grid(rows(), title)


def grid(rows: Sequence[Mapping[str, Any]], alt: str, **settings: Any) -> Any:
    """Many columns: scrolls in itself, by keyboard too, where a plain table would be cut off on a phone."""
    numbers = [name for name, value in rows[0].items() if isinstance(value, int)]
    config = {name: st.column_config.NumberColumn(format="localized") for name in numbers}
    config |= {name: st.column_config.TextColumn(width="medium") for name in rows[0] if _is_long(rows, name)}
    config |= settings.pop("column_config", {})
    settings.setdefault("height", "content" if len(rows) <= MOST_WHOLE_ROWS else "auto")
    return st.dataframe(pa.Table.from_pylist(rows), hide_index=True, column_config=config, alt=alt, **settings)


def _is_long(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether a column of texts would take the room of all others."""
    return any(isinstance(row[name], str) and len(row[name]) > LONGEST_CELL for row in rows)


def table(rows: Sequence[Mapping[str, str]], alt: str | None = None) -> None:
    """Few columns of texts, as HTML: wraps, prints and can be read aloud. Cells are texts, whatever they look like."""
    plain = [{name: wording.plain(value) for name, value in row.items()} for row in rows]
    st.table(pa.Table.from_pylist(plain), hide_index=True, border="horizontal", alt=alt)
