from __future__ import annotations

from datetime import date
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "kiro-user-report"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_user_a_day_and_a_client() -> None:
    ann, other = read(FORMAT, FOLDER / "valid" / "ide_part_1.csv").records
    assert ann.users == (
        Identity("email", "Ann@example.com"),
        Identity("idc_user_id", "0000000a-0000-4000-8000-000000000001"),
    )
    assert other.users == (Identity("idc_user_id", "0000000a-0000-4000-8000-000000000002"),)
    assert (ann.grain, ann.period_start, ann.part) == ("day", date(2026, 3, 2), "KIRO_IDE")


def test_clients_are_parts_that_add_up_whatever_the_form_of_the_date() -> None:
    (cli,) = read(FORMAT, FOLDER / "valid" / "cli.csv").records
    assert (cli.period_start, cli.part, cli.is_active) == (date(2026, 3, 2), "KIRO_CLI", None)
    assert cli.measures == {"messages": 0, "sessions": 0}


def test_models_are_told_apart_and_never_added_to_the_total() -> None:
    ann, _ = read(FORMAT, FOLDER / "valid" / "ide_part_1.csv").records
    assert ann.measures == {"messages": 42, "sessions": 3}
    assert ann.attributes == {
        "model_auto_messages": 10,
        "model_m_large_4.6_messages": 32,
        "credits_used": 12.5,
        "overage_cap": 100.0,
        "overage_credits_used": 0.0,
        "overage_enabled": False,
        "is_new_user": True,
        "subscription_tier": "PRO",
    }


def test_without_a_total_the_models_make_it(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("Date,UserId,Client_Type,a_messages,b_messages\n2026-03-02,u1,KIRO_CLI,3,4\n")
    (row,) = read(FORMAT, path).records
    assert (row.measures["messages"], row.is_active) == (7, True)


def test_both_generations_are_told_by_their_columns() -> None:
    found = [recognise(FOLDER / "valid" / name) for name in ("ide_part_1.csv", "cli.csv")]
    assert [one and (one[0].name, one[1]) for one in found] == [
        (FORMAT, "with addresses"),
        (FORMAT, "without addresses"),
    ]


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "missing_field", "bad_time", "future_time", "missing_field", "wrong_type"),
        *("unknown_value", "wrong_type", "wrong_type", "wrong_columns"),
    ]
