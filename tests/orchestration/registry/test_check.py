"""What `takeup check` says beyond the mistakes of single files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from workspaces import rules, told, tool, workspace

from orchestration.registry.check import check
from orchestration.registry.loading import load
from orchestration.registry.rule_timeline import Moment, book_of
from orchestration.registry.rule_versions import FILE, record, recorded
from orchestration.workspace import Workspace

TODAY = date(2026, 6, 1)
TARGET = "targets:\n- {tool: doc-extract, measure: correct, value: 45%, date: 2026-12-31, owner: ada@example.com}\n"


def complete(root: Path, entry: str = "", **files: str) -> Workspace:
    """A workspace that nothing can be said against."""
    made = workspace(root, entry or tool(), **{"targets": TARGET, "rules_a": rules(), **files})
    for folder in ("people", "doc-extract"):
        (made.inbox / folder).mkdir()
    (made.inbox / "people" / "people.csv").write_text("person_id\np1\n")
    return made


def errors(made: Workspace) -> list[str]:
    return told(made, check(made, TODAY))


def warnings(made: Workspace) -> list[str]:
    return told(made, check(made, TODAY), warnings=True)


def test_nothing_is_said_of_a_workspace_in_order(tmp_path: Path) -> None:
    assert check(complete(tmp_path), TODAY) == []


def test_a_tool_without_rules_has_no_correct_users(tmp_path: Path) -> None:
    made = complete(tmp_path)
    (made.rules / "a.yml").unlink()
    assert warnings(made) == [
        "config/tools.yml:2:7 'doc-extract' has no rules, so it has no correct users"
        " - write config/rules/doc-extract.yml"
    ]


def test_a_tool_without_a_target_and_a_source_without_a_folder_are_told(tmp_path: Path) -> None:
    made = complete(tmp_path)
    (made.config / "targets.yml").unlink()
    (made.inbox / "doc-extract").rmdir()
    assert warnings(made) == [
        "config/tools.yml:2:7 'doc-extract' has no target - state one in config/targets.yml",
        "config/tools.yml:6:13 there is nothing at inbox/doc-extract yet"
        " - create it and put the tool's log files there, or correct the path",
    ]


def test_a_start_in_the_future_is_told(tmp_path: Path) -> None:
    made = complete(tmp_path, tool().replace("2026-03-02", "2026-06-02"))
    assert warnings(made) == [
        "config/tools.yml:5:14 'doc-extract' goes live in the future (2026-06-02); nothing is judged before"
        " - correct the date, or wait"
    ]


def test_a_missing_roster_is_told(tmp_path: Path) -> None:
    made = complete(tmp_path)
    (made.inbox / "people" / "people.csv").unlink()
    (found,) = warnings(made)
    assert found.startswith("inbox/people:0:0 there is no roster")


def test_no_roster_is_missed_where_a_list_says_who_is_meant(tmp_path: Path) -> None:
    made = complete(tmp_path, tool(more="  eligible: [you@example.com]\n"))
    (made.inbox / "people" / "people.csv").unlink()
    assert warnings(made) == []


def test_files_that_nothing_reads_are_told_with_a_guess(tmp_path: Path) -> None:
    made = complete(tmp_path)
    (made.inbox / "doc-extrct").mkdir()
    (made.inbox / "doc-extrct" / "log.jsonl").write_text("{}")
    (made.inbox / "empty").mkdir()
    (made.config / "calender.yml").write_text("")
    (made.rules / "more.txt").write_text("")
    assert warnings(made) == [
        "config/calender.yml:1:1 calender.yml is not read; did you mean 'calendar'? - configuration files are"
        " tools.yml, targets.yml, people.yml, calendar.yml, privacy.yml, alerts.yml; rules stand in rules/",
        "config/rules/more.txt:1:1 more.txt is not read - end its name in .yml",
        "inbox/doc-extrct:0:0 no source reads inbox/doc-extrct; did you mean 'doc-extract'?"
        " - rename the folder, or name it in a source's path",
    ]


@pytest.mark.parametrize("path", ["inbox/other", "inbox/other/*.jsonl", "inbox/*/log.jsonl", "inbox"])
def test_a_folder_that_some_path_covers_is_read(tmp_path: Path, path: str) -> None:
    made = complete(tmp_path, tool().replace("}]", f", path: '{path}'}}]"))
    (made.inbox / "other").mkdir()
    (made.inbox / "other" / "log.jsonl").write_text("{}")
    assert warnings(made) == []


def test_a_condition_is_blamed_at_its_character(tmp_path: Path) -> None:
    made = complete(
        tmp_path,
        tool(more="  eligible: {from: people, where: \"department = 'A' and fte = 'x'\"}\n  uses:\n  - accepted\n"
                  "  - accepted where amout > 5\n"),
    )  # fmt: skip
    places = [line.split(" ")[0] for line in errors(made)]
    assert len(places) == 2
    assert places[0].startswith("config/tools.yml:7:")
    assert places[1] == "config/tools.yml:10:20"


def test_a_mistake_in_a_rule_is_found_beside_one_in_tools(tmp_path: Path) -> None:
    made = complete(tmp_path, tool(more="  windo_weeks: 4\n"), rules_a=rules(least="'x'"), rules_b=rules("nobody"))
    assert [line.split(" ")[0].rpartition(":")[0] for line in errors(made)] == [
        "config/rules/a.yml:9",
        "config/rules/b.yml:1",
        "config/tools.yml:7",
    ]


def test_uses_may_name_events_that_rules_do_not_but_it_is_told(tmp_path: Path) -> None:
    made = complete(tmp_path, tool(more="  uses: [accepted, acepted]\n"))
    assert errors(made) == []
    (found,) = warnings(made)
    assert found.startswith("config/tools.yml:7:20 unknown event 'acepted'; did you mean 'accepted'?")


def enact(made: Workspace) -> None:
    record(made, book_of(made, load(made), Moment("run", TODAY)).versions)


def test_a_changed_meaning_under_an_old_number_is_an_error(tmp_path: Path) -> None:
    made = complete(tmp_path)
    enact(made)
    assert errors(made) == []
    (made.rules / "a.yml").write_text(rules(least="0.7"))
    assert errors(made) == [
        "config/rules/a.yml:5:12 the rule 'doc-extract-rule' means something else than when version 1 was enacted"
        " - write `version: 2`, or restore its meaning"
    ]
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    assert errors(made) == []


def test_prose_is_not_meaning(tmp_path: Path) -> None:
    made = complete(tmp_path)
    enact(made)
    (made.rules / "a.yml").write_text(rules().replace("Unsure advice is edited", "Another title"))
    assert errors(made) == []


def test_a_lost_or_broken_record_only_forgets(tmp_path: Path) -> None:
    made = complete(tmp_path)
    assert recorded(made) == {}
    enact(made)
    enact(made)
    assert set(recorded(made)) == {("doc-extract-rule", 1)}
    for text in ("", "[]", "{", '{"a": 1}', '{"a": {"x": "y"}}'):
        (made.build / FILE).write_text(text)
        assert recorded(made) == {}
        assert errors(made) == []


def test_versions_that_left_the_files_stay_recorded(tmp_path: Path) -> None:
    made = complete(tmp_path)
    enact(made)
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    enact(made)
    assert set(recorded(made)) == {("doc-extract-rule", 1), ("doc-extract-rule", 2)}


def test_an_empty_workspace_is_no_error(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    assert errors(made) == []
    assert warnings(made) == [
        "config/tools.yml:1:8 no tool is declared - add an entry; the comments show one",
    ]
    made.tools_file.write_text("")
    assert errors(made) == []


def test_a_rule_that_says_nothing_of_its_owner_reason_or_module_is_told(tmp_path: Path) -> None:
    bare = rules().split("  owner:")[0]
    space = workspace(tmp_path, tool(), rules_a=bare)
    warnings = [one.what for one in check(space) if one.is_warning and "has no '" in one.what]
    assert warnings == [f"the rule 'doc-extract-rule' has no {key!r}" for key in ("owner", "train", "why")]


MISTAKEN = """\
tool: doc-extract
catalogue: {events: [decide, second_review], attributes: {amount: double}}
rules:
- id: unknown-names
  kind: check
  each: decid where confidance > 0.5
  must: lower(decision) = 'x'
- id: unknown-keys
  kind: followed_by
  each: decide
  then: second_review
  wthin: 3d
  severty: major
- id: wrong-types
  kind: check
  each:
  - decide
  - decide where amount > '3'
  must: amount::int > 1
"""


def test_unknown_events_attributes_keys_and_refused_conditions_are_told_in_one_go(tmp_path: Path) -> None:
    assert errors(complete(tmp_path, rules_a=MISTAKEN)) == [
        "config/rules/a.yml:6:9 unknown event 'decid'; did you mean 'decide'? - known events: decide, second_review",
        "config/rules/a.yml:7:9 the function 'lower' is not permitted - permitted are coalesce, greatest and least",
        "config/rules/a.yml:12:3 unknown key 'wthin'; did you mean 'within'? - rename it to 'within'",
        "config/rules/a.yml:13:3 unknown key 'severty'; did you mean 'severity'? - rename it to 'severity'",
        "config/rules/a.yml:18:18 amount is a number, '3' is a text: they cannot be compared"
        " - write texts in quotes and numbers without, or declare another type",
        "config/rules/a.yml:19:15 a cast is not part of a condition"
        " - declare the type of the attribute in catalogue.attributes",
    ]


def test_an_unknown_attribute_is_told_at_its_character_with_a_guess(tmp_path: Path) -> None:
    made = complete(tmp_path, rules_a=rules().replace("confidence >=", "amount > 1 and confidance >="))
    assert errors(made) == [
        "config/rules/a.yml:9:24 unknown attribute 'confidance'; did you mean 'confidence'?"
        " - use a name of catalogue.attributes, or add it there"
    ]
