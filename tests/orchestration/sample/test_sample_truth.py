"""What is true of the synthetic company, told from its logs by hand, and how a judgement is held against it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from orchestration.sample import CompanyReport, confusion
from orchestration.sample.tools import TOOLS
from orchestration.sources.records import EventRecord
from tests.orchestration.sample.logs import EVENT_TOOLS, Truth, opens_at, roster_of, user_of


def window_of(company: CompanyReport, events: list[EventRecord], name: str) -> list[EventRecord]:
    opens = opens_at(company)
    return [one for one in events if one.event_name == name and one.occurred_at >= opens]


def behaviours(company: CompanyReport, truth: Truth, tool_id: str) -> dict[str, dict[str, str]]:
    """The truth of one tool by what its log calls the person: the e-mail address."""
    emails = {row["person_id"]: row["email"] for row in roster_of(company)}
    return {emails[person_id]: row for (person_id, tool), row in truth.items() if tool == tool_id}


def test_every_behaviour_and_class_is_there(truth: Truth) -> None:
    reasons = {reason for row in truth.values() for reason in row["reasons"].split("|")}
    assert reasons == {
        "never", "tried", "lapsed", "proven", "blocker", "major", "several_minor", "away", "new", "unproven",
        "no_opportunity",
    }  # fmt: skip
    careless = {row["behaviour"].split(":")[1] for row in truth.values() if row["behaviour"].startswith("careless:")}
    grave = {control.rule_id for tool in TOOLS for control in tool.controls if control.severity != "minor"}
    assert careless == grave


def test_the_truth_names_who_was_eligible_in_the_last_week(company: CompanyReport, truth: Truth) -> None:
    expected = {
        (row["person_id"], tool.tool_id)
        for row in roster_of(company)
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
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
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
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
) -> None:
    """Four eyes and restricted data, told from the events by hand."""
    opens = opens_at(company)
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
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
) -> None:
    """Blind acceptance, told from the events by hand."""
    opens = opens_at(company)
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


def test_notes_unattested_or_alone_are_signed_by_the_careless_alone(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
) -> None:
    """Attestation of the last draft, and the trainee's second pair of eyes, told from the events by hand."""
    notes, people = defaultdict(list), behaviours(company, truth, "clinical-notes")
    for event in events["clinical-notes"]:
        notes[event.item_id].append((event.event_name, user_of(event)))
    trainees = {row["email"] for row in roster_of(company) if row["role"] == "Trainee clinician"}
    culprits = set()
    for event in window_of(company, events["clinical-notes"], "note_signed"):
        who, story = user_of(event), notes[event.item_id]
        is_attested = story[: story.index(("note_signed", who))][-1] == ("note_attested", who)
        is_cosigned = any(name == "note_cosigned" and other != who for name, other in story)
        if not is_attested or (who in trainees and not is_cosigned):
            culprits.add(who)
    assert {who for who, row in people.items() if row["reasons"] == "blocker"} <= culprits
    assert all(people[who]["label"] in ("incorrect_user", "not_judged") for who in culprits if who in people)


def test_a_completion_precedes_every_use_of_those_who_are_trained(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
) -> None:
    (path,) = (company.root / "inbox" / "training").iterdir()
    rows = list(csv.DictReader(path.open(newline="", encoding="utf-8")))
    for tool_id, module, days, name in (
        ("general-chat", "GC-100", 364, "prompt"),
        ("clinical-notes", "CN-100", 728, "note_signed"),
    ):
        people = behaviours(company, truth, tool_id)
        mails = dict(zip((p for p, t in truth if t == tool_id), people, strict=True))
        done = {
            mails.get(row["person_id"]): datetime.fromisoformat(row["completed_at"]).replace(tzinfo=None)
            for row in rows
            if row["module"] == module
        }
        untrained = set()
        for event in window_of(company, events[tool_id], name):
            completed = done.get(user_of(event), datetime.max)
            if not completed <= event.occurred_at <= completed + timedelta(days=days):
                untrained.add(user_of(event))
        careless = {who for who, row in people.items() if row["behaviour"] == f"careless:{tool_id}-trained"}
        assert careless
        assert {who for who in careless if people[who]["label"] == "incorrect_user"} <= untrained
        assert all(people[who]["label"] != "correct_user" for who in untrained if who in people)


def test_only_those_who_rely_too_much_accept_the_unsure_like_the_sure(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
) -> None:
    overridden, decided = Counter[str](), Counter[str]()
    for event in window_of(company, events["claims-triage"], "decide"):
        decided[event.users[0].value] += 1
        overridden[event.users[0].value] += event.decision == "overridden"
    for (person_id, tool_id), row in truth.items():
        if tool_id == "claims-triage" and row["behaviour"] == "careless:claims-triage-calibrated-reliance":
            assert decided[person_id] > 0
            assert overridden[person_id] == 0 or row["label"] != "incorrect_user"
        elif tool_id == "claims-triage" and row["label"] == "correct_user":
            assert overridden[person_id] > 0


def test_who_has_work_but_no_notes_is_no_user_and_who_has_no_work_is_not_judged(
    company: CompanyReport, truth: Truth
) -> None:
    files = (company.root / "inbox" / "work_items").iterdir()
    rows = [row for path in files for row in csv.DictReader(path.open(newline="", encoding="utf-8"))]
    assert len({row["item_id"] for row in rows}) == len(rows)
    assert all(row["opened_at"] < row["closed_at"] for row in rows)
    opens = (company.until - timedelta(days=27)).isoformat()
    busy = {row["person_id"] for row in rows if row["closed_at"] >= opens}
    for (person_id, tool_id), row in truth.items():
        if tool_id == "clinical-notes" and row["reasons"] in ("never", "lapsed", "no_opportunity"):
            assert (person_id in busy) == (row["label"] == "non_user")


def test_too_little_evidence_means_four_cases_at_most(
    company: CompanyReport, events: dict[str, list[EventRecord]], truth: Truth
) -> None:
    opens = opens_at(company)
    decided = Counter(
        event.users[0].value
        for event in events["claims-triage"]
        if event.event_name == "decide" and event.occurred_at >= opens
    )
    for (person_id, tool_id), row in truth.items():
        if tool_id == "claims-triage" and row["behaviour"] == "few" and row["enough_evidence"] == "false":
            assert 1 <= decided[person_id] <= 4


def judged_as(truth: Truth, **changes: str) -> list[dict[str, str]]:
    return [
        {
            "person_id": person_id,
            "tool_id": tool_id,
            "status": changes.get(row["label"], row["label"]),
            "reason": row["reasons"].split("|")[0],
        }
        for (person_id, tool_id), row in truth.items()
    ]


def test_a_perfect_judge_has_a_diagonal_matrix(company: CompanyReport, truth: Truth) -> None:
    result = confusion(company.truth, judged_as(truth))
    assert result.accuracy == 1
    assert (result.missing, result.unknown, result.too_little_called_incorrect) == (0, 0, 0)
    assert result.right_reasons == result.judged
    assert result.judged + sum(result.too_little.values()) == len(truth)


def test_a_harsh_judge_is_found_out(company: CompanyReport, truth: Truth) -> None:
    result = confusion(company.truth, judged_as(truth, not_judged="incorrect_user"))
    assert result.accuracy < 1
    assert result.too_little_called_incorrect == sum(result.too_little.values()) > 0
    assert "judged incorrect_user" in result.misses[0]
    assert result.table()[-1][0] == "too little evidence"


def test_people_without_a_judgement_and_judgements_without_a_person_are_counted(
    company: CompanyReport, truth: Truth
) -> None:
    rows = [{"person_key": f"key-{row.pop('person_id')}"} | row for row in judged_as(truth)]
    lost = rows[0]["person_key"]
    keys = {row["person_key"]: row["person_key"].removeprefix("key-") for row in rows if row["person_key"] != lost}
    result = confusion(company.truth, rows, keys.get)
    tools_of_lost = sum(row["person_key"] == lost for row in rows)
    assert (result.missing, result.unknown) == (tools_of_lost, tools_of_lost)
