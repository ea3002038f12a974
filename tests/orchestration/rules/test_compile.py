import json
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest
from books import RULES, VOCABULARY, compiled, read

from orchestration.errors import ConfigError
from orchestration.raw_schema import raw_schema
from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.columns import STANDARD
from orchestration.rules.compile import RuleRow, compile_open_rule_book, compile_rule_book
from orchestration.rules.parsing import RuleError

ROOT = Path(__file__).parents[3]
ACCEPTANCE = ROOT.parent / "shared" / "logs" / "acceptance" / "helpdesk_rules.yaml"
FILE = """\
tool: triage
catalogue:
  events: [decide, second_review]
  attributes: {claim_id: text, amount: double}
rules:
- id: triage-four-eyes
  version: 2
  kind: followed_by
  title: Large claims get a second reviewer
  each: decide where amount >= 10000
  then: second_review
  who: other_user
  same: [claim_id]
  within: 3d
  tolerate: 5%
  severity: blocker
  evidence: {incorrect: 3}
  effective: {from: 2026-01-01, to: 2026-12-31}
  owner: claims-risk
  why: A self-review is no review.
  train: CT-301
"""


def problems(text):
    with pytest.raises(ConfigError) as caught:
        compile_rule_book([read(text)])
    return [str(problem) for problem in caught.value.problems]


def test_a_rule_becomes_a_row_of_the_rule_book():
    (row,) = compile_rule_book([read(FILE)])
    assert (row.rule_no, row.rule_id, row.version, row.tool_id, row.kind) == (
        1, "triage-four-eyes", 2, "triage", "followed_by",
    )  # fmt: skip
    assert (row.severity, row.tolerate, row.evidence_incorrect, row.evidence_correct) == ("blocker", 0.05, 3, 10)
    assert row.within_us == 3 * 86_400 * 1_000_000
    assert (str(row.effective_from), str(row.effective_to)) == ("2026-01-01", "2026-12-31")
    assert (row.owner, row.why, row.train) == ("claims-risk", "A self-review is no review.", "CT-301")


def test_the_row_has_exactly_the_columns_of_the_raw_table_and_loads_into_it():
    (row,) = compile_rule_book([read(FILE)])
    with duckdb.connect() as connection:
        connection.execute(raw_schema())
        columns = [name for name, *_ in connection.execute("select * from raw.rule_book").description]
        assert columns == [field.name for field in fields(RuleRow)] == list(row.as_row())
        marks = ", ".join("?" for _ in columns)
        connection.execute(f"insert into raw.rule_book values ({marks})", list(row.as_row().values()))
        found = connection.execute("select spec ->> '$.who', spec -> '$.same' from raw.rule_book").fetchall()
    assert found == [("other_user", '["\\"claim_id__text\\""]')]


def test_every_kind_has_the_same_keys_in_its_spec():
    keys = {kind: set(compiled(kind).spec) for kind in RULES}
    assert len({frozenset(one) for one in keys.values()}) == 1
    assert json.loads(compiled("check").as_row()["spec"])["must_sql"]


def spec(kind, **changes):
    return {key: value for key, value in compiled(kind, **changes).spec.items() if value not in (None, [], False)}


def named(event):
    return {"events": [event], "sql": f"coalesce((event_name in ('{event}')), false)"}


def test_check():
    found = spec("check")
    assert found["must_sql"] == '(coalesce("dwell_s__double", (dwell_ms / 1000.0e0)) >= 2.0e0)'
    assert found["each"]["events"] == ["decide"]
    assert found["attributes"] == [["dwell_s", "double"]]


def test_followed_by():
    found = spec("followed_by", before="evidence_opened")
    assert found["before"] == named("evidence_opened")
    assert found["then"] == named("second_review")
    assert (found["who"], found["same"]) == ("other_user", ['"claim_id__text"'])
    assert "is_strict" not in found and "immediately" not in found
    assert found["attributes"] == [["amount", "double"], ["claim_id", "text"]]


def test_preceded_by():
    found = spec("preceded_by", since="recommendation_shown")
    assert found["since"] == named("recommendation_shown")
    assert (found["who"], found["same"]) == ("same_user", ["item_id"])


def test_the_order_is_strict_where_both_sides_name_one_event_or_where_it_is_immediate():
    assert spec("followed_by", then="second_review, decide")["is_strict"] is True
    assert spec("preceded_by", immediately=True)["is_strict"] is True
    assert spec("preceded_by", immediately=True)["immediately"] is True
    assert spec("not_followed_by")["is_strict"] is True


@pytest.mark.parametrize(
    ("per", "column"),
    [
        ("session", "session_id"), ("item", "item_id"), ("day", "day"), ("item_id", "item_id"),
        ("conversation", "conversation_id"), ("claim_id", '"claim_id__text"'), ("pages", '"pages__integer"'),
    ],
)  # fmt: skip
def test_count_groups_by_a_column(per, column):
    assert spec("count", per=per)["per"] == column


def test_count_settles_after_an_hour_unless_it_says_otherwise():
    assert spec("count")["settle_us"] == 3_600_000_000
    assert spec("count", settle="7d")["settle_us"] == 604_800_000_000
    assert compiled("count", min=0, max=2).spec["min"] == 0
    assert compiled("count").spec["min"] is None


def test_share_of_events_and_of_measures():
    events = compiled("share").spec
    assert (events["min"], events["max"], events["measures"]) == (0.05, 0.6, False)
    assert events["of"] and events["among"]
    measures = compiled("share", of="accepted", among="offered", max=None).spec
    assert (measures["of_measure"], measures["among_measure"], measures["measures"]) == ("accepted", "offered", True)
    assert measures["of"] is None and measures["max"] is None
    assert isinstance(compiled("share", min=0, max=1).spec["max"], float)


def test_cadence_of_events_and_of_measures():
    found = spec("cadence")
    assert (found["need"], found["need_unit"], found["per"]) == (3, "days", "week")
    found = spec("cadence", of="reviews", at_least="10 events")
    assert (found["need"], found["need_unit"], found["of_measure"], found["measures"]) == (
        10,
        "events",
        "reviews",
        True,
    )


def test_coverage_names_kinds_of_items_or_any():
    assert spec("coverage")["items"] == ["claim"]
    assert compiled("coverage", items="any").spec["items"] == []
    assert spec("coverage")["by"]["events"] == ["decide", "prompt"]


def test_calibrated_takes_a_condition_or_a_selector_for_what_was_accepted():
    expected = "coalesce((event_name in ('decide') and (decision = 'approve')), false)"
    found = spec("calibrated")
    assert found["accepted"] == {"events": ["decide"], "sql": expected}
    assert (found["confidence_sql"], found["low"], found["high"], found["gap"]) == ("confidence", 0.5, 0.8, 0.2)
    assert spec("calibrated", accepted="decide where decision = 'approve'")["accepted"]["sql"] == expected
    assert spec("calibrated", accepted="prompt", each="decide, prompt")["accepted"] == named("prompt")
    assert spec("calibrated", confidence="amount / 100")["confidence_sql"] == (
        '("amount__double" / nullif(100.0e0, 0.0e0))'
    )


def test_trained():
    found = spec("trained", roles=["nurse"], use_cases=["claims"])
    assert (found["module"], found["valid_for_us"]) == ("CT-301", 52 * 7 * 86_400 * 1_000_000)
    assert (found["roles"], found["use_cases"]) == (["nurse"], ["claims"])


@pytest.mark.parametrize("kind", RULES)
def test_what_is_rendered_runs_in_duckdb(kind):
    kinds = {"text": "varchar", "double": "double", "integer": "bigint"}
    columns = [f"{name} {kinds[of]}" for name, of in STANDARD.items()]
    columns += [f'"{name}__{of}" {kinds[of]}' for name, of in VOCABULARY.attributes.items()]
    found = compiled(kind, **({"same": ["claim_id"]} if kind == "preceded_by" else {})).spec
    fragments = [one["sql"] for one in found.values() if isinstance(one, dict)]
    fragments += [one for one in (found["must_sql"], found["confidence_sql"]) if one] + found["same"]
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({', '.join(columns)})")
        connection.execute(f"select {', '.join(fragments) or 1} from t")


def test_every_mistake_is_found_at_its_character():
    text = FILE.replace("amount >= 10000", "amuont >= 10000").replace("then: second_review", "then: second_reveiw")
    assert problems(text.replace("[claim_id]", "[claim]")) == [
        "triage.yml:10:22: unknown attribute 'amuont'; did you mean 'amount'?"
        " - use a name of catalogue.attributes, or add it there",
        "triage.yml:11:9: unknown event 'second_reveiw'; did you mean 'second_review'?"
        " - known events: decide, second_review",
        "triage.yml:13:10: unknown attribute 'claim'; did you mean 'claim_id'?"
        " - use a name of catalogue.attributes, or add it there",
    ]


def test_a_mistake_in_a_quoted_selector_and_in_a_list_is_found_too():
    quoted = FILE.replace("each: decide where amount >= 10000", "each: 'decide where amuont >= 10000'")
    assert problems(quoted)[0].startswith("triage.yml:10:23: unknown attribute 'amuont'")
    listed = FILE.replace("  each: decide where amount >= 10000", "  each:\n  - decide\n  - decide where amuont > 1")
    assert problems(listed)[0].startswith("triage.yml:12:18: unknown attribute 'amuont'")


def test_a_catalogue_that_no_condition_could_use_is_refused():
    text = FILE.replace("{claim_id: text, amount: double}", "{claim_id: text, amount: double, Amount: text, in: text,"
                        " confidence: text, 'a b': text}")  # fmt: skip
    found = problems(text)
    assert [one.split(": ", 1)[1].split(" - ")[0] for one in found] == [
        "'Amount' and 'amount' differ only in case",
        "'in' cannot be written in a condition",
        "'confidence' is a number in every log",
        "'a b' cannot be written in a condition",
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "what"),
    [
        ("share", {"of": "accepted"}, "but the other side names events"),
        ("share", {"among": "offered"}, "but the other side names events"),
        ("share", {"of": "prompt", "among": "decide"}, "the share is always 0"),
        ("check", {"each": "offered"}, "which only share and cadence read"),
        ("count", {"per": "sesion"}, "unknown attribute 'sesion'; did you mean 'session_id'?"),
        ("preceded_by", {"same": ["user_id"]}, "people are not compared by name"),
        ("calibrated", {"confidence": "claim_id"}, "claim_id is a text, not a number"),
        ("calibrated", {"accepted": "decison = 'approve'"}, "unknown attribute 'decison'; did you mean 'decision'?"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind, changes, what):
    with pytest.raises(RuleError) as caught:
        compiled(kind, **changes)
    assert what in str(caught.value)


def test_a_mistake_in_an_example_is_found_at_its_line():
    example = "  - name: x\n    events: |\n      D1 09:00 decide amount=1\n      D1 10:00 decide amuont=1\n"
    found = problems(f"{FILE}  examples:\n{example}    expect: {{kept: 1}}\n")
    assert found[0].startswith("triage.yml:26:23: unknown attribute 'amuont'; did you mean 'amount'?")


def test_an_open_log_brings_its_own_names():
    text = "tool: helpdesk\nrules:\n- {id: a, kind: check, each: Check ticket, must: Amount > 1 and item_id = '3'}\n"
    file, rules = read(text)
    types = {"Amount": "double", "item_id": "integer", "org:resource": "text", "in": "text"}
    (row,) = compile_open_rule_book(file, rules, types)
    assert row.spec["must_sql"] == "((\"Amount__double\" > 1.0e0) and (item_id = '3'))"
    assert row.spec["each"]["events"] == ["Check ticket"]
    assert row.title == "a"
    with pytest.raises(ConfigError, match="unknown attribute 'Amount'; did you mean 'amount'"):
        compile_open_rule_book(file, rules, {"amount": "double"})


def test_a_declared_type_goes_before_the_one_that_was_inferred():
    text = (
        "tool: t\ncatalogue: {attributes: {code: text}}\nrules:\n- {id: a, kind: check, each: x, must: code = '007'}\n"
    )
    (row,) = compile_open_rule_book(*read(text), {"code": "integer"})
    assert row.spec["must_sql"] == "(\"code__text\" = '007')"


def test_the_rules_of_several_files_are_numbered_in_order():
    other = FILE.replace("triage", "lead").replace("version: 2", "version: 1")
    rows = compile_rule_book([read(FILE), read(other)])
    assert [(row.rule_no, row.tool_id) for row in rows] == [(1, "triage"), (2, "lead")]


@pytest.mark.skipif(not ACCEPTANCE.exists(), reason="the shared acceptance log is not there")
def test_the_rules_of_the_acceptance_log_compile():
    file = YamlFile.read(ACCEPTANCE)
    rows = compile_open_rule_book(file, validate(file, RuleFile), {"amount": "double"})
    assert [row.kind for row in rows] == [
        "followed_by", "preceded_by", "followed_by", "not_followed_by", "count", "share",
    ]  # fmt: skip
