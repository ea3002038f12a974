"""From rosters and decisions to spans: who was on the roster when, and to whom an alias belonged when.

Both read the rosters through raw.known_roster, in which ids already stand for the people they were decided to be.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from orchestration.identity_decisions import WhoIsWho, standing
from orchestration.loading.session import Session

_KNOWN_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("person_no", pa.int64()),
    ("first_date", pa.date32()),
    ("last_date", pa.date32()),
    ("known_no", pa.int64()),
    ("known_key", pa.string()),
]
_DECIDED_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("namespace", pa.string()),
    ("alias_no", pa.int64()),
    ("first_date", pa.date32()),
    ("last_date", pa.date32()),
    ("person_no", pa.int64()),
]
_KNOWN, _DECIDED = pa.schema(_KNOWN_COLUMNS), pa.schema(_DECIDED_COLUMNS)
_PEOPLE = """
    insert or replace into raw.person
    select distinct person_no, person_key from raw.known_roster
"""

# Of two ids that are one person, both may be listed for the same days: then the row of the id that stays counts, and
# beside it the newer one. Everybody else is passed through.
_SPANS = """
    insert into raw.person_span by name
    with clipped as (
        select
            person_no, listed_no,
            greatest(first_date, coalesce(eligible_from, first_date)) as first_date,
            least(last_date, coalesce(eligible_to, last_date)) as last_date,
            department, team, location, role, manager_no, fte, working_days, attributes,
            row(department, team, location, role, manager_no, fte, working_days, attributes) as facts
        from raw.known_roster
        where is_active
    ),
    valid as (
        select *, min(listed_no) over person <> max(listed_no) over person as is_of_several
        from clipped where first_date <= last_date
        window person as (partition by person_no)
    ),
    turns as (
        select person_no, first_date as turn from valid where is_of_several
        union
        select person_no, last_date + 1 from valid where is_of_several
    ),
    stretches as (
        select person_no, turn::date as starts,
            (lead(turn) over (partition by person_no order by turn) - 1)::date as ends
        from turns
    ),
    settled as (
        select valid.* replace (stretches.starts as first_date, stretches.ends as last_date)
        from stretches
        join valid
            on valid.person_no = stretches.person_no
            and stretches.starts >= valid.first_date and stretches.ends <= valid.last_date
        qualify row_number() over (
            partition by stretches.person_no, stretches.starts
            order by valid.listed_no = valid.person_no desc, valid.first_date desc, valid.listed_no
        ) = 1
        union all
        select * from valid where not is_of_several
    ),
    marked as (
        select *,
            coalesce(
                lag(last_date) over (partition by person_no order by first_date) + 1 = first_date
                and lag(facts) over (partition by person_no order by first_date) is not distinct from facts,
                false
            ) as continues
        from settled
    ),
    numbered as (
        select *, sum(case when continues then 0 else 1 end) over (
            partition by person_no order by first_date rows unbounded preceding
        ) as span_no
        from marked
    )
    select
        person_no, min(first_date) as valid_from, max(last_date) as valid_to,
        any_value(department) as department, any_value(team) as team, any_value(location) as location,
        any_value(role) as role, any_value(manager_no) as manager_no, any_value(fte) as fte,
        any_value(working_days) as working_days, any_value(attributes) as attributes
    from numbered
    group by person_no, span_no
    order by person_no, valid_from
"""

# An alias stays with its holder after they left, until somebody else holds it. While two people of one roster hold
# it, it belongs to nobody: naming the wrong person is worse than naming none. Where a decision begins within a
# roster's days, everybody who holds the alias then is asked again. What was decided of an alias itself goes before.
_ALIASES = """
    insert into raw.identity_alias by name
    with held as (
        select first_date, last_date, listed_no, person_no,
            a.alias.namespace as namespace, a.alias.alias_no as alias_no
        from raw.known_roster, unnest(aliases) as a(alias)
    ),
    touched as (
        select namespace, alias_no, first_date, last_date, person_no from held
        where (namespace, alias_no) in (
            select namespace, alias_no from held where listed_no in (select person_no from raw.known_person)
        )
    ),
    asked as (
        select namespace, alias_no, first_date, person_no from held
        union all
        select one.namespace, one.alias_no, other.first_date, one.person_no
        from touched as one
        join touched as other
            on other.namespace = one.namespace and other.alias_no = one.alias_no
            and other.first_date > one.first_date and other.first_date <= one.last_date
    ),
    holder as (
        select first_date, namespace, alias_no,
            case when count(distinct person_no) = 1 then any_value(person_no) end as person_no
        from asked group by first_date, namespace, alias_no
    ),
    marked as (
        select *,
            row_number() over (partition by namespace, alias_no order by first_date) = 1
            or person_no is distinct from
               lag(person_no) over (partition by namespace, alias_no order by first_date) as begins
        from holder
    ),
    spans as (
        select namespace, alias_no, person_no,
            case when row_number() over (partition by namespace, alias_no order by first_date) = 1
                 then date '0001-01-01' else first_date end as first_date,
            coalesce(lead(first_date) over (partition by namespace, alias_no order by first_date) - 1,
                     date '9999-12-31')::date as last_date
        from marked where begins
    ),
    undecided as (
        select alias_no,
            (coalesce(lag(last_date) over (partition by alias_no order by first_date) + 1, date '0001-01-01'))::date
                as first_date,
            (first_date - 1)::date as last_date
        from raw.decided_alias
        union all
        select alias_no, (max(last_date) + 1)::date, date '9999-12-31' from raw.decided_alias group by alias_no
    ),
    belongs as (
        select namespace, alias_no, person_no, first_date, last_date from spans
        where alias_no not in (select alias_no from raw.decided_alias)
        union all
        select spans.namespace, alias_no, spans.person_no,
            greatest(spans.first_date, undecided.first_date), least(spans.last_date, undecided.last_date)
        from spans join undecided using (alias_no)
        union all
        select namespace, alias_no, person_no, first_date, last_date from raw.decided_alias
    )
    select namespace, alias_no, person_no,
        nullif(first_date, date '0001-01-01') as valid_from, nullif(last_date, date '9999-12-31') as valid_to
    from belongs
    where person_no is not null and first_date <= last_date
    order by namespace, alias_no, valid_from
"""


def rebuild_people(session: Session) -> None:
    """Make raw.person, raw.person_span and raw.identity_alias anew, in the caller's transaction.

    From all rosters, and from all decisions that stand; accounts that have been nobody's for long are let go of.
    Raises DataError when the decisions cannot be read.
    """
    who = standing(session.vault.decisions.taken())
    for table in ("person", "person_span", "identity_alias", "known_person", "decided_alias"):
        session.run(f"delete from raw.{table}")
    _write_known(session, who)
    _write_decided(session, who)
    for statement in (_PEOPLE, _SPANS, _ALIASES):
        session.run(statement)
    session.vault.forget_unknown(session.now.date())


def _write_known(session: Session, who: WhoIsWho) -> None:
    names = session.vault.pseudonymiser
    rows = [
        (names.person_no(person_id), first, last, names.person_no(name), names.person_key(name))
        for person_id in who.ids
        for first, last, name in who.pieces(person_id)
    ]
    _insert(session, "known_person", rows, _KNOWN)


def _write_decided(session: Session, who: WhoIsWho) -> None:
    names = session.vault.pseudonymiser
    rows = [
        (
            account.namespace,
            names.alias_no(account.namespace, account.value),
            first,
            last,
            names.person_no(person) if person is not None else None,
        )
        for account, first, last, person in who.accounts()
    ]
    _insert(session, "decided_alias", rows, _DECIDED)


def _insert(session: Session, table: str, rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> None:
    if rows:
        batch = pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)  # noqa: F841
        session.connection.execute(f"insert into raw.{table} by name select * from batch")
