"""The worked examples of docs/mappings.md, on files written by hand; figures counted by hand."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from pathlib import Path

import jsonschema
import pytest

from orchestration.registry.mappings import read_mapping
from orchestration.registry.schema import schemas
from orchestration.registry.yaml_file import YamlFile
from orchestration.sources.mapping.plan import Dropped
from orchestration.sources.records import Identity
from tests.orchestration.sources.accounting import NOW, Outcome, sorted_out

REPOSITORY = Path(__file__).resolve().parents[3]
TEMPLATES = REPOSITORY / "orchestration" / "registry" / "templates"
FIXTURES = REPOSITORY / "tests" / "fixtures" / "mappings"
EXAMPLES = sorted(TEMPLATES.glob("mapping-*.yml"))


def read(name: str, path: Path) -> Outcome:
    return sorted_out(read_mapping(TEMPLATES / f"mapping-{name}.yml").parse(path, now=NOW))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_editors_accept_the_examples(path: Path) -> None:
    jsonschema.validate(YamlFile.read(path).data, schemas()["mapping"])
    assert path.read_text().startswith("# yaml-language-server: $schema=../schemas/mapping.schema.json\n")


def test_slack_says_who_was_active_in_the_last_28_days() -> None:
    found = read("slack-ai", FIXTURES / "slack_2026-03-29.csv")
    assert (found.lines, found.blanks, found.codes) == (6, 1, ["wrong_type"])
    ann, bob, guest, eve = found.records
    assert [row.is_active for row in (ann, bob, guest, eve)] == [True, False, True, None]
    assert (ann.period_start, ann.period_end, ann.grain) == (date(2026, 3, 2), date(2026, 3, 30), "snapshot")
    assert ann.users == (Identity("email", "ann@example.com"),)
    assert guest.users == (Identity("slack_id", "U03"),)
    assert (ann.measures, eve.measures) == ({"prompts": 12}, {})
    assert ann.attributes == {"prompts_RECAP": 5, "prompts_CHANNEL_SUMMARY": 7, "total_slack_ai_usage_till_date": "120"}


def test_glean_counts_what_people_asked_for() -> None:
    path = FIXTURES / "glean.jsonl"
    found = read("glean", path)
    ann, search = found.records
    assert (ann.event_name, ann.feature, ann.model) == ("prompt", "CHAT", "m-1")
    assert ann.users == (Identity("email", "ann@example.com"), Identity("glean_user_id", "77"))
    assert ann.occurred_at == datetime(2026, 3, 2, 9, 0, 0, 123456)
    assert (search.event_name, search.occurred_at, search.session_id) == ("search", datetime(2026, 3, 2, 9), "s1")
    assert search.attributes == {}
    assert (found.lines, found.codes) == (6, ["not_json", "missing_field"])
    items = read_mapping(TEMPLATES / "mapping-glean.yml").parse(path, now=NOW)
    assert [item.reason for item in items if isinstance(item, Dropped)] == ["not_asked_for", "other_kind"]


def test_a_database_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    made = sqlite3.connect(path)
    made.execute(
        "create table decisions (id integer primary key, clerk, claim_no, decided_at_ms integer, seconds_open real,"
        " score integer, verdict, suggested, booked, comment)"
    )
    made.executemany(
        "insert into decisions values (?,?,?,?,?,?,?,?,?,?)",
        [
            (1, "CORP/b17", "c-1", 1772442000000, 4.5, 87, "ok", "pay", "pay", "fine, says Ann"),
            (2, "b18", "c-2", 1772442060000, 60, 40, "CHANGED", "pay", "part", None),
            (3, "b18", "c-3", 1772442120000, 60, 40, "later", "pay", None, None),
        ],
    )
    made.commit()
    made.close()
    found = read("in-house", path)
    first, second = found.records
    assert first.users == (Identity("badge_no", "b17"),)
    assert (first.occurred_at, first.dwell_ms, first.confidence) == (datetime(2026, 3, 2, 9), 4500, 0.87)
    assert [(one.decision, one.final_value) for one in (first, second)] == [("accepted", "pay"), ("edited", "part")]
    assert first.attributes == {}
    assert (found.lines, found.codes) == (3, ["unknown_value"])


def test_dify_pages_say_who_asked() -> None:
    found = read("dify", FIXTURES / "dify.json")
    first, second, third = found.records
    assert [one.users[0].value for one in found.records] == ["ann@example.com", "ann@example.com", "p-17"]
    assert third.users == (Identity("person_id", "p-17"),)
    assert (first.cost, first.currency, first.input_tokens) == (0.0012825, "USD", 100)
    assert first.attributes == {"rating": "like"}
    assert "rating" not in second.attributes
    assert (found.lines, found.rejects) == (3, [])
