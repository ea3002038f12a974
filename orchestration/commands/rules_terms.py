"""The parts of the language page that hold for all kinds alike: conditions, examples, verdict, status, periods."""

from __future__ import annotations

import inspect
import re
import textwrap

from orchestration.explain import REASONS
from orchestration.parsed_project import PROJECT
from orchestration.registry.models import SourceSpec, Tool
from orchestration.registry.rule_models import Evidence
from orchestration.rules import examples
from orchestration.rules.columns import FUNCTIONS, KEYWORDS, MEASURES, STANDARD, EventNames
from orchestration.rules.conditions import parse_condition
from orchestration.rules.expressions import COMPARISONS
from orchestration.rules.faults import LanguageError
from orchestration.rules.lexing import MAX_DEPTH, MAX_LENGTH
from orchestration.way_back import Z

_STATUS_MACRO = PROJECT / "dbt_project" / "macros" / "rules" / "status.sql"
_ATTRIBUTES = {"amount": "double", "claim_id": "text"}
_REFUSED = (
    "confidance > 0.5",
    "decision = accepted",
    "amount > '10000'",
    "amount::int > 1",
    "lower(claim_id) = 'c1'",
    "claim_id like 'c%'",
    "amount > (select 1)",
    "amount > 1 -- large",
    'claim_id = "c1"',
    "amount > 1; drop table x",
    "\u0430mount > 1",
    "user_id = 'ann'",
)
_SELECTORS = """
## Selectors and conditions

A selector is `event[, event] [where <condition>]`, or a list of such; an event matches when any of the list does. A
name that contains a comma or `where` is written in single quotes. Names stand in `catalogue.events`; attributes in
`catalogue.attributes`, or they are [columns of every event](#columns).

A condition is a boolean expression:

| | |
|---|---|
| values | attributes without quotes, numbers, texts in single quotes (`'it''s'`), `true`, `false`; times as texts |
| comparisons | {comparisons}, `in (...)`, `between ... and ...`, `is null`, `is not null` |
| connectives | `and`, `or`, `not`, parentheses (at most {depth} deep; at most {length:,} characters in all) |
| arithmetic | `+` `-` `*` `/`; a division by zero is null |
| functions | {functions}: no others |

Null compares as in SQL: the comparison is null. An event for which a selector comes to null is not selected; a `must`
that comes to null is unknown. All numbers are doubles. Reserved are {keywords}.

Everything else is refused at its character, with what to write instead. The text of a condition never reaches SQL: what
is rendered, for DuckDB and for Spark, is the checked tree.

| condition | what `takeup check` says |
|---|---|
{refused}"""
_EXAMPLES = """
## Examples

Every rule carries little logs as its tests: at least one that it keeps and one that breaks it. They are of no date, so
`effective` does not touch them.

```
{lines}
```

{prose}

What `expect` leaves out may be anything. `takeup rules test` also changes the rule in every way in which it could have
been meant (a condition dropped, another deadline, a bound moved by one) and names each change that no example notices.
"""
_ORDER = """
## Order in time

The order is that of time, and of the sequence number where the source gives one. Events that are equal in both are
concurrent, and **concurrency never convicts**: `followed_by` and `preceded_by` accept a concurrent event, while only a
strictly later one breaks `not_followed_by`. Where `each` and its target name the same event, or with `immediately`, the
order is strict. The order of lines in a file means nothing.

- `within` is needed on every sequence kind: no deadline, no verdict.
- `same` names attributes that both events share; where one of them is null, nothing is asked. `other_user` looks at all
  candidates, not at the nearest one.
- `immediately` is the very next (or previous) event of the same person and the same `same`, whatever its name.

## Outcomes

| outcome | when | counts |
|---|---|---|
| kept | as the kind says | yes |
| broken | otherwise, once nothing can change it | yes |
| pending | the deadline lies after the watermark and nothing was found yet | no |
| unknown | a look back begins before the log does and finds nothing; a value that decides is missing | no |
| excused | it would be broken, and an outage of the tool overlaps the time it had; kept stays kept | no |

The watermark of a tool is how far its data reach: the least, over its sources, of the newest record. Never the clock.
An obligation belongs to the period, and to the version of the rule, of the event that called for it.
"""
_VERDICT = """
## Verdict

On a person, a rule and a window; n is the number of kept and broken obligations. The first line that holds decides.

1. n = 0: `pending` if any obligation is pending, else `not_triggered`. A rule that never fired proves nothing.
2. Severity blocker, and one is broken: `violated`.
3. n >= `evidence.incorrect`, one is broken, and the lower bound of broken / n lies above `tolerate`: `violated`.
4. n >= `evidence.correct`, and broken / n <= `tolerate`: `satisfied`.
5. Otherwise `unproven`.

A `share` is `violated` when n >= `evidence.incorrect` and its upper bound lies below `min` or its lower bound above
`max`; `satisfied` when n >= `evidence.correct` and it lies from `min` to `max`. `calibrated` does the same with the
difference of the two rates: `violated` when its upper bound (Newcombe) lies below `gap`, `satisfied` when it is at
least `gap`.

Bounds are those of the one-sided 90 % Wilson interval (z = {z}); defaults are {incorrect} obligations for
`evidence.incorrect` and {correct} for `evidence.correct`. Why an interval: with `tolerate: 10%`, somebody with 5 %
slips is falsely called incorrect 23 % of the time at n = 5 by the plain rate, and 2 % of the time with this rule.
"""
_STATUS = """
## Status of a person

For a tool and a week. The first line that holds decides; the order is the policy.

| | status | reason | in words |
|---|---|---|---|
{rows}

`no_opportunity`, `tried`, `lapsed` and `never` are for people below `min_uses`; a proven breach of a blocker counts
even there. `correct_user` needs a major or blocker rule satisfied: a tool without rules has no correct users, and
`takeup check` says so. A `rollup` in tools.yml may fold `unproven` into a class; it is then printed beside every
figure.
"""
_PERIODS = """
## Periods

Weeks are ISO weeks in the company's time zone (`timezone` in calendar.yml). A week is judged over the `window_weeks`
that end with it, never before `live_from`, and is provisional until the watermark has passed its end by the longest
`within` of the rules and `late_days` are over. Per tool, in tools.yml:

| key | default | meaning |
|---|---|---|
{rows}
"""
_VERSIONS = """
## Versions

What a rule means has a number, `version`, and a hash that leaves out prose, owner, module and examples. A meaning that
changes under an old number is an error of `takeup check`. Several versions of a rule may stand in one file as long as
their `effective` days do not overlap; each judges the obligations of its own days. A `version` raised in place, without
dates, takes over on the day of the run that first sees it, and `takeup rules restate RULE --from DATE` lets it judge
earlier days too.
"""
_MEASURES = """
## Measures of daily counts

Sources that only report counts per person and day feed `share` and `cadence`, where `of` and `among` name measures:
{measures}. Further ones are declared in `catalogue.measures`. The other kinds refuse such a source.

## Columns

Conditions may name these of every event, without declaring them:

| column | type |
|---|---|
{columns}
| `dwell_s` | double: `dwell_ms` in seconds |
"""


def terms() -> str:
    """Everything after the kinds."""
    return _selectors() + _examples() + _ORDER + _verdict() + _status() + _periods() + _VERSIONS + _columns()


def _selectors() -> str:
    return _SELECTORS.format(
        comparisons=" ".join(f"`{one}`" for one in COMPARISONS),
        depth=MAX_DEPTH,
        length=MAX_LENGTH,
        functions=", ".join(f"`{one}`" for one in sorted(FUNCTIONS)),
        keywords=", ".join(f"`{one}`" for one in sorted({*KEYWORDS, *FUNCTIONS, "where"})),
        refused="".join(f"| `{_cell(one)}` | {_cell(complaint(one))} |\n" for one in _REFUSED),
    )


def complaint(condition: str) -> str:
    """What the parser says of a condition that it refuses."""
    try:
        parse_condition(condition, EventNames(_ATTRIBUTES))
    except LanguageError as error:
        return str(error)
    raise AssertionError(f"{condition!r} is permitted")


def _examples() -> str:
    """The syntax as its reader states it."""
    _, lines, prose = re.split(r"\n\n(?=    |Who)", inspect.getdoc(examples) or "")
    return _EXAMPLES.format(lines=textwrap.dedent(lines), prose=prose)


def _verdict() -> str:
    evidence = Evidence()
    return _VERDICT.format(z=Z, incorrect=evidence.incorrect, correct=evidence.correct)


def branches() -> list[tuple[str, str]]:
    """(status, reason) in the order in which the macro tries them."""
    return re.findall(r"'(\w+): (\w+)'", _STATUS_MACRO.read_text(encoding="utf-8").split("{% macro", 1)[1])


def _status() -> str:
    rows = (
        f"| {number} | `{status}` | {reason} | {_cell(_said(reason))} |"
        for number, (status, reason) in enumerate(branches(), start=1)
    )
    return _STATUS.format(rows="\n".join(rows))


def _said(reason: str) -> str:
    """The reason as `takeup rules explain` puts it, with the names of the numbers in place of the numbers."""
    said = re.sub(r"(:|, first of them) \{first_violation_rule_id\}", "", REASONS[reason])
    return re.sub(r"\{(\w+)\}", r"`\1`", said.replace("{uses} times", "too few times"))


def _periods() -> str:
    keys = ("window_weeks", "min_uses", "min_available_days", "grace_days")
    fields = [(name, Tool.model_fields[name]) for name in keys]
    fields.append(("late_days", SourceSpec.model_fields["late_days"]))
    rows = (f"| `{name}` | {'' if one.default is None else one.default} | {one.description} |" for name, one in fields)
    return _PERIODS.format(rows="\n".join(rows))


def _columns() -> str:
    return _MEASURES.format(
        measures=", ".join(f"`{one}`" for one in MEASURES),
        columns="\n".join(f"| `{name}` | {kind} |" for name, kind in STANDARD.items()),
    )


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
