with

newest as (
    select
        span.*, {{ org_unit_of('span') }} as org_unit,
        row_number() over (partition by span.person_no order by span.valid_from desc) as recency
    from {{ ref('stg_person_spans') }} as span
    cross join {{ ref('stg_runs') }} as runs
    where span.valid_from <= {{ local_date('runs.as_of') }}
)

select
    person.person_key,
    newest.department,
    newest.team,
    newest.location,
    newest.role,
    newest.org_unit,
    manager.person_key as manager_key,
    coalesce(newest.valid_to >= {{ local_date('runs.as_of') }}, false) as is_current
from {{ ref('stg_people') }} as person
cross join {{ ref('stg_runs') }} as runs
left join newest on newest.person_no = person.person_no and newest.recency = 1
left join {{ ref('stg_people') }} as manager on manager.person_no = newest.manager_no
