"""Reading a whole workspace: all mistakes of all files at once, and defaults where files are absent."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import rules, told, tool, workspace

from orchestration.errors import ConfigError
from orchestration.registry import load_registry
from orchestration.registry.loading import read
from orchestration.registry.models import Calendar, PeopleConfig
from orchestration.registry.privacy import Privacy
from orchestration.workspace import Workspace


def errors(made: Workspace) -> list[str]:
    return told(made, read(made)[1])


def test_files_that_are_absent_mean_defaults(tmp_path: Path) -> None:
    registry = load_registry(workspace(tmp_path, tool()))
    assert (registry.calendar, registry.people, registry.privacy) == (Calendar(), PeopleConfig(), Privacy())
    assert (registry.rule_files, registry.targets) == ((), ())


def test_tools_and_their_rules_find_each_other(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool() + tool("second"), rules_a=rules(), rules_b=rules("second"))
    registry = load_registry(made)
    assert [one.id for one in registry.tools] == ["doc-extract", "second"]
    assert [one.tool for one in registry.rules_of("second")] == ["second"]
    assert registry.tool("none") is None
    second = registry.tool("second")
    assert second is not None
    assert registry.tool_problem(second, ("owner", "email"), "w", "m").line == 9


def test_company_wide_defaults_reach_the_tools(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool() + tool("own", more="  window_weeks: 2\n"), calendar="window_weeks: 8\n")
    assert [one.window_weeks for one in load_registry(made).tools] == [8, 2]
    assert [one.sources[0].path for one in load_registry(made).tools] == ["inbox/doc-extract", "inbox/own"]


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    made = workspace(
        tmp_path,
        tool() + tool("broken").replace("owner", "ownr"),
        targets="targets:\n- {tool: doc-extrct, measure: correct, value: 450%, date: 2026-12-31, owner: a@b.test}\n",
        people="org_unit: [a]\n",
        calendar="timezone: Mars\n",
        privacy="small_group: 1\n",
        rules_a=rules("doc-extrat"),
        rules_b="tool: [unclosed\n",
        rules_c=rules().replace("kind: check", "kind: chek"),
    )
    found = errors(made)
    assert [line.split(" ")[0] for line in found] == [
        "config/calendar.yml:1:11",
        "config/people.yml:1:11",
        "config/privacy.yml:1:14",
        "config/rules/a.yml:1:7",
        "config/rules/b.yml:1:7",
        "config/rules/c.yml:6:9",
        "config/targets.yml:2:10",
        "config/targets.yml:2:47",
        "config/tools.yml:9:3",
    ]
    with pytest.raises(ConfigError) as caught:
        load_registry(made)
    assert told(made, list(caught.value.problems)) == found


def test_a_broken_entry_hides_no_mistake_of_another(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool().replace("title", "titel") + tool("second", "human-decison"), rules_a=rules())
    assert errors(made) == [
        "config/tools.yml:3:3 unknown key 'titel'; did you mean 'title'? - rename it to 'title'",
        "config/tools.yml:11:22 unknown format 'human-decison'; did you mean 'human-decision'? - known formats: "
        + known_formats(),
    ]


def known_formats() -> str:
    from orchestration.sources import FORMATS

    names = sorted(name for name, one in FORMATS.items() if one.dataset in ("events", "aggregates"))
    return ", ".join([*names, "mapping:FILE.yml"])


def test_an_id_given_twice_names_the_first_place(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool() + tool())
    assert errors(made) == [
        "config/tools.yml:7:7 the id 'doc-extract' is taken (line 2) - give each tool an id of its own"
    ]
    assert len(read(made)[0].tools) == 1


def test_a_tool_cannot_take_the_name_of_an_inbox_folder(tmp_path: Path) -> None:
    assert errors(workspace(tmp_path, tool("people"))) == [
        "config/tools.yml:2:7 the id 'people' is the name of a folder that inbox/ has already"
        " - choose another, such as 'people-tool'"
    ]


def test_rules_of_an_unknown_tool_are_refused_with_a_suggestion(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules("doc-extrac"), rules_b=rules("zzz"))
    assert errors(made) == [
        "config/rules/a.yml:1:7 there is no tool 'doc-extrac' in config/tools.yml - write 'doc-extract'",
        "config/rules/b.yml:1:7 there is no tool 'zzz' in config/tools.yml - write one of doc-extract",
    ]


def test_one_rule_id_in_two_files_is_refused(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(), rules_a=rules(), rules_b=rules())
    assert errors(made) == [
        "config/rules/b.yml:4:7 the rule 'doc-extract-rule' version 1 stands in a.yml already"
        " - rename one of them; rule ids are company-wide"
    ]


def test_versions_in_two_files_may_follow_each_other_but_not_overlap(tmp_path: Path) -> None:
    older = rules() + "  effective: {to: 2026-03-31}\n"
    made = workspace(tmp_path, tool(), rules_a=older, rules_b=rules(version=2))
    overlap = (
        "versions 1 and 2 of 'doc-extract-rule' are in force on the same day - give the older one"
        " `effective: {to: ...}` and the newer one `effective: {from: ...}`"
    )
    assert errors(made) == [f"config/rules/a.yml:13:14 {overlap}", f"config/rules/b.yml:4:3 {overlap}"]
    (made.rules / "b.yml").write_text(rules(version=2) + "  effective: {from: 2026-04-02}\n")
    assert errors(made) == []


def test_one_rule_id_belongs_to_one_tool(tmp_path: Path) -> None:
    other = rules(version=2).replace("tool: doc-extract\n", "tool: other\n")
    made = workspace(tmp_path, tool() + tool("other"), rules_a=rules(), rules_b=other)
    assert errors(made) == [
        "config/rules/b.yml:4:7 the rule 'doc-extract-rule' belongs to 'doc-extract' in a.yml"
        " - rename one of them; rule ids are company-wide"
    ]


def test_targets_for_unknown_tools_and_repeated_ones_are_refused(tmp_path: Path) -> None:
    line = "- {tool: %s, measure: correct, value: 45%%, date: 2026-12-31, owner: ada@example.com}\n"
    made = workspace(tmp_path, tool(), targets="targets:\n" + line % "nothing" + line % "doc-extract" * 2)
    assert errors(made) == [
        "config/targets.yml:2:10 there is no tool 'nothing' in config/tools.yml - write one of doc-extract",
        "config/targets.yml:4:3 this target stands twice (first in line 3) - keep one",
    ]


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "vault", "'*'"])
def test_paths_out_of_the_workspace_are_errors_at_their_place(tmp_path: Path, path: str) -> None:
    made = workspace(tmp_path / "ws", tool().replace("}]", f", path: {path}}}]"))
    (found,) = errors(made)
    assert found.startswith("config/tools.yml:6:44 the path ")


def test_a_link_out_of_the_workspace_is_an_error(tmp_path: Path) -> None:
    made = workspace(tmp_path / "ws", tool())
    entry = tool().replace("}]", ", path: inbox/x}]")
    (tmp_path / "private").mkdir()
    (made.inbox / "x").symlink_to(tmp_path / "private")
    made.tools_file.write_text(f"tools:\n{entry}")
    assert errors(made) == [
        "config/tools.yml:6:44 inbox/x is a link that leads out of the workspace - put the files themselves there"
    ]


def test_a_roster_format_is_sent_to_its_folder(tmp_path: Path) -> None:
    assert errors(workspace(tmp_path, tool(log_format="people-csv"))) == [
        "config/tools.yml:6:22 the format 'people-csv' is not of a tool's logs"
        " - put those files into inbox/people; they need no entry"
    ]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("mapping:", "'' is not the name of a mapping file"),
        ("mapping:../secret.yml", "'../secret.yml' is not the name of a mapping file"),
        ("mapping:/etc/x.yml", "'/etc/x.yml' is not the name of a mapping file"),
        ("mapping:x.json", "'x.json' is not the name of a mapping file"),
        ("mapping:none.yml", "the mapping file config/mappings/none.yml does not exist"),
        ("mapping:link.yml", "config/mappings/link.yml is a link that leads out of config/"),
    ],
)
def test_a_mapping_must_be_a_file_below_config(tmp_path: Path, name: str, what: str) -> None:
    made = workspace(tmp_path, tool(log_format=f"'{name}'"))
    (tmp_path / "elsewhere.yml").write_text("a: 1")
    (made.config / "mappings").mkdir()
    (made.config / "mappings" / "link.yml").symlink_to(tmp_path / "elsewhere.yml")
    (found,) = errors(made)
    assert what in found


def test_a_mapping_that_exists_is_a_known_format(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(log_format="'mapping:mappings/crm.yml'"))
    (made.config / "mappings").mkdir()
    (made.config / "mappings" / "crm.yml").write_text(
        "version: 1\nsource: crm\nread: {format: csv}\ngrain: {kind: event}\ntime: at\n"
        "identity: {namespace: email, field: user}\nfields: {event_name: kind}\n"
    )
    assert errors(made) == []


def test_rules_on_events_are_refused_for_sources_that_only_count(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool(log_format="github-copilot-users"), rules_a=rules())
    assert errors(made) == [
        "config/rules/a.yml:6:9 a rule of kind 'check' needs events, but the sources of 'doc-extract' only report"
        " counts - use share and cadence, or add a source that has events"
    ]


def test_a_file_with_the_wrong_ending_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool())
    (made.config / "targets.yaml").write_text("targets: []\n")
    assert errors(made) == ["config/targets.yaml:1:1 targets.yaml is not read - rename it to targets.yml"]


def test_a_tools_file_that_cannot_be_read_blames_no_rule_file(tmp_path: Path) -> None:
    made = workspace(tmp_path, "- {id: a\n", rules_a=rules(), targets="targets:\n- {tool: doc-extract}\n")
    found = errors(made)
    assert any(line.startswith("config/tools.yml:2:3 this is not YAML") for line in found)
    assert not any("there is no tool" in line for line in found)


def test_rule_files_may_end_in_yaml_and_a_readme_is_no_rule_file(tmp_path: Path) -> None:
    made = workspace(tmp_path, tool())
    (made.rules / "a.yaml").write_text(rules())
    (made.rules / "README.md").write_text("no: [yaml")
    assert len(load_registry(made).rule_files) == 1
