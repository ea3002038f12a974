"""Rows to Vega-Lite."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

import pyarrow as pa
import pytest

from dashboards.charts.bars import Bar, bars
from dashboards.charts.days import records_by_day
from dashboards.charts.flow import sankey
from dashboards.charts.lifecycle import lifecycle_bars
from dashboards.charts.pace import gap_and_pace, pace_of
from dashboards.charts.palette import NOT_JUDGED, week_axis
from dashboards.charts.trend import status_trend
from dashboards.marts.adoption import AdoptionWeek, Target
from dashboards.marts.health import SourceDay
from dashboards.marts.movement import LifecycleWeek

MONDAY = date(2026, 9, 7)


def _week(number: int, correct: int = 40, is_provisional: bool = False, eligible: int = 100) -> AdoptionWeek:
    shares = (0.7, correct / eligible, 0.3, 0.2, 0.1, correct / 70) if eligible else (None,) * 6
    counts = (70, correct, 30, 90 - 30 - correct, 10)
    return AdoptionWeek(MONDAY + timedelta(weeks=number), is_provisional, eligible, *counts, *shares, {}, {})


def _target(value: float = 0.5, weeks_after: int = 10) -> Target:
    return Target("correct", value, MONDAY + timedelta(weeks=weeks_after), "Dana Vogel", False)


def _marks(spec: dict) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def test_pace_is_the_change_over_the_last_four_final_weeks_per_week():
    weeks = [_week(number, correct=20 + 2 * number) for number in range(8)] + [_week(8, 99, is_provisional=True)]
    pace = pace_of(weeks, _target(0.5, weeks_after=15))
    assert pace.recent == pytest.approx(0.02)
    assert pace.gap == pytest.approx(0.34 - 0.5)
    assert pace.needed == pytest.approx(0.16 / 8)
    assert not pace.is_reached


def test_a_reached_target_needs_no_pace():
    pace = pace_of([_week(0, 60), _week(1, 60)], _target(0.5))
    assert pace.is_reached
    assert pace.needed is None


def test_a_target_whose_date_has_passed_has_no_needed_pace():
    pace = pace_of([_week(0), _week(5)], _target(0.5, weeks_after=2))
    assert (pace.needed, pace.weeks_left) == (None, 0.0)


def test_one_final_week_has_a_gap_but_no_pace_yet():
    pace = pace_of([_week(0)], _target())
    assert pace.recent is None
    assert pace.gap == pytest.approx(-0.1)


def test_without_a_final_week_there_is_no_pace_at_all():
    assert pace_of([_week(0, is_provisional=True)], _target()) is None


def test_the_area_of_provisional_weeks_starts_where_the_final_weeks_end():
    weeks = [_week(number, is_provisional=number >= 4) for number in range(6)]
    rows = status_trend(weeks, None)["data"]["values"]
    paler = {row["at"] for row in rows if row["is_provisional"]}
    solid = {row["at"] for row in rows if not row["is_provisional"]}
    assert paler & solid == {weeks[3].week_start.isoformat()}


def test_the_shares_drawn_for_a_week_add_up_to_the_whole():
    rows = status_trend([_week(0), _week(1), _week(2), _week(3)], None)["data"]["values"]
    assert sum(row["share"] for row in rows if row["at"] == MONDAY.isoformat()) == pytest.approx(1)


def test_a_week_without_eligible_people_is_a_gap_not_a_zero():
    rows = status_trend([_week(number, eligible=0) for number in range(4)], None)["data"]["values"]
    assert all(row["share"] is None for row in rows)


def test_few_weeks_are_drawn_as_bars_because_an_area_would_be_a_sliver():
    assert _marks(status_trend([_week(0)], None)) == ["bar"]
    assert _marks(status_trend([_week(number) for number in range(4)], None)) == ["area"]


def test_a_target_is_drawn_as_a_labelled_line():
    spec = status_trend([_week(number) for number in range(4)], _target(0.45))
    assert _marks(spec) == ["area", "rule", "text", "text"]
    assert spec["layer"][3]["data"]["values"][0]["text"] == "Target 45% correct users"


def test_the_name_of_a_target_has_a_rim_of_the_page_so_that_it_can_be_read_on_every_status():
    rim, name = status_trend([_week(0)], _target(0.45), "#0f1620")["layer"][2:4]
    assert (rim["mark"]["stroke"], rim["encoding"]) == ("#0f1620", name["encoding"])
    assert name["mark"]["color"] == "currentColor"


def test_the_path_to_the_target_is_drawn_only_while_it_is_open():
    weeks = [_week(number) for number in range(5)]
    dashed = [layer for layer in gap_and_pace(weeks, _target(0.9))["layer"] if "strokeDash" in layer["mark"]]
    assert len(dashed) == 1
    assert not [layer for layer in gap_and_pace(weeks, _target(0.1))["layer"] if "strokeDash" in layer["mark"]]


def test_bars_fill_the_width_with_the_longest_value_or_mark():
    rows = bars([Bar("a", 50, "50"), Bar("b", 25, "25", mark=100)])["data"]["values"]
    assert [(row["part"], row["mark"]) for row in rows] == [(0.5, None), (0.25, 1.0)]


def test_bars_of_nothing_but_zeros_stay_empty():
    rows = bars([Bar("a", 0, "0"), Bar("b", 0, "0")])["data"]["values"]
    assert [row["part"] for row in rows] == [0.0, 0.0]


def test_each_name_is_cut_off_before_its_own_figure_begins():
    spec = bars([Bar("a" * 200, 1, "30% · target 35% (-5 pp)"), Bar("b" * 200, 1, "5%")])
    label = next(layer for layer in spec["layer"] if layer.get("encoding", {}).get("text", {}).get("field") == "label")
    assert label["mark"]["limit"]["expr"] == "max(width - datum.figure_px, 60)"
    assert [row["figure_px"] for row in spec["data"]["values"]] == [182, 30]


def test_late_records_stand_apart_from_those_on_time():
    rows = records_by_day([SourceDay("s", MONDAY, 100, 30, 12)])["data"]["values"]
    assert [(row["kind"], row["records"]) for row in rows] == [("On time", 70), ("Late", 30)]


ALL_SPECS = [
    status_trend([_week(number, is_provisional=number > 3) for number in range(6)], _target()),
    status_trend([_week(0, is_provisional=True)], _target()),
    gap_and_pace([_week(number) for number in range(6)], _target(0.9)),
    bars([Bar("a", 1, "1", 2, NOT_JUDGED)]),
    records_by_day([SourceDay("s", MONDAY, 100, 30, 12)]),
]


@pytest.mark.parametrize("spec", ALL_SPECS)
def test_a_specification_is_plain_json_and_names_no_colour_of_one_theme(spec):
    text = json.dumps({key: value for key, value in spec.items() if key != "data"}, allow_nan=False)
    assert "#" not in text


@pytest.mark.parametrize("spec", ALL_SPECS)
def test_the_rows_of_a_chart_travel_without_decimals(spec):
    table = pa.Table.from_pylist(spec["data"]["values"])
    assert not [field for field in table.schema if pa.types.is_decimal(field.type)]


def test_weeks_are_marked_at_their_first_days_and_long_spans_by_months():
    weeks = [MONDAY + timedelta(weeks=number) for number in range(26)]
    marked = week_axis(weeks)["values"]
    assert [date(day["year"], day["month"], day["date"]) for day in marked] == weeks[::2]
    assert "values" not in week_axis([MONDAY + timedelta(weeks=number) for number in range(104)])


def test_bars_of_weeks_leave_half_a_band_at_both_ends():
    weeks = [LifecycleWeek(MONDAY + timedelta(weeks=number), "retained", 40, 100, False) for number in range(8)]
    spec = lifecycle_bars(weeks)
    assert spec["encoding"]["x"]["scale"]["padding"] == {"expr": "width / 16"}
    assert spec["layer"][0]["mark"]["width"] == {"expr": "max(width / 8 - 3, 2)"}


@pytest.mark.parametrize("label", ["a\x1bb", "a\x00b", "a\ud800b", "a\uffffb"])
def test_a_character_that_no_picture_can_hold_is_left_out_of_it(label: str) -> None:
    """In a process of its own: the renderer would end it."""
    spec = {
        "mark": "bar",
        "data": {"values": [{"unit": label, "people": 3}]},
        "encoding": {"x": {"field": "people", "type": "quantitative"}, "y": {"field": "unit", "type": "nominal"}},
    }
    script = "from dashboards.printing.charts import svg; print(svg(json.loads(sys.argv[1]), 200, 90))"
    command = [sys.executable, "-c", f"import json, sys; {script}", json.dumps(spec)]
    drawn = subprocess.run(command, capture_output=True, text=True, check=False)
    assert drawn.returncode == 0, drawn.stderr
    assert ">a b<" in drawn.stdout


def test_the_flow_has_the_statuses_in_one_order_on_both_sides():
    colours = {"Correct user": "#00f", "Non-user": "#999", "Not judged": "#eee"}
    flows = [("Not judged", "Non-user", 2), ("Non-user", "Not judged", 3), ("Not judged", "Correct user", 4)]
    names = [node["name"] for node in sankey(flows, colours, "#000")["series"][0]["data"]]
    assert names == ["Non-user before", "Not judged before", "Correct user after", "Non-user after", "Not judged after"]
