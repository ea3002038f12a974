"""2,000 hostile conditions: each is refused, or it is an inert truth value over one row."""

# ruff: noqa: E501 - one screen of fragments shows what is tried

import itertools
import random
import re

import duckdb
import jinja2
import pytest

from orchestration.rules.columns import PERSON, STANDARD, EventNames
from orchestration.rules.conditions import compile_condition, compile_person_condition
from orchestration.rules.faults import LanguageError
from orchestration.rules.selectors import parse_selector
from orchestration.rules.vocabulary import Vocabulary

ATTRIBUTES = {"amount": "double", "pages": "integer", "claim_id": "text", "urgent": "boolean", "due": "date"}
NAMES = EventNames(ATTRIBUTES)

FRAGMENTS = [
    "--", "-- x\n", "/*", "*/", "/**/", "#", "//", ";", ";;", "; drop table secrets; --", "' ; drop table secrets; --",
    "''", "'", '"', "`", "\\", "\\'", "$1", "$$x$$", "$tag$x$tag$", "?", ":name", "@x", "%s", "{{ 1 }}", "{% raw %}",
    "{# x #}", "{{ run_query('drop table secrets') }}", "{{", "}}", "::int", "::text", "::json", "cast(amount as int)",
    "try_cast(claim_id as int)", "(select 1)", "(select value from secrets)", "exists (select 1)", "select", "from secrets",
    "in (select value from secrets)", "union all select value from secrets", "= any (select value from secrets)",
    "current_user", "current_date", "now()", "version()", "read_csv('/etc/passwd')", "read_text('/etc/passwd')",
    "glob('*')", "getenv('HOME')", "pg_sleep(10)", "sleep(10)", "lower(claim_id)", "length(claim_id)", "count(*)",
    "sum(amount) over ()", "row_number() over ()", "unnest([1])", "list_value(1)", "[1, 2]", "{'a': 1}", "struct_pack(a := 1)",
    "amount.x", "t.amount", "secrets.value", "main.secrets.value", "\"value\"", "value", "rowid", "*", "t.*", "columns(*)",
    "case when 1=1 then true end", "if(true, 1, 2)", "iff(1,2,3)", "like '%'", "ilike '%'", "similar to 'x'", "~ 'x'",
    "regexp_matches(claim_id, '(a+)+$')", "collate nocase", "escape '\\'", "is distinct from 1", "is true", "isnull",
    "interval 1 day", "date '2024-01-01'", "timestamp '2024-01-01'", "x'41'", "b'01'", "e'\\x41'", "n'x'", "r'x'", "u&'\\0041'",
    "0x41", "1_000", "1e999", "1e-999", "1..2", "1.2.3", "99999999999999999999999", "nan", "inf", "'nan'", "-9223372036854775808",
    "||", "|", "&", "^", "%", "**", "<<", ">>", "->", "->>", "@>", "!", "!~", ":=", "=>", "<=>", "===", "<>=", "..", ",", ",,",
    "and", "or", "not", "in", "between", "null", "true", "where", "order by 1", "group by 1", "limit 1", "having true", "as x",
    "lambda x: x", "x -> x", "create table x (a int)", "attach 'x'", "copy t to 'x'", "pragma x", "set x = 1", "install httpfs",
    "\u00a0", "\u200b", "\u2028", "\ufeff", "\u202e", "\x00", "\x08", "\x1a", "\x7f", "\uff07", "\u2019", "\u02bc", "\u037e",
    "\uff1b", "\uff08select 1\uff09", "\u0430mount", "am\u200bount", "\uff11", "\u0661", "\u212a", "\U0001f4a9", "e\u0301", "\ud7ff",
    "((", "))", ")(", "()", "(,)", "( )", "'a' 'b'", "'a'\n'b'", "all (1)", "some (1)", "row(1, 2)", "(1, 2) = (1, 2)", "*/ -- /*",
]  # fmt: skip
TEMPLATES = [
    "{}", "amount > {}", "{} > 1", "amount > 1 {}", "amount > 1 and {}", "{} and urgent", "not {}", "({})", "claim_id = '{}'",
    "claim_id = {}", "claim_id in ({})", "claim_id in ('a', {})", "amount between 1 and {}", "coalesce({}, 1) > 0",
    "amount + {} > 1", "{} is null", "{}({})",
]  # fmt: skip
VALID = [
    "amount >= 10000 and decision = 'approve'",
    "not (pages in (1, 2, 3) or claim_id is null)",
    "coalesce(confidence, 0) * 100 between 20 and 80.5",
    "greatest(amount, pages) / dwell_ms > 2 or due > '2024-01-01'",
]
WORDS = [
    "select",
    "from",
    "exists",
    "cast",
    "all",
    "any",
    "case",
    "end",
    "default",
    "current_user",
    "table",
    "into",
    "set",
]


def spliced(rng):
    """A valid condition with something hostile at some place in it, or in place of some of it."""
    text = rng.choice(VALID)
    start = rng.randrange(len(text) + 1)
    end = rng.choice([start, start, min(len(text), start + rng.randint(1, 6))])
    return text[:start] + rng.choice(["", " "]) + rng.choice(FRAGMENTS) + rng.choice(["", " "]) + text[end:]


def shuffled(rng):
    parts = [
        *FRAGMENTS,
        *WORDS,
        *ATTRIBUTES,
        *STANDARD,
        "1",
        "'a'",
        "(",
        ")",
        "=",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
    ]
    return rng.choice(["", " "]).join(rng.choices(parts, k=rng.randint(1, 12)))


def deep(rng):
    depth = rng.choice([40, 49, 50, 51, 60, 1_000, 3_000])
    return rng.choice(
        ["(" * depth + "urgent" + ")" * depth, "not " * depth + "urgent", "- " * depth + "1 = 1", "(" * depth,
         "coalesce(" * depth + "amount" + ", 1)" * depth + " > 0", "urgent" + " and urgent" * depth,
         "1" + " + 1" * depth + " > amount", "claim_id in (" + "'a', " * depth + "'b')"]
    )  # fmt: skip


def hostile_conditions():
    rng = random.Random(20260302)
    found = {template.replace("{}", fragment) for template, fragment in itertools.product(TEMPLATES, FRAGMENTS)}
    found |= {f"{word} = 1" for word in WORDS} | {deep(rng) for _ in range(40)}
    while len(found) < 4_000:
        found.add(spliced(rng) if rng.random() < 0.6 else shuffled(rng))
    return sorted(found)


@pytest.fixture(scope="module")
def conditions():
    found = hostile_conditions()
    assert len(found) >= 2_000
    return found


@pytest.fixture
def connection():
    kinds = {"text": "varchar", "double": "double", "integer": "bigint", "boolean": "boolean", "date": "date"}
    columns = [f"{name} {kinds[kind]}" for name, kind in STANDARD.items()]
    columns += [f'"{name}__{kind}" {kinds[kind]}' for name, kind in ATTRIBUTES.items()]
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.execute(f"create table t ({', '.join(columns)})")
        connection.execute("create table secrets as select 's3cret' as value")
        connection.execute(
            "insert into t (event_name, claim_id__text, amount__double) values ('decide', 'c1', 1e308), (null, null, null)"
        )
        connection.execute("set lock_configuration = true")
        yield connection


def assert_inert(connection, sql):
    """One truth value per row, whatever the condition says."""
    cursor = connection.execute(f"select {sql} as is_met, event_name from t")
    assert str(cursor.description[0][1]) in ("BOOLEAN", "bool")
    assert [row[1] for row in cursor.fetchall()] == ["decide", None]


def without_literals(sql):
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def test_a_hostile_condition_is_refused_or_inert(conditions, connection):
    refused = 0
    for condition in conditions:
        try:
            sql = compile_condition(condition, NAMES)
        except LanguageError as error:
            refused += 1
            assert 0 <= error.offset <= len(condition)
            assert error.what
            assert error.mend
            continue
        assert_inert(connection, sql)
        bare = without_literals(sql)
        assert bare.isascii() and not re.search(r"--|/\*|;|::|\$|\?|\{|\\|`|\bselect\b|\bsecrets\b", bare), (
            condition,
            sql,
        )
    assert refused > len(conditions) * 0.8
    assert refused < len(conditions)
    assert connection.execute("select value from secrets").fetchall() == [("s3cret",)]


def test_a_hostile_condition_on_people_is_refused_or_inert(conditions):
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.execute("create table t (department varchar, team varchar, location varchar, role varchar, fte double,"
                           " attributes json, event_name varchar)")  # fmt: skip
        connection.execute(
            "insert into t (event_name, attributes) values ('decide', '{\"grade\": \"a\"}'), (null, null)"
        )
        for condition in conditions:
            for text in (condition, condition.replace("amount", "fte").replace("claim_id", "department")):
                try:
                    sql = compile_person_condition(text)
                except LanguageError:
                    continue
                assert_inert(connection, sql)
                assert set(re.findall(r"[a-z_]+", without_literals(sql))) <= {
                    *PERSON, "attributes", "json_extract_string", "and", "or", "not", "in", "is", "null", "between", "true",
                    "false", "coalesce", "greatest", "least", "nullif", "e",
                }  # fmt: skip


def test_a_hostile_selector_is_refused_or_inert(conditions, connection):
    vocabulary = Vocabulary(frozenset({"decide"}), ATTRIBUTES)
    for condition in conditions[::4]:
        for written in (condition, f"decide where {condition}", f"decide, {condition}", ["decide", condition]):
            try:
                sql = parse_selector(written, vocabulary).sql()
            except LanguageError:
                continue
            assert_inert(connection, sql)
            assert connection.execute(f"select count(*) from t where ({sql}) is null").fetchall() == [(0,)]


def test_event_names_of_an_open_log_are_data(conditions, connection):
    for condition in conditions[::2]:
        try:
            selector = parse_selector(condition, Vocabulary(attributes=ATTRIBUTES, is_open=True))
        except LanguageError:
            continue
        assert_inert(connection, selector.sql())


@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{% if true %}x{% endif %}", "{# gone #}", "}}", "a{{'b'}}", "\\", "%s", "$1", "--"]
)
def test_a_template_in_a_text_is_kept_as_data(text, connection):
    written = f"claim_id = '{text.replace(chr(39), chr(39) * 2)}'"
    sql = compile_condition(written, NAMES)
    # dbt inserts rendered conditions as values of a template, so they are not rendered again.
    rendered = jinja2.Environment().from_string("select {{ sql }} from t").render(sql=sql)
    assert rendered == f"select {sql} from t"
    connection.execute("update t set claim_id__text = $1", [text])
    assert connection.execute(rendered).fetchall() == [(True,), (True,)]


def test_what_a_condition_compares_with_comes_back_unchanged(connection):
    for text in ("it's", "''", "a\nb", "\u202e\U0001f4a9", "C:\\x", "NA", "null", "; drop table t; --"):
        sql = compile_condition(f"claim_id = '{text.replace(chr(39), chr(39) * 2)}'", NAMES)
        assert connection.execute(
            f"select count(*) from (select $1 as claim_id__text) where {sql}", [text]
        ).fetchone() == (1,)
