"""The faults of a drill: how each is planted in a copy of the warehouse, and in which tools it can be.

They are planted where loaders leave what they read, so that one drill serves every log format.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.alerts.baseline import Usual
from orchestration.alerts.facts import Day, ToolFacts
from orchestration.loading.observing import observe
from orchestration.loading.session import Session

WEEK = timedelta(days=7)
BROKEN = 200
_LINES = "lines_read, lines_loaded, lines_duplicate, lines_superseded, lines_quarantined, lines_blank"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `suits` orders tools by how well it shows in them, None: not at all; `plant` puts it in."""

    title: str
    suits: Callable[[ToolFacts], float | None]
    plant: Callable[[Session, ToolFacts], None]


def _last_day(facts: ToolFacts) -> Day | None:
    working = Usual(facts.days).working
    return working[-1] if working else None


def _usual_people(facts: ToolFacts) -> float | None:
    """How many people the last working day should have had; a tool that few use needs days to show anything."""
    last = _last_day(facts)
    expected = Usual(facts.days).expected(last, last.day) if last else None
    return expected if expected and expected >= 10 else None


def _steady(facts: ToolFacts) -> float | None:
    """How far four weeks with 30 % fewer people would stand out: a tool that still grows hides a drop."""
    usual = Usual(facts.days)
    window = usual.working[-20:]
    levels = [(day.people or 0, usual.expected(day, window[0].day) or 0.0) for day in window]
    expected = sum(level for _, level in levels)
    missing = expected - 0.7 * sum(people for people, _ in levels)
    return missing / expected**0.5 if len(window) == 20 and expected and missing > 0 else None


def _decisions(facts: ToolFacts) -> float | None:
    lately = sum(one.decisions or 0 for one in facts.days[-28:])
    return float(lately) if lately >= 200 else None


def _with_promise(criterion: str, cases: int = 0) -> Callable[[ToolFacts], float | None]:
    def suits(facts: ToolFacts) -> float | None:
        weeks = [one for one in facts.promises if one.criterion == criterion and one.promised is not None]
        return 1.0 if weeks and (weeks[-1].cases or 0) >= cases and weeks[-1].observed is not None else None

    return suits


def _budget_of_overrides(facts: ToolFacts) -> float | None:
    return _with_promise("error_budget", 30)(facts) if facts.error_measure == "overridden" else None


def _any_source(facts: ToolFacts) -> float | None:
    return 1.0 if any(one.age_hours is not None and one.deadline_hours for one in facts.sources) else None


def _owner_here(facts: ToolFacts) -> float | None:
    return 1.0 if facts.owner.is_on_roster else None


def _nobody(session: Session, facts: ToolFacts) -> None:
    last = _last_day(facts)
    _delete(session, facts, last.day if last else date.min, last.day if last else date.min, "true")


def _fewer(session: Session, facts: ToolFacts) -> None:
    """A third of the people stop, four weeks ago."""
    window = Usual(facts.days).working[-20:]
    _delete(session, facts, window[0].day, window[-1].day, "abs(hash(alias_no)) % 100 < 34")


def _far_fewer(session: Session, facts: ToolFacts) -> None:
    days = facts.days
    _delete(session, facts, days[-70:][0].day, days[-1].day, "abs(hash(alias_no)) % 100 < 90")


def _delete(session: Session, facts: ToolFacts, first: date, last: date, where: str) -> None:
    """Take out what people did on these days; services go on."""
    whose = f"tool_id = ? and actor_type <> 'service' and ({where})"
    session.run(
        f"delete from raw.usage_event where {whose} and cast(occurred_at as date) between ? and ?",
        [facts.tool_id, first, last],
    )
    session.run(
        f"delete from raw.usage_aggregate where {whose} and period_start between ? and ?", [facts.tool_id, first, last]
    )


def _late(session: Session, facts: ToolFacts) -> None:
    """The source stopped two days before its deadline."""
    source = next(one for one in facts.sources if one.age_hours is not None and one.deadline_hours)
    hours = (source.deadline_hours or 0) + 48
    since, which = "(select as_of from raw.run) - to_hours(?)", [source.source_id, int(hours)]
    session.run(f"delete from raw.usage_event where source_id = ? and occurred_at > {since}", which)
    session.run(f"delete from raw.usage_aggregate where source_id = ? and period_end > cast({since} as date)", which)


def _broken(session: Session, facts: ToolFacts) -> None:
    load_id = _file(session, facts, read=5 * BROKEN, loaded=4 * BROKEN, quarantined=BROKEN)
    sealed = session.vault.seal(b'{"drill": ')
    for line in range(1, BROKEN + 1):
        session.run(
            "insert into raw.quarantine values (?, ?, ?, 1, 'json', 'cut off (drill)', ?, ?, ?, 1)",
            [load_id, line, line * 10, sealed, facts.sources[0].source_id, uuid.uuid4()],
        )


def _again(session: Session, facts: ToolFacts) -> None:
    _file(session, facts, read=500, duplicate=500, status="duplicate_file")


def _file(
    session: Session,
    facts: ToolFacts,
    *,
    read: int,
    loaded: int = 0,
    duplicate: int = 0,
    quarantined: int = 0,
    status: str = "loaded",
) -> int:
    """A file in the ledger that came with this run; its number."""
    load_id = int(session.value("select max(load_id) + 1 from raw.load"))
    lines = [read, loaded, duplicate, quarantined]
    session.run(
        f"insert into raw.load (load_id, dataset, tool_id, source_id, format, path, fingerprint, bytes, modified_at, "
        f"loaded_at, status, {_LINES}) select ?, 'events', ?, ?, 'drill', 'inbox/drill', ?, 0, run.as_of, "
        "run.started_at, ?, ?, ?, ?, 0, ?, 0 from raw.run as run",
        [load_id, facts.tool_id, facts.sources[0].source_id, f"drill-{load_id}", status, *lines],
    )
    return load_id


def _unknown(session: Session, facts: ToolFacts) -> None:
    """Half of the last week's records are by accounts that nobody knows."""
    first = facts.days[-7].day if len(facts.days) >= 7 else date.min
    told = [one.day for one in facts.days if one.records is not None]
    first = told[-7] if len(told) >= 7 else first
    set_alias = "set alias_no = -abs(hash(alias_no, 'drill')::hugeint % 4611686018427387904)::bigint"
    where = "tool_id = ? and actor_type <> 'service' and abs(hash(alias_no)) % 2 = 0"
    session.run(
        f"update raw.usage_event {set_alias} where {where} and cast(occurred_at as date) >= ?", [facts.tool_id, first]
    )
    session.run(f"update raw.usage_aggregate {set_alias} where {where} and period_start >= ?", [facts.tool_id, first])


def _overridden(weeks: int, percent: int) -> Callable[[Session, ToolFacts], None]:
    """People override so many of what they accepted in the last weeks."""

    def plant(session: Session, facts: ToolFacts) -> None:
        told = [one.day for one in facts.days if one.decisions is not None]
        session.run(
            "update raw.usage_event set decision = 'overridden', final_value = null where tool_id = ? "
            "and decision in ('accepted', 'edited') and cast(occurred_at as date) > ? "
            f"and hash(event_no) % 100 < {percent}",
            [facts.tool_id, told[-1] - weeks * WEEK],
        )

    return plant


def _too_sure(session: Session, facts: ToolFacts) -> None:
    """It says 99 % and is right half of the time, for four weeks."""
    _overridden(5, 60)(session, facts)
    session.run(
        "update raw.usage_event set confidence = 0.99 where tool_id = ? and confidence is not null", [facts.tool_id]
    )


def _reshaped(session: Session, facts: ToolFacts) -> None:
    """For two weeks the log says no more how anybody decided; then a look as after a load."""
    told = [one.day for one in facts.days if one.decisions is not None]
    session.run(
        "update raw.usage_event set decision = null where tool_id = ? and cast(occurred_at as date) > ?",
        [facts.tool_id, told[-1] - 2 * WEEK],
    )
    session.run("delete from raw.observed where tool_id = ?", [facts.tool_id])
    observe(session, facts.tool_id)


def _leaves(session: Session, facts: ToolFacts) -> None:
    """The owner is not on the latest roster."""
    session.run(
        "update raw.person_span set valid_to = cast((select as_of from raw.run) as date) - 8 where valid_to >= "
        "cast((select as_of from raw.run) as date) - 8 and person_no in (select alias.person_no "
        "from raw.tool_contact as contact inner join raw.identity_alias as alias using (alias_no) "
        "where contact.tool_id = ? and contact.role = 'owner')",
        [facts.tool_id],
    )


FAULTS: Mapping[str, Fault] = {
    "zero-day": Fault("nobody uses it on its last working day", _usual_people, _nobody),
    "usage-drop": Fault("30 % fewer people for four weeks", _steady, _fewer),
    "late-source": Fault("a source stops", _any_source, _late),
    "schema-drift": Fault("a field that rules read is filled no more", _decisions, _reshaped),
    "quarantine": Fault("a fifth of the lines of a file are cut off", _any_source, _broken),
    "repeated-delivery": Fault("a file is delivered again", _any_source, _again),
    "unknown-people": Fault("half of the accounts are nobody's", _usual_people, _unknown),
    "override-surge": Fault("people override most recommendations", _decisions, _overridden(2, 70)),
    "error-budget": Fault("a week holds more errors than promised", _budget_of_overrides, _overridden(1, 80)),
    "calibration-gap": Fault("it is too sure of itself", _decisions, _too_sure),
    "retraining": Fault("a trigger of the policy is hit", _with_promise("override_share", 30), _overridden(1, 90)),
    "volume": Fault("it carries a tenth of what was promised", _with_promise("people_per_day"), _far_fewer),
    "ownership": Fault("the owner leaves", _owner_here, _leaves),
}
"""By the kind of alert that must come."""


def rounds(
    kinds: Sequence[str], facts: Sequence[ToolFacts], tool_id: str | None
) -> tuple[list[dict[str, str]], list[str]]:
    """(kind -> tool for each build of the models, kinds that no tool can show): no tool has two faults at once."""
    planned: list[dict[str, str]] = []
    impossible = []
    for kind in kinds:
        ranked = [(FAULTS[kind].suits(one), one.tool_id) for one in facts if tool_id in (None, one.tool_id)]
        fitting = [name for rank, name in sorted(((r, n) for r, n in ranked if r is not None), reverse=True)]
        if not fitting:
            impossible.append(kind)
            continue
        # A drop needs the tool that shows it best; any other fault takes the first that is free.
        choices = fitting[:1] if kind in ("usage-drop", "zero-day") else fitting
        for one in planned:
            free = [name for name in choices if name not in one.values()]
            if free:
                one[kind] = free[0]
                break
        else:
            planned.append({kind: choices[0]})
    return planned, impossible
