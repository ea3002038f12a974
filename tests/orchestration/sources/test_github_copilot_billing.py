from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "github-copilot-billing"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_cost_and_says_nothing_about_use() -> None:
    first, second, _, bob = read(FORMAT, FOLDER / "valid" / "usage.csv").records
    assert first.users == (Identity("github_login", "ann"),)
    assert [row.measures for row in (first, second, bob)] == [{"cost": 0.0}, {"cost": 0.12}, {"cost": 0.125}]
    assert {row.is_active for row in (first, second, bob)} == {None}
    assert (bob.currency, bob.grain, bob.period_start) == ("USD", "day", date(2026, 3, 3))
    assert first.attributes["quantity"] == 0.8999999999999999
    assert first.attributes["unit_type"] == "requests"
    assert bob.attributes["cost_center_name"] == "R&D, Platform"


def test_rows_that_nothing_tells_apart_are_three_rows() -> None:
    rows = read(FORMAT, FOLDER / "valid" / "usage.csv").records
    assert len({row.key for row in rows}) == 4
    assert sum(row.measures["cost"] for row in rows if row.users[0].value == "ann") == 0.24


def test_the_api_bills_a_month_or_a_day(tmp_path: Path) -> None:
    ann, bob = read(FORMAT, FOLDER / "valid" / "credits.json").records
    assert (ann.grain, ann.period_start, ann.period_end) == ("month", date(2026, 2, 1), date(2026, 3, 1))
    assert (ann.measures, ann.is_active) == ({"cost": 1.505}, None)
    assert (ann.attributes["quantity"], ann.attributes["unit_type"]) == (350.5, "ai-credits")
    assert (ann.attributes["organization"], bob.attributes["organization"]) == ("acme", "acme-labs")
    answer = json.loads((FOLDER / "valid" / "credits.json").read_text())
    path = tmp_path / "day.json"
    path.write_text(json.dumps(answer | {"timePeriod": {"year": 2026, "month": 2, "day": 3}}))
    assert [(row.grain, row.period_start) for row in read(FORMAT, path).records] == [("day", date(2026, 2, 3))] * 2


def test_every_reason_to_reject_costs_one_row(tmp_path: Path) -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "missing_field", "bad_time", "future_time"),
        *("wrong_type", "wrong_type", "wrong_columns"),
    ]
    assert read(FORMAT, FOLDER / "invalid" / "items.json").codes == ["missing_field", "missing_field"]
    path = tmp_path / "month.json"
    path.write_text(
        '{"timePeriod": {"year": 2026, "month": 14}, "usageItems": [{"sku": "s", "unitType": "r", "user": "a"}]}'
    )
    assert read(FORMAT, path).codes == ["bad_time"]


def test_the_byte_order_mark_of_the_export_is_no_part_of_its_first_column() -> None:
    (bob,) = read(FORMAT, FOLDER / "valid" / "report_with_bom.csv").records
    assert (FOLDER / "valid" / "report_with_bom.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (bob.users[0].value, bob.period_start, bob.measures) == ("bob", date(2026, 3, 3), {"cost": 0.125})
