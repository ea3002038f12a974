"""What training changed, out of the models of the run under way: read for the estimates, and kept for good.

As with forecasts, what was kept by a run that published nothing is taken back by the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from orchestration.effects.panel import BROKEN_SHARE, NEVER, Lot, Panel, Question, satisfied_share
from orchestration.effects.results import METHOD, Answer, Interval
from orchestration.loading.marts import attached_marts
from orchestration.loading.session import Session

MOST_WEEKS = 60
MOST_PEOPLE = 5_000
"""On either side of a question, chosen by a hash of their numbers: more make it slower and hardly surer."""

_UNPUBLISHED = "run_id not in (select publication_id from raw.publication)"
# A rule about being trained is kept by being trained: that is no effect. Of bands and of calibration a broken share
# says nothing, for both sides can be wrong; whether they are satisfied does.
_QUESTIONS = """
    with newest as (
        select tool_id, rule_id, max_by(kind, version) as kind, max(version) as version from raw.rule_book group by all
    ),
    finals as (
        select tool_id, max(week_start) as last_week, any_value(window_weeks) as window_weeks
        from intermediate.int_tool_windows where not is_provisional group by all
    )
    select
        completed.tool_id, completed.rule_id, completed.module, finals.window_weeks, finals.last_week,
        newest.kind not in ('share', 'calibrated') as has_broken_share
    from intermediate.int_module_completions as completed
    inner join newest on newest.tool_id = completed.tool_id and newest.rule_id = completed.rule_id
        and newest.version = completed.version
    inner join finals on finals.tool_id = completed.tool_id
    where newest.kind <> 'trained'
    group by all
    order by all
"""
_LOTS = """
    select distinct entry.plan_id from raw.training_plan_entry as entry
    where entry.tool_id = $tool and entry.rule_id = $rule and entry.is_drawn order by 1
"""
_DRAWN = """
    select person.person_no, entry.arm = 'train' as is_to_train,
        date_trunc('week', plan.made_at)::date as made, date_trunc('week', plan.due_date)::date as due
    from raw.training_plan_entry as entry
    inner join raw.training_plan as plan using (plan_id)
    inner join raw.person as person using (person_key)
    where entry.plan_id = $plan and entry.tool_id = $tool and entry.rule_id = $rule and entry.is_drawn
    order by person_no
"""
# Verdicts are of the marts: below them only the weeks are kept that the last run has rebuilt.
_COUNTS = {
    "broken_share": """
        select person_no, obligation_week as week_start, sum(broken) as counted, sum(judged) as cases
        from intermediate.int_rule_weeks
        where rule_no in (select rule_no from raw.rule_book where tool_id = $tool and rule_id = $rule) and judged > 0
        group by all
    """,
    "satisfied_share": """
        select person.person_no, judged.week_start, count(*) filter (judged.verdict = 'satisfied') as counted,
            count(*) as cases
        from marts.fct_rule_week as judged inner join raw.person as person using (person_key)
        where judged.tool_id = $tool and judged.rule_id = $rule
            and judged.verdict in ('satisfied', 'violated', 'unproven')
        group by all
    """,
}
_PANEL = """
    with counts as ({counts}),
    recent as (select * from counts where week_start between $first_week and $last_week),
    trained as (
        select person_no, min(completed_week) as trained_week from intermediate.int_module_completions
        where tool_id = $tool and rule_id = $rule group by all
    ),
    people as (
        select
            person_no, trained_week,
            row_number() over (
                partition by trained_week is null
                order by list_contains($wanted, person_no) desc, hash(person_no), person_no
            ) as place
        from (select distinct person_no from recent) left join trained using (person_no)
    )
    select recent.person_no, recent.week_start, recent.counted::double as counted, recent.cases::double as cases,
        people.trained_week
    from recent inner join people using (person_no)
    where place <= $most
    order by person_no, week_start
"""
_HELD = """
    select tool_id, rule_id, measure, design, plan_id, inputs_hash, effect_no
    from raw.training_effect inner join raw.training_effect_current using (effect_no)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it is answered from."""

    question: Question
    panel: Panel
    lot: Lot | None
    inputs_hash: str


Key = tuple[str, str, str, str, str | None]


def key_of(question: Question) -> Key:
    return question.tool_id, question.rule_id, question.measure, question.design, question.plan_id


def take_back(session: Session) -> None:
    """Forget what was kept by runs that published nothing, this one included: its step may be tried again."""
    unseen = f"select effect_no from raw.training_effect where {_UNPUBLISHED}"
    with session.transaction():
        session.run(f"delete from raw.training_effect_week where effect_no in ({unseen})")
        session.run(f"delete from raw.training_effect where {_UNPUBLISHED}")


def asked(session: Session) -> Iterator[Asked]:
    """Each rule whose module somebody has completed, by each measure and design: one at a time, for they are large."""
    for tool, rule, module, window_weeks, last_week, has_broken_share in session.rows(_QUESTIONS):
        plans = [plan for (plan,) in _named(session, _LOTS, tool=tool, rule=rule)]
        terms = {"broken_share": BROKEN_SHARE} if has_broken_share else {}
        terms["satisfied_share"] = satisfied_share(window_weeks)
        for measure, own in terms.items():
            yield _asked(session, Question(tool, rule, module, measure, "matched", own), last_week)
            for plan in plans:
                yield _asked(session, Question(tool, rule, module, measure, "hold_out", own, plan), last_week)


def held(session: Session) -> dict[Key, tuple[str, int]]:
    """The effects that hold now: inputs_hash and effect_no by question."""
    return {row[:5]: (row[5], row[6]) for row in session.rows(_HELD)}


def keep(session: Session, made: Sequence[tuple[str, Answer]], still_hold: Iterable[int]) -> None:
    """Add answers, each with the hash of its inputs, to all that were ever made; these and the named ones hold."""
    first = int(session.value("select coalesce(max(effect_no), 0) + 1 from raw.training_effect"))
    run_id, made_at = session.rows("select run_id, started_at from raw.run")[0]
    numbered = list(enumerate(made, start=first))
    stamp = {"run_id": run_id, "made_at": made_at}
    with session.transaction():
        _insert(session, "training_effect", [_head(no, digest, one) | stamp for no, (digest, one) in numbered])
        _insert(session, "training_effect_week", [row for no, (_, one) in numbered for row in _weeks(no, one)])
        session.run("delete from raw.training_effect_current")
        current = [*still_hold, *(number for number, _ in numbered)]
        _insert(session, "training_effect_current", [{"effect_no": number} for number in current])


def _asked(session: Session, question: Question, last_week: date) -> Asked:
    scope = {"tool": question.tool_id, "rule": question.rule_id}
    drawn = _named(session, _DRAWN, **scope, plan=question.plan_id) if question.plan_id else []
    monday = last_week - timedelta(weeks=MOST_WEEKS - 1)
    sql = _PANEL.format(counts=_COUNTS[question.measure])
    wanted = [person for person, *_ in drawn]
    bounds = {"first_week": monday, "last_week": last_week, "most": MOST_PEOPLE, "wanted": wanted}
    with attached_marts(session):
        people, panel = _panel(_columns(session, sql, **scope, **bounds), monday)
    lot = _lot(people, monday, drawn) if drawn else None
    return Asked(question, panel, lot, _digest(question, panel, lot))


def _panel(columns: Mapping[str, Any], monday: date) -> tuple[Any, Panel]:
    """The people, in order, and their panel."""
    people, first, row = np.unique(columns["person_no"], return_index=True, return_inverse=True)
    column = _weeks_since(columns["week_start"], monday)
    counted, cases = (np.zeros((len(people), MOST_WEEKS)) for _ in range(2))
    counted[row, column], cases[row, column] = columns["counted"], columns["cases"]
    trained = np.ma.asarray(columns["trained_week"])[first]
    weeks = np.where(np.ma.getmaskarray(trained), NEVER, _weeks_since(np.ma.getdata(trained), monday))
    return people, Panel(monday, counted, cases, weeks.astype(np.int64))


def _weeks_since(days: Any, monday: date) -> Any:
    return (np.asarray(days, dtype="datetime64[D]") - np.datetime64(monday)).astype(np.int64) // 7


def _lot(people: Any, monday: date, drawn: Sequence[tuple[Any, ...]]) -> Lot:
    """Who was drawn, of the people in the panel; who has no case at all is not among them."""
    arms = {person: is_to_train for person, is_to_train, *_ in drawn}
    made, due = ((day - monday).days // 7 for day in drawn[0][2:])
    listed = [arms.get(person) for person in people.tolist()]
    is_drawn = np.array([arm is not None for arm in listed], dtype=np.bool_)
    return Lot(made, due, is_drawn, np.array([bool(arm) for arm in listed], dtype=np.bool_))


def _digest(question: Question, panel: Panel, lot: Lot | None) -> str:
    text = f"{METHOD} {question} {panel.monday} {(lot.made, lot.due) if lot else None}"
    digest = hashlib.sha256(text.encode())
    for table in (panel.counted, panel.cases, panel.trained_week, *((lot.is_drawn, lot.is_to_train) if lot else ())):
        digest.update(np.ascontiguousarray(table).tobytes())
    return digest.hexdigest()[:32]


def _head(number: int, digest: str, answer: Answer) -> dict[str, Any]:
    question, completed = answer.question, answer.completed or (None, None)
    return {
        "effect_no": number,
        "tool_id": question.tool_id,
        "rule_id": question.rule_id,
        "module": question.module,
        "measure": question.measure,
        "design": question.design,
        "plan_id": question.plan_id,
        "inputs_hash": digest,
        "refusal": answer.refusal,
        "trained_people": answer.trained_people,
        "comparison_people": answer.comparison_people,
        "left_out_people": answer.left_out_people,
        "trained_before": answer.trained_before,
        **_interval(answer.effect, "estimate", ""),
        "placebo_refusal": answer.placebo_refusal,
        **_interval(answer.placebo, "placebo_estimate", "placebo_"),
        "completed_from": completed[0],
        "completed_to": completed[1],
        "weeks_after": answer.weeks_after,
    }


def _interval(found: Interval | None, name: str, prefix: str) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys((name, f"{prefix}low", f"{prefix}high"))
    return {name: found.estimate, f"{prefix}low": found.low, f"{prefix}high": found.high}


def _weeks(number: int, answer: Answer) -> Iterator[dict[str, Any]]:
    for week in answer.weeks:
        yield {
            "effect_no": number,
            "event_week": week.event_week,
            "trained_people": week.trained_people,
            "comparison_people": week.comparison_people,
            "trained_level": week.trained_level,
            "comparison_level": week.comparison_level,
            **_interval(week.difference, "difference", ""),
        }


def _named(session: Session, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return session.connection.execute(sql, parameters).fetchall()


def _columns(session: Session, sql: str, **parameters: Any) -> Mapping[str, Any]:
    return session.connection.execute(sql, parameters).fetchnumpy()


def _insert(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    session.connection.register("batch", pa.Table.from_pylist([dict(row) for row in rows]))
    session.run(f"insert into raw.{table} by name select * from batch")
    session.connection.unregister("batch")
