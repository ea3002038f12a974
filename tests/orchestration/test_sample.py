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
from orchestration.sample import DEFAULT_UNTIL, CompanyReport, Span, confusion, dated, read_truth, write_company
from orchestration.sample.tools import TOOLS
from orchestration.sources import FORMATS
from orchestration.sources.records import AggregateRecord, Blank, EventRecord, Reject
from orchestration.workspace import Workspace

PEOPLE, WEEKS = 600, 16
NOW = datetime(2026, 11, 23)
EVENT_TOOLS = ("doc-extract", "lead-scoring", "claims-triage")
FORMAT_OF = {tool.tool_id: tool.vendor_format for tool in TOOLS}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> CompanyReport:
    return write_company(tmp_path_factory.mktemp("company"), people=PEOPLE, weeks=WEEKS)


@pytest.fixture(scope="module")
def truth(company: CompanyReport) -> dict[tuple[str, str], dict[str, str]]:
    return read_truth(company.truth)


@pytest.fixture(scope="module")
def events(company: CompanyReport) -> dict[str, list[EventRecord]]:
    """The distinct sound events of each decision tool in the order of time."""
    found = {}
    for tool_id in EVENT_TOOLS:
        distinct = {one.key: one for one in parsed(company, tool_id) if isinstance(one, EventRecord)}
        found[tool_id] = sorted(distinct.values(), key=lambda one: one.occurred_at)
    return found


def parsed(company: CompanyReport, tool_id: str) -> list[EventRecord | AggregateRecord | Reject | Blank]:
    files = sorted((company.root / "inbox" / tool_id).iterdir())
    return [one for path in files for one in FORMATS[FORMAT_OF[tool_id]].parse(path, now=NOW)]


def content(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def user_of(event: EventRecord) -> str:
    return event.users[0].value.casefold()


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
    assert len(last) == PEOPLE
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


def test_every_behaviour_and_class_is_there(truth: dict[tuple[str, str], dict[str, str]]) -> None:
    reasons = {reason for row in truth.values() for reason in row["reasons"].split("|")}
    assert reasons == {
        "never", "tried", "lapsed", "proven", "blocker", "major", "several_minor", "away", "new", "unproven",
    }  # fmt: skip
    careless = {row["behaviour"].split(":")[1] for row in truth.values() if row["behaviour"].startswith("careless:")}
    grave = {control.rule_id for tool in TOOLS for control in tool.controls if control.severity != "minor"}
    assert careless == grave


def test_the_truth_names_who_was_eligible_in_the_last_week(
    company: CompanyReport, truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    roster = sorted((company.root / "inbox" / "people").iterdir())[-1]
    expected = {
        (row["person_id"], tool.tool_id)
        for row in csv.DictReader(roster.open(newline="", encoding="utf-8"))
        for tool in TOOLS
        if tool.is_for((row["department"], row["team"], row["role"]))
    }
    assert set(truth) == expected


def test_adoption_grows(events: dict[str, list[EventRecord]]) -> None:
    for tool_id in EVENT_TOOLS:
        users = defaultdict(set)
        for event in events[tool_id]:
            users[event.occurred_at.isocalendar().week].add(user_of(event))
        weeks = sorted(users)
        early, late = (sum(len(users[week]) for week in part) for part in (weeks[:4], weeks[-4:]))
        assert late > 1.5 * early


def test_who_is_never_active_leaves_no_decision(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    opens = (company.until - timedelta(days=27)).isoformat()
    before, within = set(), set()
    for event in events["claims-triage"]:
        if event.event_name == "decide" and event.actor_type != "service":
            (within if event.occurred_at.isoformat() >= opens else before).add(event.users[0].value)
    for (person_id, tool_id), row in truth.items():
        if tool_id == "claims-triage" and row["label"] == "non_user":
            assert person_id not in within
            assert (person_id in before) == (row["reasons"] == "lapsed")


def test_blockers_are_broken_by_the_careless_alone(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    """Four eyes and restricted data, told from the events by hand."""
    opens = datetime.combine(company.until - timedelta(days=27), datetime.min.time())
    reviewers, culprits = defaultdict(set), set()
    for event in events["claims-triage"]:
        if event.event_name == "second_review":
            reviewers[event.item_id].add(event.users[0].value)
        elif event.occurred_at >= opens:
            who = event.users[0].value
            is_large = event.event_name == "payment_released" and event.attributes["amount"] >= 10_000
            is_restricted = event.attributes.get("data_class") == "restricted"
            if (is_large and not reviewers[event.item_id] - {who}) or (
                is_restricted and event.attributes["channel"] == "external"
            ):
                culprits.add(who)
    judged = {key[0]: row for key, row in truth.items() if key[1] == "claims-triage"}
    guilty = {who for who, row in judged.items() if row["reasons"] == "blocker"}
    assert guilty <= culprits
    assert all(judged[who]["label"] == "not_judged" for who in culprits - guilty if who in judged)


def test_the_careless_break_often_and_the_correct_seldom(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    """Blind acceptance, told from the events by hand."""
    opens = datetime.combine(company.until - timedelta(days=27), datetime.min.time())
    judged, broken = Counter[str](), Counter[str]()
    for event in events["claims-triage"]:
        if event.occurred_at >= opens and event.decision == "accepted" and "words" in event.attributes:
            who = event.users[0].value
            judged[who] += 1
            broken[who] += (event.dwell_ms or 0) < event.attributes["words"] * 100
    for who, count in judged.items():
        row = truth.get((who, "claims-triage"), {"behaviour": "", "label": ""})
        if row["behaviour"] == "careless:claims-triage-blind-acceptance" and row["label"] == "incorrect_user":
            assert broken[who] / count > 0.35
        elif row["label"] == "correct_user":
            assert broken[who] / count <= 0.1


def test_too_little_evidence_means_four_cases_at_most(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    opens = datetime.combine(company.until - timedelta(days=27), datetime.min.time())
    decided = Counter(
        event.users[0].value
        for event in events["claims-triage"]
        if event.event_name == "decide" and event.occurred_at >= opens
    )
    for (person_id, tool_id), row in truth.items():
        if tool_id == "claims-triage" and row["behaviour"] == "few" and row["enough_evidence"] == "false":
            assert 1 <= decided[person_id] <= 4


def judged_as(truth: dict[tuple[str, str], dict[str, str]], **changes: str) -> list[dict[str, str]]:
    return [
        {
            "person_id": person_id,
            "tool_id": tool_id,
            "status": changes.get(row["label"], row["label"]),
            "reason": row["reasons"].split("|")[0],
        }
        for (person_id, tool_id), row in truth.items()
    ]


def test_a_perfect_judge_has_a_diagonal_matrix(
    company: CompanyReport, truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    result = confusion(company.truth, judged_as(truth))
    assert result.accuracy == 1
    assert (result.missing, result.unknown, result.too_little_called_incorrect) == (0, 0, 0)
    assert result.right_reasons == result.judged
    assert result.judged + sum(result.too_little.values()) == len(truth)


def test_a_harsh_judge_is_found_out(company: CompanyReport, truth: dict[tuple[str, str], dict[str, str]]) -> None:
    result = confusion(company.truth, judged_as(truth, not_judged="incorrect_user"))
    assert result.accuracy < 1
    assert result.too_little_called_incorrect == sum(result.too_little.values()) > 0
    assert "judged incorrect_user" in result.misses[0]
    assert result.table()[-1][0] == "too little evidence"


def test_people_without_a_judgement_and_judgements_without_a_person_are_counted(
    company: CompanyReport, truth: dict[tuple[str, str], dict[str, str]]
) -> None:
    rows = [{"person_key": f"key-{row.pop('person_id')}"} | row for row in judged_as(truth)]
    lost = rows[0]["person_key"]
    keys = {row["person_key"]: row["person_key"].removeprefix("key-") for row in rows if row["person_key"] != lost}
    result = confusion(company.truth, rows, keys.get)
    tools_of_lost = sum(row["person_key"] == lost for row in rows)
    assert (result.missing, result.unknown) == (tools_of_lost, tools_of_lost)


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
