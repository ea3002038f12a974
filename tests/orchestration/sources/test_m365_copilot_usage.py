from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import CONCEALED, Identity

FORMAT = "m365-copilot-usage-user-detail"
FOLDER = FIXTURES / FORMAT


def test_version_1_is_a_snapshot_of_last_activities() -> None:
    """Seven days up to 8 March are 2 to 8 March: ann was active on the 5th, bob in January, cy never."""
    ann, bob, cy = read(FORMAT, FOLDER / "valid" / "v1_d7.csv").records
    assert ann.users == (Identity("upn", "Ann@example.com"), Identity("email", "Ann@example.com"))
    assert (ann.grain, ann.period_start, ann.period_end) == ("snapshot", date(2026, 3, 2), date(2026, 3, 9))
    assert ann.as_of == datetime(2026, 3, 9)
    assert [row.is_active for row in (ann, bob, cy)] == [True, False, False]
    assert ann.attributes == {
        "last_activity_date": "2026-03-05",
        "copilot_chat_last_activity_date": "2026-03-05",
        "teams_last_activity_date": "2026-03-04",
        "word_last_activity_date": "2026-02-20",
    }
    assert (ann.measures, ann.coverage) == ({"prompts": None}, "licensed_only")
    assert (bob.attributes["last_activity_date"], cy.attributes) == ("2026-01-20", {})


def test_version_2_counts_prompts_and_active_days() -> None:
    """28 days up to 8 March begin on 9 February. Edge was used a day after the last activity overall."""
    ann, bob = read(FORMAT, FOLDER / "valid" / "v2_d28.csv").records
    assert (ann.period_start, ann.period_end) == (date(2026, 2, 9), date(2026, 3, 9))
    assert (ann.measures, bob.measures) == ({"prompts": 142}, {"prompts": 0})
    assert (ann.is_active, bob.is_active) == (True, False)
    assert ann.attributes["last_activity_date"] == ann.attributes["edge_last_activity_date"] == "2026-03-06"
    assert ann.attributes["agent_last_activity_date"] == "2026-03-01"
    assert [ann.attributes[f"copilot_chat_{kind}_prompts"] for kind in ("work", "web")] == [90, 52]
    assert (ann.attributes["active_days"], ann.attributes["cost_centre"]) == (19, "C1")


def test_a_page_of_json_has_a_row_for_each_period() -> None:
    week, weeks, bob = read(FORMAT, FOLDER / "valid" / "v2_pages.json").records
    assert [(row.period_start, row.measures["prompts"]) for row in (week, weeks, bob)] == [
        (date(2026, 3, 2), 12),
        (date(2026, 2, 9), 40),
        (date(2026, 3, 2), 0),
    ]
    assert [row.attributes.get("active_days") for row in (week, weeks, bob)] == [3, 11, 0]
    assert [(row.lines, row.is_active, row.coverage) for row in (week, weeks, bob)] == [
        (1, True, "licensed_only"),
        (0, True, "licensed_only"),
        (1, False, "licensed_only"),
    ]
    assert len({row.key for row in (week, weeks, bob)}) == 3


@pytest.mark.parametrize("name", ["v1_concealed.csv", "v1_concealed.json"])
def test_concealed_names_are_nobodys_and_their_list_says_nothing_of_others(name: str) -> None:
    for row in read(FORMAT, FOLDER / "valid" / name).records:
        assert [user.namespace for user in row.users] == ["m365_concealed"]
        assert row.users[0].namespace in CONCEALED
        assert row.coverage == "unknown"
        assert not {value for value in row.attributes.values() if len(str(value)) == 32}


def test_csv_and_json_say_the_same_of_the_same_user(tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_text(
        "Report Refresh Date,User Principal Name,Last Activity Date,Copilot Chat Last Activity Date,"
        "Word Copilot Last Activity Date,Report Period,Prompts submitted for all apps,Active Usage Days for all apps\n"
        "2026-03-08,ann@example.com,2026-03-05,2026-03-05,2026-02-20,7,12,3\n"
    )
    (row,), (other, *_) = read(FORMAT, path).records, read(FORMAT, FOLDER / "valid" / "v2_pages.json").records
    assert (row.key, row.measures, row.attributes) == (other.key, other.measures, other.attributes)


@pytest.mark.parametrize(("period", "days"), [("7", 7), ("D28", 28), ("180", 180), ("ALL", 180), ("999", 180)])
def test_a_report_looks_back_on_its_period(tmp_path: Path, period: str, days: int) -> None:
    path = tmp_path / "report.csv"
    header = "Report Refresh Date,User Principal Name,Last Activity Date,Report Period"
    path.write_text(f"{header}\n2026-03-08,a@example.com,,{period}\n")
    (row,) = read(FORMAT, path).records
    assert (row.period_end - row.period_start).days == days


def test_versions_and_concealment_are_told_by_content() -> None:
    names = ("v1_d7.csv", "v1_concealed.csv", "v2_d28.csv", "v2_pages.json", "v1_concealed.json")
    found = [recognise(FOLDER / "valid" / name) for name in names]
    assert [one and (one[0].name, one[1]) for one in found] == [
        (FORMAT, "version 1"),
        (FORMAT, "version 1, names concealed"),
        (FORMAT, "version 2"),
        (FORMAT, "version 2"),
        (FORMAT, "version 1, names concealed"),
    ]


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "bad_time", "future_time", "missing_field", "missing_field", "unknown_value"),
        *("bad_time", "future_time", "wrong_type", "wrong_type", "wrong_columns"),
    ]
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("wrong_type", "missing_field", "wrong_type", "wrong_type", "wrong_type", "not_json", "unknown_shape")
    ]
