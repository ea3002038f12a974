"""Exports: who may have which rows, and the log entry before them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dashboards import audit, downloads
from dashboards.access import Access, RefusedError
from dashboards.downloads import Asked, NotAskedWellError
from tests.dashboards.publication import LAST_WEEK, Company, publish

PEOPLE = {"tool": "copilot-chat", "week": LAST_WEEK.isoformat(), "status": "incorrect_user", "why": "an audit"}
COACH = Access("coach", frozenset({"figures", "people"}))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("downloads")
    publish(folder, Company(people=200, tools=2, weeks=6))
    return folder


def _rows(file: downloads.File) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))


def test_a_list_of_people_carries_stable_keys_and_only_the_status_asked_for(workspace):
    rows = _rows(downloads.make(workspace, Asked("people", "csv", PEOPLE), COACH))
    assert rows
    assert {row["status"] for row in rows} == {"incorrect_user"}
    assert {"person_key", "tool_id", "week_start", "rule_id"} <= set(rows[0])


def test_the_read_is_in_the_log_with_its_reason_before_the_file_is_handed_out(workspace):
    before = audit.verify(workspace).reads
    rows = _rows(downloads.make(workspace, Asked("people", "csv", PEOPLE), COACH))
    last = json.loads((workspace / audit.FILE).read_text().splitlines()[-1])
    assert audit.verify(workspace) == audit.Chain(before + 1, None)
    assert (last["who"], last["why"], last["rows"]) == ("coach", "an audit", len(rows))


def test_without_a_reason_no_row_leaves(workspace):
    with pytest.raises(NotAskedWellError, match="lacks why"):
        downloads.make(workspace, Asked("people", "csv", PEOPLE | {"why": "  "}), COACH)


def test_a_log_that_cannot_be_written_lets_no_row_out(tmp_path):
    publish(tmp_path, Company(people=60, tools=1, weeks=2))
    (tmp_path / "audit").write_text("a file where the folder belongs")
    with pytest.raises(RefusedError, match="cannot be written"):
        downloads.make(tmp_path, Asked("people", "csv", PEOPLE), COACH)


def test_a_reader_of_one_unit_gets_that_unit_and_is_refused_the_rest(workspace):
    reader = Access("lead", frozenset({"figures", "people"}), ("Finance",))
    rows = _rows(downloads.make(workspace, Asked("people", "csv", PEOPLE | {"unit": "Finance"}), reader))
    assert {row["org_unit"] for row in rows} == {"Finance"}
    for unit in ("Sales", "All"):
        with pytest.raises(RefusedError, match=f"may not see {unit}"):
            downloads.make(workspace, Asked("people", "csv", PEOPLE | {"unit": unit}), reader)


def test_events_of_a_person_outside_ones_units_stay_closed(workspace):
    everybody = _rows(downloads.make(workspace, Asked("people", "csv", PEOPLE), COACH))
    outside = next(row["person_key"] for row in everybody if row["org_unit"] != "Finance")
    query = {"tool": "copilot-chat", "person": outside, "from": "2026-01-01", "to": "2026-12-31", "why": "curious"}
    assert _rows(downloads.make(workspace, Asked("events", "csv", query), COACH))
    reader = Access("lead", frozenset({"people"}), ("Finance",))
    assert not _rows(downloads.make(workspace, Asked("events", "csv", query | {"unit": "Finance"}), reader))


@pytest.mark.parametrize("what", downloads.EXPORTS)
@pytest.mark.parametrize("roles", [(), ("figures",), ("rules",), ("figures", "people")], ids=" ".join)
def test_every_export_asks_for_its_role(workspace, what, roles):
    query = PEOPLE | {"person": "x", "from": "2026-01-01", "to": "2026-12-31"}
    reader = Access("somebody", frozenset(roles))
    if reader.may(downloads.EXPORTS[what].role):
        file = downloads.make(workspace, Asked(what, "xlsx", query), reader)
        assert file.content[:2] == b"PK"
    else:
        with pytest.raises(RefusedError, match="needs the role"):
            downloads.make(workspace, Asked(what, "xlsx", query), reader)


def test_the_printed_page_is_handed_out_to_whoever_sees_the_whole_company(workspace):
    assert downloads.make(workspace, Asked("leadership", "pdf", {}), COACH).content.startswith(b"%PDF")
    assert b"<html" in downloads.make(workspace, Asked("leadership", "html", {}), COACH).content
    for reader in (Access("lead", frozenset({"figures"}), ("Finance",)), Access("nobody", frozenset())):
        with pytest.raises(RefusedError):
            downloads.make(workspace, Asked("leadership", "pdf", {}), reader)
    with pytest.raises(NotAskedWellError, match="not an ISO week"):
        downloads.make(workspace, Asked("leadership", "pdf", {"week": "last"}), COACH)


@pytest.mark.parametrize(
    "asked",
    [
        Asked("secrets", "csv", PEOPLE),
        Asked("people", "exe", PEOPLE),
        Asked("people", "csv", PEOPLE | {"week": "last"}),
        Asked("people", "csv", {"why": "x"}),
    ],
    ids=["unknown export", "unknown kind", "no day", "no tool"],
)
def test_an_address_that_makes_no_sense_is_answered_with_words(workspace, asked):
    with pytest.raises(NotAskedWellError):
        downloads.make(workspace, asked, COACH)


def test_the_name_of_the_file_cannot_carry_a_header_or_a_path(workspace):
    query = PEOPLE | {"tool": '../x"\r\nSet-Cookie: a=b'}
    assert (
        downloads.make(workspace, Asked("people", "csv", query), COACH).name == "takeup-people-..-x-Set-Cookie-a-b.csv"
    )
