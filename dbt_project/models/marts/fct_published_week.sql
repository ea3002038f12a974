with

known as (
    select *
    from (
        select
            *, row_number() over (partition by tool_id, week_start, org_level, org_unit order by publication_no desc) as age
        from {{ ref('stg_published_weeks') }}
    ) as ranked
    where age = 1
),

present as (
    select
        tool_id, week_start, org_level, org_unit,
        eligible, active, non_user, incorrect_user, correct_user, not_judged, is_provisional
    from {{ ref('fct_adoption_week') }}
),

-- A cell that is published no longer stays as one row of zeros.
compared as (
    select
        coalesce(present.tool_id, known.tool_id) as tool_id,
        coalesce(present.week_start, known.week_start) as week_start,
        coalesce(present.org_level, known.org_level) as org_level,
        coalesce(present.org_unit, known.org_unit) as org_unit,
        {%- for count in published_counts() %}
        coalesce(present.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        coalesce(present.is_provisional, known.is_provisional) as is_provisional,
        known.tool_id is null
        {%- for count in published_counts() + ['is_provisional'] %}
            or coalesce(present.{{ count }}, {{ 'known.is_provisional' if count == 'is_provisional' else '0' }}) <> known.{{ count }}
        {%- endfor %} as is_changed
    from present
    full outer join known
        on known.tool_id = present.tool_id and known.week_start = present.week_start
        and known.org_level = present.org_level and known.org_unit = present.org_unit
),

all_rows as (
    select
        publications.publication_id, kept.tool_id, kept.org_level, kept.org_unit,
        {%- for count in published_counts() %} kept.{{ count }},{% endfor %}
        kept.is_provisional, publications.published_at, kept.week_start
    from {{ ref('stg_published_weeks') }} as kept
    inner join {{ ref('stg_publications') }} as publications on publications.publication_no = kept.publication_no
    union all
    select
        runs.run_id, compared.tool_id, compared.org_level, compared.org_unit,
        {%- for count in published_counts() %} compared.{{ count }},{% endfor %}
        compared.is_provisional, runs.started_at, compared.week_start
    from compared
    cross join {{ ref('stg_runs') }} as runs
    where compared.is_changed
)

select
    publication_id,
    tool_id,
    org_level,
    org_unit,
    {%- for count in published_counts() %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    is_provisional,
    {{ as_utc('published_at') }} as published_at,
    week_start
from all_rows
