import random

import duckdb
import pytest

from orchestration.rules.columns import EventNames
from orchestration.rules.conditions import compile_condition, compile_person_condition, parse_condition
from orchestration.rules.expressions import plain
from orchestration.rules.faults import LanguageError

NAMES = EventNames(
    {
        "amount": "double",
        "pages": "integer",
        "claim_id": "text",
        "urgent": "boolean",
        "due": "date",
        "seen": "timestamp",
    }
)


def fault(text, names=NAMES):
    with pytest.raises(LanguageError) as caught:
        parse_condition(text, names)
    return caught.value


@pytest.mark.parametrize(
    ("condition", "sql"),
    [
        ("decision = 'approve'", "(decision = 'approve')"),
        ("amount >= 10000", '("amount__double" >= 10000.0e0)'),
        ("pages > 3", '(cast("pages__integer" as double) > 3.0e0)'),
        ("input_tokens > 3", "(cast(input_tokens as double) > 3.0e0)"),
        ("urgent", '"urgent__boolean"'),
        ("NOT urgent", '(not "urgent__boolean")'),
        ("amount / pages < 2", '(("amount__double" / nullif(cast("pages__integer" as double), 0.0e0)) < 2.0e0)'),
        ("decision in ('a', 'b')", "(decision in ('a', 'b'))"),
        ("decision not in ('a')", "(not (decision in ('a')))"),
        ("amount between -1 and 2.5", '("amount__double" between -1.0e0 and 2.5e0)'),
        ("claim_id is not null", '(not ("claim_id__text" is null))'),
        ("coalesce(amount, 0) > 1", '(coalesce("amount__double", 0.0e0) > 1.0e0)'),
        (
            "greatest(amount, pages, 1) = 1",
            '(greatest("amount__double", cast("pages__integer" as double), 1.0e0) = 1.0e0)',
        ),
        ("due >= '2026-03-02'", "(\"due__date\" >= date '2026-03-02')"),
        ("seen < '2026-03-02 09:30'", "(\"seen__timestamp\" < timestamp '2026-03-02 09:30:00')"),
        ("decision = 'it''s'", "(decision = 'it''s')"),
        ("decision == 'a' or decision != 'b'", "((decision = 'a') or (decision <> 'b'))"),
        ("dwell_s < 2", "((dwell_ms / 1000.0e0) < 2.0e0)"),
    ],
)
def test_a_condition_is_rendered_from_its_tree(condition, sql):
    assert compile_condition(condition, NAMES) == sql


def test_dwell_in_seconds_comes_from_the_log_when_the_log_has_it_and_else_from_milliseconds():
    names = EventNames({"dwell_s": "double"})
    assert compile_condition("dwell_s < 2", names) == ('(coalesce("dwell_s__double", (dwell_ms / 1000.0e0)) < 2.0e0)')
    assert parse_condition("dwell_s < 2", names).attributes() == {("dwell_s", "double")}


def test_a_standard_text_that_is_declared_as_a_number_is_read_as_one():
    names = EventNames({"predicted_value": "double", "decision": "text"})
    assert compile_condition("predicted_value > 1", names) == "(try_cast(predicted_value as double) > 1.0e0)"
    assert parse_condition("decision = 'a'", names).attributes() == set()


def test_a_backslash_is_data_in_both_dialects():
    text = r"decision = 'C:\new ''x'''"
    assert compile_condition(text, NAMES) == r"(decision = 'C:\new ''x''')"
    assert compile_condition(text, NAMES, "spark") == r"(decision = 'C:\\new \'x\'')"


def test_spark_quotes_columns_its_own_way():
    assert compile_condition("amount > 1", NAMES, "spark") == "(`amount__double` > 1.0e0)"


@pytest.mark.parametrize(
    ("condition", "what", "at"),
    [
        ("confidance > 0.5", "unknown attribute 'confidance'; did you mean 'confidence'?", 0),
        ("amount > 1 and amuont < 3", "unknown attribute 'amuont'; did you mean 'amount'?", 15),
        ("decision = 3", "decision is a text, 3 is a number: they cannot be compared", 0),
        ("urgent and amount", "`and` joins conditions, but amount is a number", 0),
        ("amount", "amount is a number, not a condition", 0),
        ("decision = null", "null cannot be compared", 0),
        ("amount in (1, null)", "null is not a plain value", 0),
        ("amount in (1, pages)", "pages is not a plain value", 14),
        ("amount in ()", "`in` needs a list of values", 0),
        ("lower(decision) = 'a'", "the function 'lower' is not permitted", 0),
        ("decision like 'a%'", "'like' is not part of the condition language", 9),
        ("amount::int = 1", "a cast is not part of a condition", 6),
        ("amount > 1 -- really", "a comment is not part of a condition", 11),
        ("amount > 1; drop table x", "a condition is one expression", 10),
        ('decision = "approve"', "double quotes name nothing here", 11),
        ("decision = \u2018approve\u2019", "the quote \u2018 is typographic", 11),
        ("decision = 'approve", "a quote is opened here and never closed", 11),
        ("(amount > 1", "this parenthesis is never closed", 0),
        ("amount > 1)", "this parenthesis closes nothing", 10),
        ("amount > ", "the condition cannot be read", 7),
        ("amount = = 1", "the condition cannot be read at '='", 9),
        ("1 < amount < 3", "1 < amount is true or false, 3 is a number", 0),
        ("user_id = 'ann'", "people are not compared by name", 0),
        ("amount > 9007199254740993", "too large to be exact", 9),
        ("amount > 1e999", "too large to be exact", 9),
        ("due > '2026-02-30'", "'2026-02-30' is not a date", 0),
        ("seen > '2026-02-03T00:00:00+02:00'", "names a time zone", 0),
        ("urgent is true", "`is` is only for null", 0),
        ("coalesce(amount) > 1", "coalesce needs at least two values", 0),
        ("coalesce > 1", "unknown attribute 'coalesce'", 0),
        ("amount(1) > 1", "'amount' is an attribute, not a function", 0),
        ("amount > 1\u00a0and urgent", "the character U+00A0 (NO-BREAK SPACE)", 10),
        ("", "the condition is empty", 0),
    ],
)
def test_what_is_wrong_is_said_at_its_character(condition, what, at):
    error = fault(condition)
    assert what in error.what
    assert error.offset == at
    assert error.mend


def test_fifty_levels_are_deep_enough():
    assert compile_condition("(" * 50 + "urgent" + ")" * 50, NAMES)
    assert "nested deeper" in fault("(" * 51 + "urgent" + ")" * 51).what
    assert "nested deeper" in fault("not " * 51 + "urgent").what
    assert "nested deeper" in fault("amount > " + " + ".join(["1"] * 60)).what


def test_a_long_chain_is_not_a_deep_one():
    chain = " or ".join(f"pages = {number}" for number in range(250))
    assert compile_condition(chain, NAMES).count(" or ") == 249


def test_a_very_long_condition_is_refused_before_it_is_parsed():
    assert "longer than 4000 characters" in fault("amount > 1 " * 1_000).what


def test_an_attribute_may_be_called_like_a_word_of_sql():
    names = EventNames({"order": "text", "group": "double", "date": "text", "case": "text"})
    assert compile_condition("order = 'a' and group > 1", names)
    assert compile_condition("date = 'x' or case = 'y'", names) == "((\"date__text\" = 'x') or (\"case__text\" = 'y'))"


@pytest.mark.parametrize(
    ("condition", "sql"),
    [
        ("department = 'Finance'", "(department = 'Finance')"),
        ("fte >= 0.5 and role <> 'intern'", "((fte >= 0.5e0) and (role <> 'intern'))"),
        ("cost_centre = '12'", "(json_extract_string(attributes, '$.\"cost_centre\"') = '12')"),
    ],
)
def test_a_condition_on_people_reads_the_roster(condition, sql):
    assert compile_person_condition(condition) == sql


def test_a_condition_on_people_reads_further_columns_in_spark_too():
    assert compile_person_condition("grade = 'a'", "spark") == "(get_json_object(attributes, '$.grade') = 'a')"


def test_an_unknown_roster_column_is_refused_once_the_roster_is_known():
    assert compile_person_condition("cost_centre = '1'", attributes=["cost_centre"])
    with pytest.raises(LanguageError, match="unknown roster column 'departmnt'; did you mean 'department'"):
        compile_person_condition("departmnt = 'x'", attributes=["cost_centre"])


@pytest.mark.parametrize("text", ["cost_centre > 3", "Department = 'x'", "manager() = 'x'", "department.x = 'y'"])
def test_a_condition_on_people_is_checked_like_any_other(text):
    with pytest.raises(LanguageError):
        compile_person_condition(text)


def random_condition(rng, depth=0):
    """A condition over a, b (numbers), s (text), f (truth) that is valid SQL as it stands."""
    if depth > 3 or rng.random() < 0.3:
        return rng.choice(
            [
                f"{random_number(rng)} {rng.choice(['=', '<>', '<', '<=', '>', '>=', '!='])} {random_number(rng)}",
                f"a {rng.choice(['', 'not '])}in (1, 2, -3)",
                f"b {rng.choice(['', 'not '])}between {rng.randint(-2, 1)} and {rng.randint(0, 3)}",
                f"{rng.choice('absf')} is {rng.choice(['', 'not '])}null",
                f"s = '{rng.choice(['x', 'y', 'it', '%'])}'",
                "f",
                "coalesce(f, true)",
                "f = false",
            ]
        )
    left, right = random_condition(rng, depth + 1), random_condition(rng, depth + 1)
    return rng.choice(
        [
            f"{left} and {right}",
            f"{left} or {right}",
            f"({left}) and not {right}",
            f"not ({left})",
            f"({left} or {right})",
        ]
    )


def random_number(rng):
    return rng.choice(
        ["a", "b", "1", "2.5", "-a", "a + b * 2", "(a - b) * 3", "a - b - 1", "greatest(a, b)", "least(a, 2, b)",
         "coalesce(a, b, 0)", "- (a + 1)", ".5"]
    )  # fmt: skip


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.execute("create table t (a double, b double, s varchar, f boolean)")
        connection.execute(
            "insert into t select * from (values (1.0, 2.0, 'x', true), (2, 2, 'y', false), (null, -3, 'it', null),"
            " (0, null, null, true), (-3, 0.5, '%', false))"
        )
        columns = 'a as "a__double", b as "b__double", s as "s__text", f as "f__boolean"'
        connection.execute(f"create view judged as select *, {columns} from t")
        yield connection


def test_rendering_keeps_the_meaning_of_400_random_conditions(connection):
    rng = random.Random(20260302)
    names = EventNames({"a": "double", "b": "double", "s": "text", "f": "boolean"})
    for _ in range(400):
        written = random_condition(rng)
        node = parse_condition(written, names)
        rendered = compile_condition(written, names)
        same = connection.execute(f"select ({written}), ({rendered}) from judged").fetchall()
        assert all(one == other for one, other in same), (written, rendered)
        # What is shown to people reads back as the same tree.
        assert parse_condition(plain(node), names) == node, (written, plain(node))


def test_division_by_nothing_is_unknown_and_not_infinite(connection):
    names = EventNames({"a": "double", "b": "double"})
    sql = compile_condition("b / a > 1", names)
    assert connection.execute(f"select {sql} from judged where a = 0").fetchall() == [(None,)]
