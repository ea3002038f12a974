"""`takeup inspect` tells what a file is, shows no identifier and no value of it, and writes nothing."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from orchestration.commands.inspect import inspect_file
from orchestration.errors import UsageError

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
COPILOT = (
    '{"day":"2026-03-02","user_login":"ann","user_initiated_interaction_count":5,"ai_credits_used":2}\n\n'
    '{"day":"2026-03-05","user_login":"Ann","user_id":1,"user_initiated_interaction_count":0}\n'
    '{"day":"2026-03-04","user_login":"bob","user_initiated_interaction_count":"five"}\n'
)


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = inspect_file(path, as_json=True)
    return code, json.loads(capsys.readouterr().out)


def shown(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    inspect_file(path, as_json=False)
    return capsys.readouterr().out


def written(tmp_path: Path, text: str, name: str = "log") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_log_is_told_by_its_content_with_all_its_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(written(tmp_path, COPILOT, "x.txt"), capsys)
    assert code == 1, "a line was rejected"
    assert (found["format"], found["version"], found["grain"]) == (
        "github-copilot-users",
        "user report by day",
        ["day"],
    )
    assert (found["records"], found["people"], found["first"], found["last"]) == (2, 1, "2026-03-02", "2026-03-05")
    assert found["lines"] == {"read": 4, "loadable": 2, "rejected": 1, "blank": 1}
    assert [reject["code"] for reject in found["rejects"]] == ["wrong_type"]
    assert found["identities"] == {"github_login": 1, "github_id": 1}
    assert found["kept_as_attributes"] == ["ai_credits_used"]
    assert "- format: github-copilot-users\n  path: inbox/<tool id>\n  late_days: 3" in found["load"]
    assert "rename the file" in found["load"]


def test_a_file_that_brings_events_and_counts_shows_both(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(FIXTURES / "otlp" / "valid" / "requests.jsonl", capsys)[1]
    assert found["format"] == "otlp"
    assert found["grain"] == ["day", "event"]


def test_what_a_file_lists_is_said_of_this_file(capsys: pytest.CaptureFixture[str]) -> None:
    """One format, two files: one of active people, one of all members."""
    folder = FIXTURES / "cursor-daily-usage" / "valid"
    found = {path.name: told(path, capsys)[1]["coverage"] for path in folder.iterdir()}
    assert found["all_members.json"] == ["all_members"]
    assert ["active_only"] in found.values()


def test_the_page_says_the_same_as_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(written(tmp_path, COPILOT, "x.ndjson"), capsys)
    assert "4 read = 2 loadable + 1 rejected + 1 blank" in page
    assert "2026-03-02 to 2026-03-05" in page
    assert "rename" not in page


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/valid/*")), ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_no_identifier_is_shown_of_any_format(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(path, capsys)
    assert "known format" not in page
    assert "@" not in page
    assert not {"E1", "ann-b", "INV-7", "p-1", "arn:aws"} & set(page.replace(",", " ").split())


def test_a_sound_file_of_the_company_says_which_folder_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(FIXTURES / "work-items" / "valid" / "march.csv", capsys)
    assert (code, found["load"]) == (0, "put it into inbox/work_items/march.csv")


def test_a_file_nobody_knows_shows_the_names_of_its_columns_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = shown(written(tmp_path, "When,Who,What\n2026-03-02,secret-person,secret-thing\n", "own.csv"), capsys)
    assert "it looks like CSV" in page
    assert "When, Who, What" in page
    assert f"takeup mapping draft {tmp_path / 'own.csv'}" in page
    assert "secret" not in page


def test_keys_that_are_identifiers_are_no_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"ann@example.com": {"calls": [{"model": "secret", "12": 1}]}, "total": 3}'
    code, found = told(written(tmp_path, text), capsys)
    assert code == 1
    assert found == {
        "file": str(tmp_path / "log"),
        "format": None,
        "looks_like": "JSON",
        "names": ["*.calls[].model", "total"],
        "load": f"takeup mapping draft {tmp_path / 'log'}",
    }


@pytest.mark.parametrize(
    ("text", "looks_like"),
    [
        ("", "an empty file"),
        ("<note/>", "XML"),
        ("1,ann@example.com\n", "CSV without a header row"),
        ("\x00\x01", "nothing that is read"),
        ("PAR1", "Parquet"),
    ],
)
def test_every_file_looks_like_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, looks_like: str
) -> None:
    assert told(written(tmp_path, text), capsys)[1]["looks_like"] == looks_like


def test_inspecting_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(tmp_path / "own.db") as database:
        database.execute("create table usage (person text, day text)")
    database.close()
    page = shown(tmp_path / "own.db", capsys)
    assert "usage (person, day)" in page
    assert [path.name for path in tmp_path.iterdir()] == ["own.db"]


def test_a_folder_and_a_missing_file_are_usage_errors(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(UsageError, match="not a file"):
            inspect_file(path, as_json=False)
