"""What the pages of people, rules, movement and training say."""

from __future__ import annotations

import json
import re

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards import audit, simulation
from dashboards.app_pages import movement, parts
from dashboards.charts.bars import Bar, bars
from dashboards.marts import people, published, reading, training
from dashboards.marts.people import Wanted
from tests.dashboards.publication import LAST_WEEK, Company, publish
from tests.dashboards.test_app import _page_alone, _text

COMPANY = Company(people=200, tools=2, weeks=12)
EVERYTHING = ("figures", "people", "rules")


@pytest.fixture
def workspace(tmp_path):
    publish(tmp_path, COMPANY)
    return tmp_path


@pytest.fixture
def show(workspace, monkeypatch):
    """Draws one page of the made-up company, with what its address says."""
    monkeypatch.setenv("TAKEUP_WORKSPACE", str(workspace))
    monkeypatch.setenv("TEST_TOOL", "0")

    def draw(name, roles=EVERYTHING, unit="All", units=None, why=None, **query):
        drawn = {"name": name, "roles": roles, "unit": unit, "units": units}
        app = AppTest.from_function(_page_alone, default_timeout=60, kwargs=drawn)
        for key, value in query.items():
            app.query_params[key] = value
        if why:
            app.session_state["why"] = why
        return app.run()

    return draw


def _an_incorrect_user(workspace) -> people.Listed:
    path = reading.latest(workspace)
    tool = published.tools(path)[0]
    return people.listed(path, None, Wanted(tool.tool_id, tool.last_final_week_start, status="incorrect_user"), 1)[0]


def test_no_row_about_people_is_shown_before_the_reader_says_why(show, workspace):
    app = show("person")
    assert not app.dataframe
    assert "open once you say why" in _text(app)
    assert not (workspace / audit.FILE).exists()


def test_a_list_is_in_the_log_once_however_often_the_page_is_drawn(show, workspace):
    app = show("person", why="An audit")
    app.run()
    assert len(app.dataframe[0].value) == 50
    entries = [json.loads(line) for line in (workspace / audit.FILE).read_text().splitlines()]
    assert [(entry["who"], entry["why"], entry["rows"]) for entry in entries] == [("a test", "An audit", 50)]


def test_a_person_is_explained_by_rule_cases_events_way_back_and_module(show, workspace):
    person = _an_incorrect_user(workspace)
    text = _text(show("person", why="An audit", person=person.person_key))
    assert "Incorrect user:" in text
    assert re.search(r"Broken in \d+ of \d+ cases judged", text)
    assert "**Proof:** `e1`, `e2`" in text
    assert re.search(r"\*\*Way back:\*\* \d+ more cases that keep the rule", text)
    assert "**Module:** RV-101 Review" in text


def test_the_events_of_a_person_name_rules_by_their_titles(show, workspace):
    path = reading.latest(workspace)
    with duckdb.connect(str(path)) as connection:
        found = connection.execute(
            "select person_key from fct_obligation where tool_id = 'copilot-chat' and outcome = 'broken'"
            " order by week_start desc, person_key limit 1"
        ).fetchone()
    events = show("person", why="An audit", person=found[0]).dataframe[0].value
    assert set(events["Rule"]) == {"Output is reviewed before it is sent"}


def test_a_person_of_another_unit_is_nobody_to_a_reader_of_one_unit(workspace, monkeypatch):
    path = reading.latest(workspace)
    person = _an_incorrect_user(workspace)
    assert people.person(path, (person.org_unit,), person.person_key)
    assert people.person(path, ("Elsewhere",), person.person_key) is None
    assert people.person_weeks(path, ("Elsewhere",), person.person_key, None, 9) == []
    assert people.person_rules(path, ("Elsewhere",), person.person_key, "copilot-chat", LAST_WEEK) == []
    assert people.obligations(path, ("Elsewhere",), person.person_key, "copilot-chat", LAST_WEEK, LAST_WEEK) == []


def test_an_unknown_key_says_that_there_is_nobody(show):
    assert "Nobody to show" in _text(show("person", why="An audit", person="no-such-key"))


def test_a_page_asks_for_its_role_itself(show):
    app = show("person", roles=("figures",))
    assert "needs the role `people`" in app.exception[0].message


def test_training_counts_for_everybody_and_lists_only_for_those_who_may(show, workspace):
    app = show("training", roles=("figures",))
    text = _text(app)
    assert "Which rule is broken most" in text
    assert "only to readers with the role people" in text
    assert not app.dataframe
    assert not (workspace / audit.FILE).exists()


def test_training_lists_whom_to_train_with_evidence_and_way_back(show):
    rows = show("training", why="Coaching and training").dataframe[0].value
    assert {"Person", "Rule", "Broken", "Way back", "Module", "Last trained", "Events"} <= set(rows.columns)
    assert rows["Broken"].str.fullmatch(r"\d+ of \d+").all()


def test_training_shows_each_plan_with_what_came_of_it(show):
    app = show("training")
    [plan] = app.dataframe[0].value.to_dict("records")
    assert (plan["Plan"], plan["Due"]) == ("2026-10-01-1", "29 Oct 2026")
    done = ("Completed in time", "Completed late")
    assert plan["To train"] == sum(plan[name] for name in (*done, "Open", "Overdue"))
    assert min(plan[name] for name in (*done, "Overdue", "Held out")) > 0
    text = _text(app)
    taken = sum(plan[name] for name in done)
    assert f"{taken:,} of {plan['To train']:,} places of the newest plan" in text
    assert f"{plan['Held out']:,} other" in text
    assert "once you have said why" in text


def test_training_lists_who_is_on_a_plan_and_logs_that_somebody_looked(show, workspace):
    app = show("training", why="Coaching and training")
    people = app.dataframe[2].value
    assert {"Person", "Module", "Rule", "Broken then", "What came of it", "Completed"} <= set(people.columns)
    assert {"Completed in time", "Completed late", "Overdue", "Held out by lot"} == set(people["What came of it"])
    assert set(people[people["What came of it"] == "Overdue"]["Completed"]) == {""}
    assert "training plan 2026-10-01-1" in (workspace / audit.FILE).read_text()


def test_plans_show_no_unit_that_the_reader_may_not_see(show):
    whole = show("training").dataframe[0].value["To train"].sum()
    part = show("training", roles=("figures", "people"), units=("Finance",))
    assert 0 < part.dataframe[0].value["To train"].sum() < whole


def test_plans_are_no_figures_for_those_who_may_not_see_people(show, monkeypatch):
    monkeypatch.setattr(training, "plans", lambda *_: pytest.fail("asked for plans"))
    assert "Plans are lists of people" in _text(show("training", roles=("figures",)))


def test_where_no_plan_was_made_training_says_how_to_make_one(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("delete from fct_training_plan")
        connection.execute("delete from fct_training_need")
        connection.execute("delete from fct_training_need_unit")
    assert "takeup training plan --tool" in _text(show("training"))


def test_training_says_whether_it_helped_with_n_comparison_and_a_refusal(show):
    text = _text(show("training"))
    assert "−18.0 pp broken cases" in text
    assert "the 42 trained. Dashed: 61 people" in text
    assert "which should give about 0" in text


def test_without_a_proven_breach_there_is_no_need_and_the_page_says_so(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("delete from fct_training_need")
        connection.execute("delete from fct_training_need_unit")
    assert "too little evidence is no need" in _text(show("training"))


def test_a_hidden_figure_of_a_small_unit_is_blank_and_not_zero(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute(
            "update fct_training_need_unit set people = null, people_share = null, is_hidden = true"
            " where org_unit = 'Finance'"
        )
    assert "An empty cell is unknown, not zero" in _text(show("training"))


def test_movement_names_decay_and_who_is_dormant(show):
    app = show("movement")
    assert [metric.label for metric in app.metric] == ["Adoption", "Recovery", "Decay", "Abandonment"]
    text = _text(app)
    assert re.search(r"(\d+ (is|are)|Nobody is) dormant", text)
    assert "still active 8 weeks after their first use" in text


def test_cohorts_too_small_to_be_shown_before_all_others_take_no_rows(show, workspace, monkeypatch):
    drawn = []
    monkeypatch.setattr(movement, "triangle", lambda cohorts: drawn.extend(cohorts) or {"data": {"values": []}})
    monkeypatch.setattr(movement, "draw", lambda spec, alt: None)
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute(
            "update fct_retention set active_share = null, active = null, people = null, is_hidden = true"
            " where cohort_week in (select distinct cohort_week from fct_retention order by 1 limit 3)"
        )
        shown = connection.execute(
            "select min(cohort_week) from fct_retention where tool_id = 'copilot-chat' and not is_hidden"
        ).fetchone()
    text = _text(show("movement"))
    assert min(cohort.cohort_week for cohort in drawn) == shown[0]
    assert re.search(r"\d earlier cohorts? ha(s|ve) too few people to be shown", text)


def test_movement_of_a_single_week_says_that_it_needs_two(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("delete from fct_transition_week")
    assert "needs a week and the one before it" in _text(show("movement"))


def test_segments_say_how_many_heavy_users_use_it_incorrectly(show):
    assert re.search(r"Of \d+ power and habitual users \d+ \(\d+%\) use it incorrectly", _text(show("segments")))


def test_rules_are_shown_in_words_with_the_people_behind_each_verdict(show):
    text = _text(show("rules"))
    assert "Each send is preceded by a review within 1 hour." in text
    assert re.search(r"Violated by \d+% of \d+ people with enough cases\.", text)
    assert "asks what has to come before" in text
    assert "preceded_by" not in text


def test_a_rule_that_judges_fewer_people_than_a_small_group_shows_no_verdicts(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("delete from fct_rule_week using dim_person where fct_rule_week.person_key"
                           " = dim_person.person_key and dim_person.person_key not in"
                           " (select person_key from dim_person limit 9)")  # fmt: skip
    assert "The rule applied to too few people" in _text(show("rules"))


def test_only_the_role_of_rules_may_try_one_out(show):
    assert "needs the role `rules`" in _text(show("rules", roles=("figures",)))
    app = show("rules")
    assert app.text_area
    assert "No file in `config/rules/` is of this tool" in _text(app)


def test_the_upload_of_rules_permits_what_a_trial_permits(show, monkeypatch):
    asked = {}
    monkeypatch.setattr(st, "file_uploader", lambda label, **given: asked.update(given) or None)
    show("rules")
    assert asked["max_upload_size"] * 1024 * 1024 == simulation.MOST_BYTES


def test_a_rule_that_cannot_be_tried_says_why(show):
    app = show("rules")
    app.text_area[0].set_value("rules: [")
    app.button[0].click().run(timeout=60)
    assert app.error[0].value == "The rules were not tried."
    assert app.code


PERSON_TABLES = ("fct_person_tool_week", "fct_obligation", "dim_person", "fct_intended_use ", "fct_training_need ")


@pytest.mark.parametrize(
    "page", ["overview", "movement", "training", "rules", "data_health", "governance", "leadership", "segments"]
)
def test_without_the_role_of_people_no_query_brings_a_person(show, page, monkeypatch):
    brought = []
    real = reading.select

    def select(path, sql, parameters, shape):
        rows = real(path, sql, parameters, shape)
        if any(hasattr(row, "person_key") for row in rows):
            brought.append(sql)
        return rows

    monkeypatch.setattr(reading, "select", select)
    assert not show(page, roles=("figures",)).exception
    assert brought == []


HOSTILE = "![x](https://evil.example/p.png) <img src=x> [link](https://evil.example) $x$ :red[a]"


@pytest.mark.parametrize("page", ["rules", "training", "person"])
def test_texts_of_the_data_are_shown_as_they_are_and_never_as_images_or_links(show, workspace, page):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("update dim_rule set title = ?, sentence = ?, why = ?, owner = ?", [HOSTILE] * 4)
        connection.execute("update dim_tool set title = ?", [HOSTILE])
    person = _an_incorrect_user(workspace)
    app = show(page, why="An audit", **({"person": person.person_key} if page == "person" else {}))
    assert "https://evil" not in _text(app)
    assert "<img" not in _text(app).replace("\\<img", "")


def test_governance_says_who_owns_it_what_holds_and_what_is_open(show):
    text = _text(show("governance"))
    assert "1 of 2 tools has an open alert" in text
    assert "1 of 3 promises holds" in text
    assert "8 of 16 questions answered with yes" in text
    assert "First guess:** the data. No line of its source arrived that day." in text
    assert "](<https://runbooks.corp.example/copilot-chat>)" in text


def test_governance_says_how_small_a_drop_would_be_noticed(show, workspace):
    text = _text(show("governance"))
    assert "About 38 people use it on a working day, too few for an alert on a drop of one day." in text
    assert "a drop of 55% within 5, 40% within 10, 35% within 20 working days; 1 working day without anybody." in text


def test_of_a_tool_without_days_governance_promises_no_alert_on_drops(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("update fct_alert_sensitivity set people_per_day = null")
    assert "Noticed in 95 of 100 cases" not in _text(show("governance"))


def test_a_log_of_reads_that_somebody_changed_is_called_out(show, workspace):
    for _ in range(2):
        audit.record(workspace, audit.Read("ada", "a list", "an audit", 3, "p"))
    assert "2 reads of rows about people so far" in _text(show("governance"))
    path = workspace / audit.FILE
    path.write_text(path.read_text().replace('"rows": 3', '"rows": 1', 1))
    assert "line 1 does not follow" in show("governance").error[0].value


def test_a_tool_of_which_nothing_was_promised_says_so(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        for table in ("fct_load_bearing", "fct_alert", "fct_audit_answer", "dim_production", "dim_tool_contact"):
            connection.execute(f"delete from {table}")
    text = _text(show("governance"))
    assert "nothing can hold or break" in text
    assert "No run has found anything wrong" in text
    assert "has not been audited yet" in text


def test_the_overview_gives_the_chance_to_reach_the_target_and_how_it_moved(show):
    app = show("overview")
    assert app.metric[3].label == "Chance to hold 45% on 28 Dec 2026"
    assert "83% chance to hold 45% on 28 Dec 2026." in _text(app)
    assert app.metric[3].value.endswith("%")
    assert app.metric[3].delta == "+10.0 pp"
    assert "Band: eight chances in ten." in _text(app)


def test_a_target_that_is_not_reached_has_a_chance_to_be_reached_by_its_date(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("update dim_target set value = 0.95 where measure = 'correct'")
    app = show("overview")
    assert app.metric[3].label == "Chance to reach 95% by 28 Dec 2026"
    assert "chance to reach 95% by 28 Dec 2026." in _text(app)


def test_a_forecast_that_is_refused_says_why_and_gap_and_pace_stay(show, workspace):
    with duckdb.connect(str(reading.latest(workspace))) as connection:
        connection.execute("delete from fct_forecast where not is_due_week")
        connection.execute("update fct_forecast set p10 = null, p50 = null, p90 = null, chance = null,"
                           " refusal = 'fewer than 8 final weeks'")  # fmt: skip
    app = show("overview")
    assert app.metric[3].label == "Gap to 45% by 28 Dec 2026"
    assert "No forecast: fewer than 8 final weeks." in _text(app)


def test_leadership_leads_with_one_sentence_and_ends_with_decisions(show):
    text = _text(show("leadership"))
    assert re.search(r"\*\*.*2 tools with a target", text)
    assert "Decisions asked for" in text


def test_a_reader_of_single_units_sees_no_page_of_the_whole_company(show):
    assert "This page is of the whole company" in _text(show("leadership", units=("Finance",)))


def test_a_change_in_the_form_of_the_logs_is_named_with_the_figures_that_read_it(show, monkeypatch):
    monkeypatch.setenv("TEST_TOOL", "1")
    app = show("data_health")
    assert "1 change still going on makes figures untrustworthy" in _text(app)
    assert "Rule “Output is reviewed before it is sent”" in "".join(str(table.value) for table in app.table)


@pytest.mark.parametrize("page", ["overview", "movement", "training", "rules", "segments"])
def test_untrustworthy_figures_carry_a_banner_with_the_last_good_value(show, monkeypatch, page):
    monkeypatch.setenv("TEST_TOOL", "1")
    banner = show(page).warning[0].value
    assert "are not to be trusted since 27 Oct 2026" in banner
    assert "reviewed is called checked now" in banner
    assert re.search(r"Last good figures, week of 19 Oct 2026: \d+\.\d% correct users, \d+\.\d% active", banner)
    monkeypatch.setenv("TEST_TOOL", "0")
    assert not show(page).warning


def test_statuses_of_people_carry_the_banner_of_untrustworthy_figures_too(show, workspace, monkeypatch):
    monkeypatch.setenv("TEST_TOOL", "1")
    assert "Last good figures" in show("person", why="An audit").warning[0].value
    key = _an_incorrect_user(workspace).person_key
    banner = show("person", why="An audit", person=key).warning[0].value
    assert "are not to be trusted since 27 Oct 2026" in banner
    assert "A status of a week from then on may be wrong" in banner
    assert "Last good" not in banner, "one person's page says nothing of others"


def test_a_week_of_the_leadership_page_is_chosen_by_its_day_and_linked_by_its_number(show):
    app = show("leadership", week="2026-W40")
    chosen = next(box for box in app.selectbox if box.label == "Week of")
    assert chosen.value == "2026-W40"
    assert "28 Sep 2026 (2026-W40)" in chosen.options
    assert app.caption[0].value.startswith("Week of 28 September 2026")
    assert show("leadership", week="1999-W01").caption[0].value.startswith("Week of 19 October 2026")


def test_what_stands_beside_a_chart_can_be_read_and_a_chart_keeps_its_own_settings(monkeypatch):
    drawn = {}
    monkeypatch.setattr(parts.st, "vega_lite_chart", lambda rows, spec, alt: drawn.update(spec))
    parts.draw(bars([Bar("One", 1, "1")]), "A bar")
    assert {drawn["config"][part]["labelColor"] for part in ("axis", "legend")} == {"currentColor"}
    assert drawn["config"]["view"] == {"stroke": None}


def test_one_provisional_week_of_a_person_is_one(tmp_path, show):
    publish(tmp_path, Company(people=60, tools=1, weeks=1, provisional=1, publication_id="2026-11-11T041200Z"))
    path = reading.latest(tmp_path)
    week = published.tools(path)[0].last_week_start
    key = people.listed(path, None, Wanted("copilot-chat", week), 1)[0].person_key
    assert "1 week, no change of status. It is provisional." in _text(show("person", why="An audit", person=key))


def test_logs_that_look_as_ever_say_so(show):
    assert "The logs look as they always did" in _text(show("data_health"))


def test_my_usage_of_somebody_on_no_roster_says_so(show):
    assert "You are on no roster" in _text(show("own"))
