"""Hostile conditions: fragments of everything that SQL knows and the rule language does not, alone and within templates."""

# ruff: noqa: E501 - one screen of fragments shows what is tried

import itertools
import random
import re

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark

from orchestration.rules.columns import STANDARD

ATTRIBUTES = {"amount": "double", "pages": "integer", "claim_id": "text", "urgent": "boolean", "due": "date"}
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
    "\u200c", "\u200d", "\u2060", "\u00ad", "\u200e", "\u200f", "\u2066", "\u2067", "\u2069", "\u061c", "\u034f", "\u3000", "\u2029", "\x0b",
    "\x0c", "\x85", "\x1b[0m", "\uff41mount", "\uff1d", "\uff0d\uff0d", "\uff0f\uff0a", "\uff1a\uff1ain\uff54", "\uff33ELECT", "\u017felect 1",
    "\u0131n ('a')", "\u0130s null", "\u03bfr true", "n\u043et urgent", "am\u200dount", "amo\u00adunt", "\u202etnuoma", "\u2066amount\u2069",
    "\u2018a\u2019", "\u201ca\u201d", "\u00aba\u00bb", "\u00b4a\u00b4", "\u2032a\u2032", "`amount`", "``", "'a\\'", "'\\''", "\\u0027 or true", "'\\u0027'",
    "${env:HOME}", "'${env:HOME}'", "${system:user.name}", "'${spark.app.id}'", "reflect('java.lang.System', 'exit', 1)",
    "java_method('java.lang.System', 'getenv')", "input_file_name()", "from_json(claim_id, 'a int')", "transform(array(1), x -> x)",
    "lateral view explode(array(1))", "r'\\'", "amount rlike 'x'", "amount div 2", "amount % 2", "claim_id[0]", "!urgent", "amount <=> null",
    "cast(claim_id as boolean)", "safe_cast(amount as int)", "convert(int, amount)", "amount::decimal(38, 0)", "to_date(claim_id)",
    "(values (1))", "(table secrets)", "(from secrets)", "with x as (select 1) select 1", "not exists (from secrets)", "any_value(amount)",
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
# What DuckDB and Spark, as sqlglot knows them, take for words of their own.
RESERVED_WORDS = sorted(
    {
        word.lower()
        for dialect in (DuckDB, Spark)
        for word in dialect.tokenizer_class.KEYWORDS
        if re.fullmatch(r"[A-Za-z_]+", word)
    }
)


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
    found |= {f"{word} = 1" for word in {*WORDS, *RESERVED_WORDS}} | {deep(rng) for _ in range(40)}
    while len(found) < 8_000:
        found.add(spliced(rng) if rng.random() < 0.6 else shuffled(rng))
    return sorted(found)
