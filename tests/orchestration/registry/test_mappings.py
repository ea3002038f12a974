"""Mapping files: every mistake at its line and column, names that stay names, files that stay in config/."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from orchestration.errors import ConfigError
from orchestration.registry import load_registry
from orchestration.registry.check import check
from orchestration.registry.mapping_conditions import compile_predicate
from orchestration.registry.mapping_values import check_pattern
from orchestration.registry.mappings import read_mapping
from orchestration.registry.raw_rows import raw_rows
from orchestration.rules.faults import LanguageError
from orchestration.sources.mapping.paths import PathError, parse_path
from orchestration.sources.mapping.plan import Scope
from orchestration.workspace import Workspace
from tests.orchestration.registry.workspaces import told, tool, workspace

GOOD = """\
version: 1
source: desk
read: {format: csv}
grain: {kind: aggregate, period: day}
identity: {namespace: email, field: Mail}
time: Day
fields: {prompts: Asked}
"""


def mistakes(folder: Path, text: str) -> list[str]:
    """`line:column what - mend` of everything that is wrong with a mapping file of this text."""
    path = folder / "m.yml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    try:
        read_mapping(path)
    except ConfigError as error:
        return [str(problem).removeprefix(f"{path}:") for problem in error.problems]
    return []


def test_a_mapping_without_mistakes(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("source:", "sorce:", "2:1: unknown key 'sorce'; did you mean 'source'? - rename it to 'source'"),
        ("time: Day", "tiem: Day", "6:1: unknown key 'tiem'; did you mean 'time'?"),
        ("time: Day\n", "", "1:1: the mapping has no 'time' - add it, like `time: {field: Date"),
        ("identity: {namespace: email, field: Mail}\n", "", "1:1: the mapping has no 'identity'"),
        ("read: {format: csv}\n", "", "1:1: the mapping has no 'read'"),
        ("format: csv", "format: xls", "3:16: 'xls' is not one of the permitted words"),
        ("format: csv", "format: sqlite", "3:7: a SQLite file has many tables - name one"),
        ("format: csv", "format: json, table: t", "3:22: 'table' has no meaning with `format: json`"),
        ("format: csv", "format: csv, records: $.a", "3:21: 'records' has no meaning with `format: csv`"),
        ("period: day", "coverage: unknown", "4:8: counts need their period"),
        ("kind: aggregate, period: day", "kind: event", "4:8: events need a name"),
        ("kind: aggregate", "kind: event", "4:22: 'period' has no meaning with `kind: event`"),
        ("{prompts: Asked}", "{team: T}", "4:8: the counts have no measure"),
        ("field: Mail", "field: 'Mail['", "5:37: 'Mail[' cannot be read"),
        ("field: Mail", "field: 'a[*]'", "5:37: 'a[*]' means many values"),
        ("namespace: email", "namespace: E-Mail", "5:23: 'E-Mail' is not a namespace"),
        ("field: Mail", "field: Mail, strip_prefix: '(a+)+'", "5:62: the pattern has a repeat within a repeat"),
        ("field: Mail", "field: Mail, required: false", "5:11: counts need a person"),
        ("time: Day", "time: {field: Day, format: 'Y-m-d'}", "6:28: 'Y-m-d' is not a time format"),
        ("time: Day", "time: {field: Day, assume_tz: Berlin}", "6:31: the time zone 'Berlin' is not known"),
        ("time: Day", "time: {unit: s}", "6:7: the time has no field"),
        ("time: Day", "time: {field: Day, from: file_name}", "6:26: a time has a field or comes from"),
        ("Asked}", "{field: Asked, as: euros}}", "'euros' is not one of the permitted words"),
        ("Asked}", "{as: count}}", "7:19: this says neither a field nor a constant"),
        ("Asked}", "Asked}\nfilters: [{drop_if: 'a = ', reason: x}]", "8:24: the condition cannot be read"),
        ("Asked}", "Asked}\nfilters: [{drop_if: 'a; drop table x', reason: x}]", "8:23: a condition is one expression"),
        ("Asked}", "Asked}\nfilters: [{drop_if: a = 1}]", "8:11: the key 'reason' is missing"),
        ("Asked}", "Asked}\nconstants: {prompts: 3}", "8:13: 'prompts' stands in `fields` and in `constants`"),
        ("Asked}", "Asked}\nconstants: {accepted: 3}", "8:23: 'accepted' counts what people do"),
        ("Asked}", "Asked}\nmatch: {}", "8:8: an empty match fits everything"),
        ("Asked}", "Asked}\nmatch: {keys_all: [a]}", "8:9: 'keys_all' has no meaning with `format: csv`"),
        ("Asked}", "Asked}\nunpivot: {columns: '(.+)_x', to: {feature: $2, sesions: value}}",
         "'sesions' is no measure - write 'sessions'"),
        ("version: 1", "version: 2", "1:10: 2 is not one of the permitted words"),
    ],
)  # fmt: skip
def test_a_mistake_stands_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = mistakes(tmp_path, GOOD.replace(old, new))
    assert any(expected in one for one in found), found


def test_a_variant_that_fits_everything_hides_none_behind_it(tmp_path: Path) -> None:
    text = GOOD + "variants:\n- {name: all}\n- {name: more, match: {columns_all: [a]}}\n"
    assert mistakes(tmp_path, text) == [
        "9:3: the variant fits everything - add a match, or make it the last:"
        " what fits everything hides all variants behind it"
    ]


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*", "([a-z]+\\.)+x", "a*a*a*a*b", "(?=a)b", "(a)\\1", "(?i)a", "x" * 201, "((a{2,})b)*"]
)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str) -> None:
    with pytest.raises(Exception, match=r"pattern"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["^(.+)_messages$", "^d-[0-9a-f]{10}\\.", "(?:ab)+", "[*+]x{2}", "a\\+b+?"])
def test_plain_patterns_are_fine(pattern: str) -> None:
    assert check_pattern(pattern).pattern == pattern


@pytest.mark.parametrize("path", ["", ".a", "a..b", "a[", "a[1", "a]b", "a[*]", "$", "a=b", "a[x=]", "a." + "b." * 30])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(PathError):
        parse_path(path)


@pytest.mark.parametrize(
    ("condition", "record", "expected"),
    [
        ("isHeadless == true", {"isHeadless": True}, True),
        ("isHeadless == true", {"isHeadless": "false"}, False),
        ("isHeadless == true", {}, None),
        ("not bot", {"bot": "no"}, True),
        ("n > 3 and n < 5", {"n": "4"}, True),
        ("n > 3", {"n": "many"}, None),
        ("n > 3 or who = 'x'", {"who": "x"}, True),
        ("user.type in ('bot', 'it''s')", {"user": {"type": "it's"}}, True),
        ("user.type not in ('bot')", {"user": {}}, None),
        ("coalesce(a, b, 'z') = 'z'", {}, True),
        ("greatest(a, 2) >= 7", {"a": 7}, True),
        ("a / b > 1", {"a": 1, "b": 0}, None),
        ("-a + 2 * 3 between 4 and 5", {"a": 1}, True),
        ("a is null", {"a": ""}, True),
        ("a is not null and a <> 'x'", {"a": "y"}, True),
        ("a = b", {"a": "y", "b": "y"}, True),
        ("a.b = 'x.y'", {"a.b": "x.y"}, True),
    ],
)
def test_conditions_ask_one_record_as_sql_would(
    condition: str, record: dict[str, object], expected: bool | None
) -> None:
    assert compile_predicate(condition)(Scope(record, record, {})) is expected


@pytest.mark.parametrize(
    "condition",
    ["", "__import__('os')", "a; drop table x", "a = 'x' --", "a.b.c(1)", "exec('1')", "a = \"x\"",
     "a.b = 1 and a_b = 2", "lambda: 1", "a = 'x' and a > 3", "a + 1", "(select 1)", "a[0] = 1", "not " * 60 + "a"],
)  # fmt: skip
def test_what_is_no_condition_is_refused_and_never_run(condition: str) -> None:
    with pytest.raises(LanguageError):
        compile_predicate(condition)


def made(tmp_path: Path, text: str, name: str = "crm.yml") -> Workspace:
    space = workspace(tmp_path, tool(log_format="'mapping:crm.yml'"))
    (space.config / "mappings").mkdir()
    (space.config / "mappings" / name).write_text(text)
    return space


def test_check_tells_mistakes_of_a_mapping_that_a_tool_uses_and_of_one_that_none_does(tmp_path: Path) -> None:
    space = made(tmp_path, GOOD.replace("Mail", "'Mail['"))
    (space.config / "mappings" / "other.yml").write_text(GOOD.replace("time: Day\n", ""))
    (space.config / "mappings" / "spare.yml").write_text(
        GOOD.replace("prompts", "promts").replace("}\n", ", sessions: s}\n", 1)
    )
    errors = told(space, check(space))
    assert [one.split(" - ")[0] for one in errors] == [
        "config/mappings/crm.yml:5:37 'Mail[' cannot be read from '[' on",
        "config/mappings/other.yml:1:1 the mapping has no 'time'",
        "config/mappings/spare.yml:3:21 unknown key 'sessions'",
    ]
    with pytest.raises(ConfigError, match="Mail"):
        load_registry(space)


def test_a_mistake_in_a_mapping_that_no_tool_uses_stops_no_run(tmp_path: Path) -> None:
    space = made(tmp_path, GOOD)
    (space.config / "mappings" / "other.yml").write_text("version: 9\n")
    assert load_registry(space).mappings["mapping:crm.yml"].grain == "day"


def test_check_warns_of_what_is_likely_misspelled_or_unused(tmp_path: Path) -> None:
    space = made(tmp_path, GOOD.replace("{prompts: Asked}", "{prompts: Asked, acepted: A}"))
    (space.config / "mappings" / "spare.yml").write_text(GOOD)
    (space.config / "mappings" / "spare.json").write_text("{}")
    warnings = [one for one in told(space, check(space), warnings=True) if "mappings/" in one]
    assert [one.split(" - ")[0] for one in warnings] == [
        "config/mappings/crm.yml:7:26 'acepted' is no column of ours and becomes an attribute;"
        " did you mean 'accepted'?",
        "config/mappings/spare.json:1:1 spare.json is not read",
        "config/mappings/spare.yml:1:1 no source reads by spare.yml",
    ]


def test_check_warns_of_counts_that_say_nothing_of_use(tmp_path: Path) -> None:
    space = made(tmp_path, GOOD.replace("prompts: Asked", "cost: Asked"))
    (found,) = [one for one in told(space, check(space), warnings=True) if "mappings/" in one]
    assert "4:8 nothing here says who used the tool" in found


def test_what_the_registry_says_of_a_tool_comes_from_its_mapping(tmp_path: Path) -> None:
    registry = load_registry(made(tmp_path, GOOD))
    rows = raw_rows(registry, registry.tools[0].live_from)
    assert (rows["tool_source"][0]["grain"], rows["tool"][0]["reads_aggregates"]) == ("day", True)
    snapshot = load_registry(made(tmp_path / "b", GOOD.replace("period: day", "period: snapshot")))
    assert raw_rows(snapshot, registry.tools[0].live_from)["tool"][0]["can_prove"] is False


def test_a_title_or_a_comment_changes_nothing_that_a_mapping_means(tmp_path: Path) -> None:
    def meaning(text: str) -> str:
        path = tmp_path / "m.yml"
        path.write_text(text)
        return read_mapping(path).meaning

    assert meaning(GOOD) == meaning("# why\ntitle: Desk\n" + GOOD.replace("Asked", "[Asked]"))
    assert meaning(GOOD) != meaning(GOOD.replace("Asked", "Told"))
