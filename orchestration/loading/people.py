"""From rosters to spans: who was on the roster when, and to whom an alias belonged when."""

from __future__ import annotations

from orchestration.loading.session import Session

_PEOPLE = """
    insert or replace into raw.person
    select distinct person_no, person_key from raw.roster_row
"""

_SPANS = """
    insert into raw.person_span by name
    with roster as (
        select
            effective_date,
            case when row_number() over (order by effective_date) = 1 then date '0001-01-01'
                 else effective_date end as first_date,
            coalesce(lead(effective_date) over (order by effective_date) - 1, date '9999-12-31')::date as last_date
        from (select distinct effective_date from raw.roster_row)
    ),
    clipped as (
        select
            person_no,
            greatest(first_date, coalesce(eligible_from, first_date)) as first_date,
            least(last_date, coalesce(eligible_to, last_date)) as last_date,
            department, team, location, role, manager_no, fte, working_days, attributes,
            row(department, team, location, role, manager_no, fte, working_days, attributes) as facts
        from raw.roster_row join roster using (effective_date)
        where is_active
    ),
    marked as (
        select *,
            coalesce(
                lag(last_date) over (partition by person_no order by first_date) + 1 = first_date
                and lag(facts) over (partition by person_no order by first_date) is not distinct from facts,
                false
            ) as continues
        from clipped
        where first_date <= last_date
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
# it, it belongs to nobody: naming the wrong person is worse than naming none.
_ALIASES = """
    insert into raw.identity_alias by name
    with held as (
        select effective_date, a.alias.namespace as namespace, a.alias.alias_no as alias_no, person_no
        from raw.roster_row, unnest(aliases) as a(alias)
    ),
    holder as (
        select effective_date, namespace, alias_no,
            case when count(distinct person_no) = 1 then any_value(person_no) end as person_no
        from held group by effective_date, namespace, alias_no
    ),
    marked as (
        select *,
            row_number() over (partition by namespace, alias_no order by effective_date) = 1
            or person_no is distinct from
               lag(person_no) over (partition by namespace, alias_no order by effective_date) as begins
        from holder
    ),
    spans as (
        select namespace, alias_no, person_no, effective_date,
            row_number() over (partition by namespace, alias_no order by effective_date) = 1 as is_first,
            lead(effective_date) over (partition by namespace, alias_no order by effective_date) as next_date
        from marked where begins
    )
    select namespace, alias_no, person_no,
        case when not is_first then effective_date end as valid_from,
        (next_date - 1)::date as valid_to
    from spans
    where person_no is not null
    order by namespace, alias_no, valid_from
"""


def rebuild_people(session: Session) -> None:
    """Make raw.person, raw.person_span and raw.identity_alias anew from all rosters, in the caller's transaction."""
    session.run("delete from raw.person; delete from raw.person_span; delete from raw.identity_alias")
    for statement in (_PEOPLE, _SPANS, _ALIASES):
        session.run(statement)
