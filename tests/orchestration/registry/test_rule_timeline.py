"""Which version of a rule judges which days, whatever its file says now."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from workspaces import rules, told, tool, workspace

from orchestration.errors import DataError
from orchestration.registry.check import check
from orchestration.registry.loading import load
from orchestration.registry.restatements import decide, decisions
from orchestration.registry.rule_timeline import Book, Moment, book_of, current_version, rule_book
from orchestration.registry.rule_versions import FILE, enacted, record
from orchestration.rules.compile import RuleRow, compile_rule_book
from orchestration.workspace import Workspace

RULE = "doc-extract-rule"
DAY = date(2026, 4, 1)
Span = tuple[int, date | None, date | None]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> RuleRow:
    made = workspace(tmp_path_factory.mktemp("rule"), tool(), rules_a=rules())
    return compile_rule_book(load(made).rule_sources)[0]


def row(compiled: RuleRow, version: int, begins: date | None = None, ends: date | None = None) -> RuleRow:
    return replace(compiled, version=version, semantic_hash=f"hash-{version}", effective_from=begins, effective_to=ends)


def spans(book: Book) -> list[Span]:
    return [(one.version, one.effective_from, one.effective_to) for one in book.rows]


class History:
    """Runs one after another; each remembers what the ones before have enacted."""

    def __init__(self) -> None:
        self.book = Book((), {})
        self.decided: dict[tuple[str, int], date | None] = {}

    def run(self, today: date, *written: RuleRow) -> list[Span]:
        self.book = rule_book(written, self.book.versions, self.decided, Moment(f"run {today}", today))
        return spans(self.book)


def test_the_first_version_has_always_been_in_force(compiled: RuleRow) -> None:
    assert History().run(DAY, row(compiled, 1)) == [(1, None, None)]
    assert History().run(DAY, row(compiled, 7)) == [(7, None, None)]


def test_a_version_edited_in_place_judges_from_its_first_run_on_and_the_one_before_keeps_its_past(
    compiled: RuleRow,
) -> None:
    history = History()
    history.run(DAY, row(compiled, 1))
    kept = [(1, None, date(2026, 4, 9)), (2, date(2026, 4, 10), None)]
    assert history.run(date(2026, 4, 10), row(compiled, 2)) == kept
    assert history.run(date(2026, 6, 1), row(compiled, 2)) == kept, "running again changes nothing"
    assert history.run(DAY, row(compiled, 2)) == kept, "nor does looking back"
    assert [one.rule_no for one in history.book.rows] == [1, 2]
    assert history.book.rows[0].semantic_hash == "hash-1"


def test_three_versions_follow_each_other(compiled: RuleRow) -> None:
    history = History()
    for version in (1, 2, 3):
        history.run(DAY + timedelta(days=10 * version), row(compiled, version))
    assert spans(history.book) == [
        (1, None, date(2026, 4, 20)),
        (2, date(2026, 4, 21), date(2026, 4, 30)),
        (3, date(2026, 5, 1), None),
    ]


def test_a_version_replaced_on_its_first_day_never_judges(compiled: RuleRow) -> None:
    history = History()
    history.run(DAY, row(compiled, 1))
    history.run(date(2026, 4, 10), row(compiled, 2))
    assert history.run(date(2026, 4, 10), row(compiled, 3)) == [
        (1, None, date(2026, 4, 9)),
        (3, date(2026, 4, 10), None),
    ]


def test_explicit_dates_hold_as_they_are_written(compiled: RuleRow) -> None:
    history = History()
    older, newer = row(compiled, 1, ends=date(2026, 3, 31)), row(compiled, 2, date(2026, 5, 1))
    assert history.run(DAY, older, newer) == [(1, None, date(2026, 3, 31)), (2, date(2026, 5, 1), None)]
    assert history.run(DAY, newer) == [(1, None, date(2026, 3, 31)), (2, date(2026, 5, 1), None)]
    assert History().run(DAY, row(compiled, 3, DAY), row(compiled, 9, ends=date(2026, 1, 1))) == [
        (9, None, date(2026, 1, 1)),
        (3, DAY, None),
    ]


def test_an_explicit_first_day_in_the_past_closes_the_version_that_left_the_file(compiled: RuleRow) -> None:
    history = History()
    history.run(DAY, row(compiled, 1))
    assert history.run(DAY, row(compiled, 2, date(2026, 2, 1))) == [
        (1, None, date(2026, 1, 31)),
        (2, date(2026, 2, 1), None),
    ]


def test_a_decision_moves_the_first_day_of_a_version(compiled: RuleRow) -> None:
    history = History()
    history.run(DAY, row(compiled, 1))
    history.run(date(2026, 4, 10), row(compiled, 2))
    history.decided[(RULE, 2)] = date(2026, 2, 1)
    assert history.run(DAY, row(compiled, 2)) == [(1, None, date(2026, 1, 31)), (2, date(2026, 2, 1), None)]
    history.decided[(RULE, 2)] = None
    assert history.run(DAY, row(compiled, 2)) == [(2, None, None)]
    del history.decided[(RULE, 2)]
    assert history.run(DAY, row(compiled, 2)) == [(1, None, date(2026, 4, 9)), (2, date(2026, 4, 10), None)]


def test_a_decision_also_moves_between_versions_that_are_both_written(compiled: RuleRow) -> None:
    history = History()
    history.decided[(RULE, 2)] = date(2026, 2, 1)
    older, newer = row(compiled, 1, ends=date(2026, 3, 31)), row(compiled, 2, DAY)
    assert history.run(DAY, older, newer) == [(1, None, date(2026, 1, 31)), (2, date(2026, 2, 1), None)]


def test_going_back_to_an_older_version_withdraws_the_newer_one(compiled: RuleRow) -> None:
    history = History()
    history.run(DAY, row(compiled, 1))
    history.run(date(2026, 4, 10), row(compiled, 2))
    assert history.run(date(2026, 4, 20), row(compiled, 1)) == [(1, None, None)]
    assert history.run(date(2026, 4, 30), row(compiled, 2)) == [
        (1, None, date(2026, 4, 29)),
        (2, date(2026, 4, 30), None),
    ]


def test_a_rule_that_left_the_files_leaves_the_book_and_returns_as_it_was(compiled: RuleRow) -> None:
    history = History()
    history.run(DAY, row(compiled, 1))
    kept = history.run(date(2026, 4, 10), row(compiled, 2))
    assert history.run(date(2026, 4, 20)) == []
    assert history.run(date(2026, 4, 30), row(compiled, 2)) == kept


def test_the_version_in_force_is_the_current_one(compiled: RuleRow) -> None:
    rows = [row(compiled, 1, ends=date(2026, 3, 31)), row(compiled, 2, date(2026, 5, 1))]
    assert current_version(rows, RULE, date(2026, 3, 1)) == 1
    assert current_version(rows, RULE, date(2026, 6, 1)) == 2
    assert current_version(rows, RULE, date(2026, 4, 15)) == 2
    assert current_version(rows, "another", DAY) is None


@pytest.mark.parametrize("seed", range(200))
def test_no_day_has_two_versions_whatever_is_edited_and_decided(compiled: RuleRow, seed: int) -> None:
    """Random edits, dates and decisions: every run gives the same book twice, without an overlap, in order."""
    chance = random.Random(seed)
    history, version, today = History(), 1, DAY
    for _ in range(6):
        today += timedelta(days=chance.randrange(0, 9))
        version = max(1, version + chance.choice((0, 0, 1, 1, 2, -1)))
        begins = chance.choice((None, None, today - timedelta(days=chance.randrange(-20, 20))))
        if chance.random() < 0.4:
            history.decided[(RULE, version)] = chance.choice((None, today - timedelta(days=chance.randrange(40))))
        one = row(compiled, version, begins, chance.choice((None, None, today + timedelta(days=30))))
        first = history.run(today, one)
        assert history.run(today, one) == first
        assert_in_order(first)


def assert_in_order(found: Sequence[Span]) -> None:
    for (_, begins, ends), (_, following, _) in pairwise(found):
        assert (begins or date.min) <= (ends or date.max) < (following or date.min)


def run(made: Workspace, today: date) -> list[Span]:
    book = book_of(made, load(made), Moment(f"run {today}", today))
    record(made, book.versions)
    return spans(book)


def test_what_was_enacted_survives_in_a_file(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules())
    run(made, DAY)
    before = enacted(made)[(RULE, 1)].row
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    book = [(1, None, date(2026, 4, 9)), (2, date(2026, 4, 10), None)]
    assert run(made, date(2026, 4, 10)) == book
    assert run(made, date(2026, 5, 1)) == book
    assert before is not None and enacted(made)[(RULE, 1)].row == before
    assert before.spec != book_of(made, load(made), Moment("", DAY)).rows[1].spec
    (made.build / FILE).unlink()
    assert run(made, date(2026, 5, 1)) == [(2, None, None)], "without the record, what stands there is the first"


def test_a_kept_version_is_compiled_as_takeup_compiles_now(tmp_path: Path) -> None:
    """What an older takeup wrote into the row may be read no longer; what the rule file said is read always."""
    made = workspace(tmp_path, tool(), rules_a=rules())
    run(made, DAY)
    before = enacted(made)[(RULE, 1)].row
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    place = made.build / FILE
    data = orjson.loads(place.read_bytes())
    data[RULE]["1"]["row"]["spec"] = {"of": "another age"}
    place.write_bytes(orjson.dumps(data))
    rows = book_of(made, load(made), Moment("", DAY)).rows
    assert before is not None and rows[0].spec == before.spec
    for source in (None, {"rules": []}, {"tool": "t", "rules": []}):
        data[RULE]["1"]["source"] = source
        place.write_bytes(orjson.dumps(data))
        assert book_of(made, load(made), Moment("", DAY)).rows[0].spec == {"of": "another age"}


def test_a_record_of_hashes_alone_still_notices_a_change_and_starts_no_new_version_late(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules())
    made.build.mkdir()
    (made.build / FILE).write_bytes(orjson.dumps({RULE: {"1": "0123456789abcdef"}}))
    (found,) = told(made, check(made, DAY))
    assert "means something else than when version 1 was enacted" in found
    (made.rules / "a.yml").write_text(rules(version=2))
    assert run(made, DAY) == [(2, None, None)]


def test_a_decision_is_written_down_and_moves_the_book(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules())
    run(made, DAY)
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    run(made, date(2026, 4, 10))
    decide(made, (RULE, 2), date(2026, 3, 1), "the board has asked")
    decide(made, (RULE, 2), date(2026, 3, 2), "a day later")
    assert decisions(made) == {(RULE, 2): date(2026, 3, 2)}
    assert run(made, date(2026, 4, 11)) == [(1, None, date(2026, 3, 1)), (2, date(2026, 3, 2), None)]
    decide(made, (RULE, 2), None, "")
    assert run(made, date(2026, 4, 11)) == [(2, None, None)]


def test_a_broken_journal_of_decisions_stops_the_run(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules())
    assert decisions(made) == {}
    made.restatements.write_text('{"rule_id": "a"}\n')
    with pytest.raises(DataError, match=r"restatements\.jsonl:1: has no 'from' - put the file back as it was"):
        run(made, DAY)


def test_going_back_is_told_before_the_run(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules())
    run(made, DAY)
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    run(made, date(2026, 4, 10))
    (made.rules / "a.yml").write_text(rules())
    (found,) = [line for line in told(made, check(made, DAY), warnings=True) if "withdraws" in line]
    assert found == (
        "config/rules/a.yml:5:12 version 2 of 'doc-extract-rule' was enacted; the next run withdraws it for this one"
        " - to keep what it judged, write `version: 3`"
    )
