"""The synthetic company: its files, its counted faults, its truth."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from orchestration.errors import UsageError
from orchestration.registry.check import check
from orchestration.sample import DEFAULT_UNTIL, CompanyReport, Span, dated, write_company
from orchestration.sample.rosters import ANSWERABLE
from orchestration.sample.tools import TOOLS
from orchestration.sources import FORMATS
from orchestration.sources.records import AggregateRecord, EventRecord, Reject
from orchestration.workspace import Workspace
from tests.orchestration.sample.conftest import PEOPLE
from tests.orchestration.sample.logs import FORMAT_OF, NOW, parsed


def content(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("second", 3), ("third", 4)):
        write_company(tmp_path / name, people=150, weeks=12, seed=seed)
    assert content(tmp_path / "first") == content(tmp_path / "second") != content(tmp_path / "third")


def test_a_company_too_small_or_a_time_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--people 99"):
        write_company(tmp_path, people=99)
    with pytest.raises(UsageError, match="--weeks 11"):
        write_company(tmp_path, weeks=11)


def test_the_time_ends_on_the_sunday_before_the_given_day() -> None:
    span = Span.ending(date(2026, 11, 18), 26)
    assert (span.start, span.until) == (date(2026, 5, 18), date(2026, 11, 15))


def test_every_line_is_accounted_for(company: CompanyReport) -> None:
    for tool in company.tools:
        assert tool.lines == tool.unique + tool.repeated + tool.restated + tool.broken + tool.blank
        assert min(tool.unique, tool.repeated, tool.broken, tool.service) > 0
    assert sum(tool.restated for tool in company.tools) > 0
    assert sum(tool.late for tool in company.tools) > 0


@pytest.mark.parametrize("tool_id", FORMAT_OF)
def test_the_readers_find_what_the_report_says_was_written(company: CompanyReport, tool_id: str) -> None:
    report = next(tool for tool in company.tools if tool.tool_id == tool_id)
    records = parsed(company, tool_id)
    assert sum(one.lines for one in records) == report.lines
    distinct = {
        (*one.key, one.scope) if isinstance(one, AggregateRecord) else one.key
        for one in records
        if isinstance(one, EventRecord | AggregateRecord)
    }
    assert len(distinct) == report.unique


@pytest.mark.parametrize("tool_id", FORMAT_OF)
def test_broken_lines_are_refused_and_only_copied_files_show_them_twice(company: CompanyReport, tool_id: str) -> None:
    report = next(tool for tool in company.tools if tool.tool_id == tool_id)
    seen: dict[str, list[Reject]] = {}
    for path in sorted((company.root / "inbox" / tool_id).iterdir()):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        rejects = [one for one in FORMATS[FORMAT_OF[tool_id]].parse(path, now=NOW) if isinstance(one, Reject)]
        seen[hashlib.sha256(raw).hexdigest()] = rejects
    assert sum(one.lines for rejects in seen.values() for one in rejects) == report.broken


def test_broken_lines_are_broken_in_several_ways(company: CompanyReport) -> None:
    codes = Counter(one.code for tool_id in FORMAT_OF for one in parsed(company, tool_id) if isinstance(one, Reject))
    assert {"not_json", "bad_time", "missing_field", "not_utf8", "future_time"} <= set(codes)


def test_late_lines_stand_in_the_file_of_a_later_week(company: CompanyReport) -> None:
    late, report = set(), next(tool for tool in company.tools if tool.tool_id == "doc-extract")
    for path in (company.root / "inbox" / "doc-extract").glob("*-W[0-9][0-9].jsonl*"):  # not the copies
        arrived = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
        for one in FORMATS["human-decision"].parse(path, now=NOW):
            if isinstance(one, EventRecord) and arrived - one.occurred_at > timedelta(days=7, hours=12):
                late.add(one.key)
    # Late lines may be repeated, which changes nothing; one from a Monday morning may look a few hours early.
    assert len(late) == pytest.approx(report.late, abs=report.late * 0.1 + 2)


def test_a_restated_day_is_newer_and_differs(company: CompanyReport) -> None:
    versions = defaultdict(set)
    for one in parsed(company, "code-assistant"):
        if isinstance(one, AggregateRecord):
            versions[one.key, one.scope].add((one.as_of, one.measures["lines_added"]))
    restated = [sorted(found) for found in versions.values() if len({lines for _, lines in found}) > 1]
    assert len(restated) == next(tool.restated for tool in company.tools if tool.tool_id == "code-assistant")
    assert all(older[1] < newer[1] for older, newer in restated)


def test_a_day_on_the_command_line_alone_has_zero_counters(company: CompanyReport) -> None:
    rows = [one for one in parsed(company, "code-assistant") if isinstance(one, AggregateRecord)]
    terminal = [one for one in rows if one.attributes.get("used_cli") is True]
    assert terminal
    assert all(one.measures["prompts"] == 0 and one.attributes["cli_prompts"] > 0 for one in terminal)


def test_people_come_leave_move_rest_and_work_part_time(company: CompanyReport) -> None:
    rosters = [
        {row["person_id"]: row for row in csv.DictReader(path.open(newline="", encoding="utf-8"))}
        for path in sorted((company.root / "inbox" / "people").iterdir())
    ]
    first, last = rosters[0], rosters[-1]
    assert len(last) == PEOPLE + len(ANSWERABLE) - 1, "one of those who answer for the tools has left"
    assert set(first) - set(last), "somebody left"
    assert set(last) - set(first), "somebody joined"
    assert any(first[one]["department"] != last[one]["department"] for one in set(first) & set(last)), "somebody moved"
    assert any(float(row["fte"]) < 1 and row["working_days"] for row in last.values())
    assert {"NA", "null"} <= set(last)
    assert {row["manager_id"] for row in last.values()} - {""} <= set(last)
    assert all(row["email"].endswith("@example.com") for row in last.values())


def test_few_accounts_are_of_machines_that_no_roster_knows(company: CompanyReport) -> None:
    known: dict[str, set[str]] = defaultdict(set)
    for path in (company.root / "inbox" / "people").iterdir():
        for row in csv.DictReader(path.open(newline="", encoding="utf-8")):
            for namespace, column in (("email", "email"), ("upn", "upn"), ("github_login", "github_login")):
                known[namespace].add(row[column].casefold())
            known["person_id"].add(row["person_id"].casefold())
    for tool_id in FORMAT_OF:
        users = {one.users[0] for one in parsed(company, tool_id) if isinstance(one, EventRecord | AggregateRecord)}
        unknown = [one for one in users if one.value.casefold() not in known[one.namespace]]
        assert 0.015 < len(unknown) / len(users) < 0.045, (tool_id, len(unknown), len(users))


def test_the_example_configuration_is_without_problems(company: CompanyReport, repository: Path) -> None:
    config = company.root / "config"
    for source in sorted((repository / "config").rglob("*.yml")):
        target = config / source.relative_to(repository / "config")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dated(source.read_text(), company.start, company.until))
    assert [str(problem) for problem in check(Workspace.at(company.root))] == []


def test_the_example_rules_are_the_ones_that_the_company_keeps_or_breaks(repository: Path) -> None:
    texts = "\n".join(path.read_text() for path in (repository / "config" / "rules").glob("*.yml"))
    written = {line.removeprefix("- id: ") for line in texts.splitlines() if line.startswith("- id: ")}
    assert written == {control.rule_id for tool in TOOLS for control in tool.controls}


def test_the_configuration_of_the_default_company_is_the_example_itself(repository: Path) -> None:
    span = Span.ending(DEFAULT_UNTIL, 26)
    for path in (repository / "config").rglob("*.yml"):
        assert dated(path.read_text(), span.start, span.until) == path.read_text()


def test_dates_move_with_the_company() -> None:
    text = "live_from: 2026-05-18\n- {date: 2026-12-31}"
    moved = dated(text, date(2026, 3, 2), DEFAULT_UNTIL - timedelta(days=7))
    assert moved == "live_from: 2026-03-02\n- {date: 2026-12-24}"


def test_pages_say_whether_more_follows(company: CompanyReport) -> None:
    page = orjson.loads(next((company.root / "inbox" / "coding-agent").glob("*_p1.json")).read_bytes())
    assert set(page) == {"data", "has_more", "next_page"}
    assert page["has_more"] is False
