"""The dashboard without a browser: filters, links, empty states, what the pages say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.app_pages import data_health, parts
from dashboards.marts import published, reading
from tests.dashboards.publication import Company, publish

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
PAGES = (
    "overview", "movement", "training", "rules", "person", "data_health", "governance", "leadership", "segments",
    "definitions",
)  # fmt: skip
SMALL = Company(people=120)
Open = Callable[..., AppTest]


@pytest.fixture
def dashboard(workspace_of: Callable[[Company], Path], monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the dashboard on a company's publication (or a workspace), with a query string."""

    def open_it(company: Company | Path = SMALL, **query: str) -> AppTest:
        workspace = company if isinstance(company, Path) else workspace_of(company)
        monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace))
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_it


def _text(app: AppTest) -> str:
    assert not app.exception
    elements = (*app.title, *app.header, *app.markdown, *app.caption, *app.warning)
    return "\n".join(element.value for element in elements)


def test_without_a_publication_the_page_says_so_and_what_to_do(dashboard, tmp_path):
    text = _text(dashboard(tmp_path))
    assert "Nothing has been published yet" in text
    assert "`takeup run`" in text


def test_without_a_workspace_the_page_says_so_too(dashboard, monkeypatch):
    app = dashboard()
    monkeypatch.delenv("TAKEUP_WORKSPACE")
    assert "Nothing has been published yet" in _text(app.run())


def test_a_publication_of_another_contract_version_is_refused_with_words(dashboard, tmp_path):
    made = publish(tmp_path, Company(people=10, weeks=1, tools=1))
    with duckdb.connect(str(made)) as connection:
        connection.execute("update dim_publication set contract_version = 99")
    assert "contract version 99" in _text(dashboard(tmp_path))


@pytest.mark.parametrize(
    "taken", ["drop table fct_forecast", "alter table dim_tool drop column last_trustworthy_week_start"]
)
def test_a_publication_that_lacks_a_mart_or_a_column_says_that_it_is_older(dashboard, tmp_path, taken):
    made = publish(tmp_path, Company(people=20, weeks=4, tools=1))
    with duckdb.connect(str(made)) as connection:
        connection.execute(taken)
    assert "This publication is older than the dashboard" in _text(dashboard(tmp_path))


def test_a_publication_without_tools_says_where_tools_are_named(dashboard):
    assert "`config/tools.yml`" in _text(dashboard(Company(people=10, weeks=1, tools=0)))


def test_the_overview_opens_with_the_first_tool_and_the_whole_company(dashboard):
    app = dashboard()
    assert app.title[0].value == "Adoption overview"
    assert (app.selectbox(key="tool").value, app.selectbox(key="unit").value) == ("copilot-chat", "All")
    assert [metric.label for metric in app.metric][:2] == ["Correct users · target 45%", "Active users · target 60%"]


def test_every_page_states_its_as_of_and_the_overview_its_denominator(dashboard):
    caption = dashboard().caption[0].value
    assert "Week of 19 Oct 2026" in caption
    assert "120 eligible people, whole company" in caption
    assert "data through 9 Nov 2026 19:12 UTC" in caption


def test_the_cards_show_the_newest_final_week_while_newer_ones_are_provisional(dashboard):
    assert "2 newer weeks are provisional" in _text(dashboard())


def test_a_link_with_the_title_of_a_tool_opens_that_tool(dashboard):
    app = dashboard(tool="Code Assistant", unit="Finance", weeks="13")
    assert app.selectbox(key="tool").value == "code-assistant"
    assert app.selectbox(key="unit").value == "Finance"
    assert "Finance" in app.caption[0].value


def test_a_link_with_the_id_of_a_tool_opens_that_tool_too(dashboard):
    assert dashboard(tool="code-assistant").selectbox(key="tool").value == "code-assistant"


def test_a_link_to_something_unknown_falls_back_to_the_defaults(dashboard):
    app = dashboard(tool="no-such-tool", unit="Nowhere", weeks="7")
    assert app.selectbox(key="tool").value == "copilot-chat"
    assert app.selectbox(key="unit").value == "All"


def test_another_tool_can_be_chosen_after_a_link_by_id(dashboard):
    app = dashboard(tool="code-assistant")
    app.selectbox(key="tool").set_value("meeting-notes").run()
    assert app.selectbox(key="tool").value == "meeting-notes"


def test_choosing_a_unit_changes_the_people_the_figures_are_about(dashboard):
    app = dashboard()
    before = app.caption[0].value
    app.selectbox(key="unit").set_value("Legal").run()
    assert app.caption[0].value != before
    assert "Legal" in app.caption[0].value
    assert "company target" in app.metric[0].label


def test_a_tool_without_a_week_says_why_and_what_to_do(dashboard):
    text = _text(dashboard(Company(is_empty=True)))
    assert "No week to show yet" in text
    assert "What to do" in text


@pytest.mark.parametrize("page", ["overview", "movement", "training", "person", "segments", "leadership"])
def test_every_page_that_waits_for_the_first_week_says_since_when_in_the_same_words(page, workspace_of, monkeypatch):
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace_of(Company(is_empty=True))))
    app = AppTest.from_function(_page_alone, default_timeout=60, kwargs={"name": page})
    app.session_state["why"] = "Coaching and training"
    text = _text(app.run())
    assert re.search(r"[Nn]o whole week of (its|any tool's) logs has been judged yet", text)
    assert re.match(r"(No data yet · as|As) of 10 Nov 2026", app.caption[0].value)
    assert [link.label for link in app.get("page_link")] == ["What arrived"]


def test_no_button_is_filled_with_a_colour_that_its_white_text_cannot_be_read_on():
    """Axe does not see the text of such a button; the theme's colour has to be light where the page is dark."""
    theme = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text())["theme"]
    weakest = min(_contrast("#ffffff", theme[look]["primaryColor"]) for look in ("light", "dark"))
    filled = [path.name for path in APP.parent.rglob("*.py") if 'type="primary"' in path.read_text()]
    assert weakest >= 4.5 or not filled


def _contrast(one: str, other: str) -> float:
    """By WCAG: 4.5 is the least for text of usual size."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_unit_without_people_in_this_tool_says_so(dashboard, tmp_path):
    made = publish(tmp_path, Company(people=80, weeks=4))
    with duckdb.connect(str(made)) as connection:
        connection.execute("delete from fct_adoption_week where tool_id = 'copilot-chat' and org_unit = 'Legal'")
    text = _text(dashboard(tmp_path, unit="Legal"))
    assert "Nobody to show here" in text
    assert "Legal" in text


def test_one_week_shows_its_figures_and_says_that_a_trend_needs_two(dashboard):
    app = dashboard(Company(people=60, weeks=1, provisional=1, tools=1))
    text = _text(app)
    assert "Only one week has been judged so far" in text
    assert "No week is final yet" in text
    assert app.metric[0].delta == ""


def test_without_a_target_no_gap_is_made_up(dashboard):
    app = dashboard(Company(people=60, has_targets=False))
    assert app.metric[3].value == "No target"
    assert "`config/targets.yml`" in _text(app)


def test_correctness_that_no_source_can_show_is_unknown_and_not_zero(dashboard):
    app = dashboard(Company(people=60, tools=12), tool="translation")
    assert [app.metric[place].value for place in (0, 2, 3)] == ["Unknown"] * 3
    assert app.metric[1].value.endswith("%")
    assert "cannot tell correct from incorrect" in _text(app)


def test_not_judged_people_are_shown_with_their_reasons(dashboard):
    text = _text(dashboard(Company(people=400)))
    assert "Not judged, and why" in text
    assert "eligible (" in text


def test_people_folded_into_a_status_by_a_rollup_are_drawn_all_the_same(dashboard, tmp_path):
    made = publish(tmp_path, Company(people=40, weeks=4))
    with duckdb.connect(str(made)) as connection:
        connection.execute("update fct_adoption_week set non_user_never = 0, non_user_tried = 0, non_user_lapsed = 0")
    assert "Non-users" in _text(dashboard(tmp_path))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "company",
    [
        Company(people=60, tools=1, weeks=1, provisional=1),
        Company(people=60, is_empty=True),
        Company(people=60, has_broken_source=True, has_long_names=True),
        Company(people=40, tools=12, weeks=60, has_targets=False),
        Company(people=40, without_rows=("fct_tool_health", "fct_identity_coverage", "fct_source_day")),
    ],
    ids=["one week", "empty", "broken", "wide", "gaps"],
)
def test_every_page_draws_whatever_was_published(page, company, workspace_of, monkeypatch):
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace_of(company)))
    app = AppTest.from_function(_page_alone, default_timeout=60, kwargs={"name": page})
    app.run()
    assert not app.exception
    assert app.title


def _page_alone(
    name: str,
    unit: str = "All",
    roles: tuple[str, ...] = ("figures", "people", "rules"),
    units: tuple[str, ...] | None = None,
) -> None:
    """One page without navigation: the test harness cannot switch between pages that are functions."""
    import importlib
    import os
    from pathlib import Path

    import streamlit as st

    from dashboards.access import Access
    from dashboards.app_pages.parts import Filters
    from dashboards.marts import published, reading

    workspace = Path(os.environ["TAKEUP_WORKSPACE"])
    path = reading.latest(workspace)
    tools = tuple(published.tools(path))
    pages = {
        place: st.Page(lambda: None, title=place, url_path=place)
        for place in (
            "overview",
            "movement",
            "segments",
            "training",
            "rules",
            "person",
            "me",
            "data-health",
            "governance",
            "definitions",
        )
    }
    st.navigation(list(pages.values()))
    tool = tools[int(os.environ.get("TEST_TOOL", "-1"))]
    access = Access("a test", frozenset(roles), units)
    filters = Filters(workspace, path, published.publication(path), tools, tool, unit, 26, access, pages)
    importlib.import_module(f"dashboards.app_pages.{name}").page(filters)


def _data_health(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace))
    return AppTest.from_function(_page_alone, default_timeout=60, kwargs={"name": "data_health"}).run()


def test_the_equation_of_lines_balances_and_says_so(workspace_of, monkeypatch):
    app = _data_health(workspace_of(SMALL), monkeypatch)
    figures = {metric.label: int(metric.value.replace(",", "")) for metric in app.metric[4:10]}
    read = figures.pop("Lines read")
    assert list(figures) == ["= Loaded", "+ Duplicate", "+ Superseded", "+ Quarantined", "+ Blank or header"]
    assert read == sum(figures.values())
    assert "Balances: 0 lines unaccounted for" in _text(app)


def test_an_equation_that_does_not_balance_is_called_out(tmp_path, monkeypatch):
    made = publish(tmp_path, Company(people=40, weeks=4))
    with duckdb.connect(str(made)) as connection:
        connection.execute("update fct_load set lines_read = lines_read + 7 where load_id = 'people-1'")
    text = _text(_data_health(tmp_path, monkeypatch))
    assert "Does not balance: 7 lines unaccounted for" in text
    assert "Lines are missing from the account" in text


def test_a_late_source_is_counted_and_named(workspace_of, monkeypatch):
    app = _data_health(workspace_of(Company(people=60, has_broken_source=True)), monkeypatch)
    assert app.metric[0].value == "4 of 5"


def test_nothing_read_yet_says_where_to_drop_files(workspace_of, monkeypatch):
    assert "`inbox/<tool>/`" in _text(_data_health(workspace_of(Company(is_empty=True)), monkeypatch))


def test_beside_the_shares_stands_how_many_records_they_rest_on(dashboard):
    text = _text(dashboard(SMALL))
    assert "98.5% of" in text
    assert "of the usage records of" in text and "belong to a known person" in text


def test_a_tool_whose_records_name_few_known_people_carries_a_warning(dashboard, workspace_of):
    company = Company(people=60, has_broken_source=True)
    tools = published.tools(reading.latest(workspace_of(company)))
    app = dashboard(company, tool=tools[1].tool_id)
    assert app.warning[-1].value.startswith(f"Only 71.0% of the usage records of {tools[1].title}")
    assert "less than 90.0%" in app.warning[-1].value
    assert not dashboard(company, tool=tools[0].tool_id).warning


def test_kinds_of_accounts_and_reasons_of_quarantine_are_written_in_words(workspace_of, monkeypatch):
    drawn = []
    monkeypatch.setattr(data_health, "draw", lambda spec, alt: drawn.append((alt, spec)))
    _data_health(workspace_of(SMALL), monkeypatch)
    labels = {row["label"] for alt, spec in drawn for row in spec["data"]["values"] if "label" in row}
    assert {"E-mail address", "GitHub login", "The line is not valid JSON"} <= labels


def test_bars_of_provisional_tools_are_named_beneath(dashboard):
    text = _text(dashboard(Company(people=60, tools=2, weeks=1, provisional=1)))
    assert "Provisional: " in text
    assert "Provisional: " not in _text(dashboard(SMALL))


def test_rules_that_share_a_title_are_told_apart_by_their_ids(tmp_path):
    path = publish(tmp_path, Company(people=40, weeks=4))
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into dim_rule by name select * replace ('other' as rule_id) from dim_rule")
    titles = parts.rule_titles(SimpleNamespace(path=path, tool=published.tools(path)[0]))
    assert titles["other"] == "Output is reviewed before it is sent (other)"
    assert len(set(titles.values())) == len(titles)


def _page(name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace))
    return AppTest.from_function(_page_alone, default_timeout=60, kwargs={"name": name}).run()


def test_who_promised_a_target_is_named_where_the_name_is_known(tmp_path, monkeypatch):
    path = publish(tmp_path, Company(people=40, weeks=4, tools=1))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update dim_target set owner = 'dana.vogel@corp.example' where measure = 'correct'")
        connection.execute("update dim_target set owner = 'somebody@corp.example' where measure = 'active'")
        connection.execute("update fct_audit_answer set owner = 'emil.costa@corp.example', gap = 'missing: a name'")
    text = _text(_page("governance", tmp_path, monkeypatch))
    assert "promised by Dana Vogel" in text
    assert "**Missing:** a name. **Next:** Name somebody (Emil Costa by 1 Dec 2026)." in text
    assert "somebody" in text


def test_changes_that_are_over_say_when_they_were_and_that_nothing_goes_on(tmp_path, monkeypatch):
    path = publish(tmp_path, Company(people=40, weeks=4, tools=2))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update fct_source_drift set is_open = false, last_date = date '2026-11-01'")
    monkeypatch.setenv("TEST_TOOL", "1")
    app = _data_health(tmp_path, monkeypatch)
    assert "No change still going on makes figures untrustworthy" in _text(app)
    assert "27 Oct 2026 to 1 Nov 2026" in "".join(table.value.to_csv() for table in app.table)
