"""Thousands of hostile conditions: each is refused, or it is an inert truth value over one row."""

import re

import duckdb
import jinja2
import pytest
import sqlglot
from hostile import ATTRIBUTES, RESERVED_WORDS, hostile_conditions
from sqlglot import exp

from orchestration.rules.columns import PERSON, STANDARD, EventNames, is_name
from orchestration.rules.conditions import compile_condition, compile_person_condition
from orchestration.rules.faults import LanguageError
from orchestration.rules.selectors import parse_selector
from orchestration.rules.vocabulary import Vocabulary

NAMES = EventNames(ATTRIBUTES)


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
            "insert into t (event_name, claim_id__text, amount__double)"
            " values ('decide', 'c1', 1e308), (null, null, null)"
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
        connection.execute(
            "create table t (department varchar, team varchar, location varchar, role varchar, fte double,"
            " attributes json, event_name varchar)"
        )
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
                    *PERSON, "attributes", "json_extract_string", "and", "or", "not", "in", "is", "null", "between",
                    "true", "false", "coalesce", "greatest", "least", "nullif", "e",
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


CLASSES = {
    "comments": r"--|/\*|#|//",
    "casts": r"::|cast\(|convert\(",
    "functions": r"\b(?!coalesce|greatest|least)\w+\([^()]*\)",
    "subqueries": r"\(\s*(select|values|table|from)\b|exists",
    "homoglyphs": "[\u0430\u03bf\u043e\u212a\u017f\u0131]",
    "zero width": "[\u200b-\u200d\u2060\ufeff\u00ad\u034f]",
    "right to left": "[\u200e\u200f\u202e\u2066-\u2069\u061c]",
    "full width": "[\uff01-\uff5e]",
    "nested deeply": r"(\(\s*){40}|(not ){40}|(- ){40}|(coalesce\(){40}",
    "reserved words": r"\b(select|union|table|order|group|lateral|create|drop)\b",
    "quotes": "[\"'`\u2018\u2019\u201c\u201d\u00b4\u2032]",
    "templates and variables": r"\{\{|\{%|\$\{",
}


@pytest.mark.parametrize("name", CLASSES)
def test_every_kind_of_hostility_is_tried(conditions, name):
    assert sum(re.search(CLASSES[name], one, re.IGNORECASE) is not None for one in conditions) >= 20


# All that a rendered condition may consist of, for DuckDB and for Spark alike. A date is a cast of a literal.
PERMITTED = (
    exp.Select, exp.From, exp.Table, exp.Alias, exp.Paren, exp.Column, exp.Identifier, exp.Literal, exp.Boolean,
    exp.Null, exp.And, exp.Or, exp.Not, exp.Neg, exp.In, exp.Between, exp.Is, exp.EQ, exp.NEQ, exp.LT,
    exp.LTE, exp.GT, exp.GTE, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Coalesce, exp.Greatest, exp.Least, exp.Nullif,
    exp.Cast, exp.TryCast, exp.DataType,
)  # fmt: skip


def assert_only_permitted(sql, dialect):
    """One select of one truth value: known columns, plain values, nothing called or read besides."""
    (tree,) = sqlglot.parse(f"select {sql} as is_met from t", dialect=dialect)
    assert isinstance(tree, exp.Select)
    assert {type(node) for node in tree.walk()} <= set(PERMITTED), sql
    assert [table.name for table in tree.find_all(exp.Table)] == ["t"]
    columns = {column.name for column in tree.find_all(exp.Column)}
    assert columns <= {*STANDARD, *(f"{name}__{kind}" for name, kind in ATTRIBUTES.items())}
    assert {str(one.to).lower() for one in tree.find_all(exp.Cast)} <= {"double", "date", "timestamp"}


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_what_is_rendered_parses_and_holds_nothing_but_the_language(conditions, dialect):
    rendered = 0
    for condition in conditions:
        try:
            sql = compile_condition(condition, NAMES, dialect)
        except LanguageError:
            continue
        rendered += 1
        assert_only_permitted(sql, dialect)
    assert rendered > 100


def spark_value(literal):
    """What Spark makes of a text literal: a backslash leaves the next character as it is."""
    inner = literal[1:-1]
    assert literal == f"'{inner}'"
    assert "'" not in re.sub(r"\\.", "", inner, flags=re.DOTALL)
    return re.sub(r"\\([\\'{])", r"\1", inner)


SPARK_TEXTS = [
    "it's",
    "\\",
    "\\'",
    "a\\nb",
    "\\u0027",
    "a\nb",
    "${env:HOME}",
    "$${x}",
    "$\\{x}",
    "\u202e",
    "; drop table t; --",
    "%s",
]


@pytest.mark.parametrize("text", SPARK_TEXTS)
def test_a_text_reaches_spark_as_it_was_written(text):
    sql = compile_condition(f"claim_id = '{text.replace(chr(39), chr(39) * 2)}'", NAMES, "spark")
    literal = sql.removeprefix("(`claim_id__text` = ").removesuffix(")")
    assert spark_value(literal) == text
    assert "${" not in literal  # Spark puts variables in before it parses, in texts too


def test_a_text_survives_the_backslashes_of_spark_in_event_names_too():
    selector = parse_selector("'C:\\'", Vocabulary(is_open=True))
    assert selector.sql("spark") == "coalesce((event_name in ('C:\\\\')), false)"


def test_attributes_may_have_the_names_of_sql_words():
    names = [word for word in RESERVED_WORDS if is_name(word)]
    assert len(names) > 200
    known = EventNames({name: "double" for name in names if EventNames.is_free(name)})
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}__double" double' for name in known.attributes)
        connection.execute(f"create table t ({columns}, event_name varchar)")
        connection.execute("insert into t (event_name) values ('decide'), (null)")
        for name in known.attributes:
            assert_inert(connection, compile_condition(f"{name} > 1", known))
            (tree,) = sqlglot.parse(f"select {compile_condition(f'{name} > 1', known, 'spark')}", dialect="spark")
            assert [column.name for column in tree.find_all(exp.Column)] == [f"{name}__double"]
