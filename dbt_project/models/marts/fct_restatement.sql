with

-- Once for the whole company and once for the org units, each person's way from the last publication to this one as
-- steps out of one class and into another: gone from or come to the cell, moved by data, moved by rules.
placed as (
    select *, 'total' as org_level, case when before_status is not null then 'All' end as from_unit, case when after_status is not null then 'All' end as to_unit
    from {{ ref('int_status_moves') }}
    union all
    select *, 'org_unit', before_unit, after_unit
    from {{ ref('int_status_moves') }}
),

stayed as (select * from placed where from_unit = to_unit),

steps as (
    select tool_id, week_start, org_level, from_unit as org_unit, before_status as status, 'population' as cause, -1 as people
    from placed where from_unit is not null and from_unit is distinct from to_unit
    union all
    select tool_id, week_start, org_level, to_unit, after_status, 'population', 1
    from placed where to_unit is not null and from_unit is distinct from to_unit
    union all
    select tool_id, week_start, org_level, from_unit, before_status, case when is_late then 'late_data' else 'behaviour' end, -1
    from stayed where before_status <> after_status
    union all
    select tool_id, week_start, org_level, from_unit, middle_status, case when is_late then 'late_data' else 'behaviour' end, 1
    from stayed where before_status <> after_status
    union all
    select tool_id, week_start, org_level, from_unit, middle_status, 'rule', -1
    from stayed where before_status <> after_status
    union all
    select tool_id, week_start, org_level, from_unit, after_status, 'rule', 1
    from stayed where before_status <> after_status
),

parts as (
    select
        tool_id, week_start, org_level, org_unit, status,
        {%- for cause in movement_causes() %}
        cast(sum(case when cause = '{{ cause }}' then people else 0 end) as bigint) as {{ cause }}{{ ',' if not loop.last }}
        {%- endfor %}
    from steps
    group by 1, 2, 3, 4, 5
),

cells as (
    select distinct tool_id, week_start, org_level, org_unit
    from parts
    where {% for cause in movement_causes() %}{{ cause }} <> 0{{ ' or ' if not loop.last }}{% endfor %}
),

-- What readers saw before: the newest row that was stored for the cell.
published as (
    select *
    from (
        select
            *, row_number() over (partition by tool_id, week_start, org_level, org_unit order by publication_no desc) as age
        from {{ ref('stg_published_weeks') }}
    ) as ranked
    where age = 1
),

moved as (
    {%- for status in published_classes() %}
    select
        cells.tool_id, cells.week_start, cells.org_level, cells.org_unit, '{{ status }}' as status,
        coalesce(published.{{ status }}, 0) as before, coalesce(present.{{ status }}, 0) as after,
        {%- for cause in movement_causes() %}
        coalesce(parts.{{ cause }}, 0) as {{ cause }}{{ ',' if not loop.last }}
        {%- endfor %}
    from cells
    left join published
        on published.tool_id = cells.tool_id and published.week_start = cells.week_start
        and published.org_level = cells.org_level and published.org_unit = cells.org_unit
    left join {{ ref('fct_adoption_week') }} as present
        on present.tool_id = cells.tool_id and present.week_start = cells.week_start
        and present.org_level = cells.org_level and present.org_unit = cells.org_unit
    left join parts
        on parts.tool_id = cells.tool_id and parts.week_start = cells.week_start
        and parts.org_level = cells.org_level and parts.org_unit = cells.org_unit and parts.status = '{{ status }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

last_publication as (
    select publication_id, published_at
    from {{ ref('stg_publications') }}
    where publication_no = (select max(publication_no) from {{ ref('stg_publications') }})
),

all_rows as (
    select
        later.publication_id, earlier.publication_id as previous_publication_id,
        kept.tool_id, kept.org_level, kept.org_unit, kept.status,
        kept.before, kept.after, {% for cause in movement_causes() %}kept.{{ cause }}, {% endfor %}
        later.published_at, earlier.published_at as previous_published_at, kept.week_start
    from {{ ref('stg_restatements') }} as kept
    inner join {{ ref('stg_publications') }} as later on later.publication_no = kept.publication_no
    inner join {{ ref('stg_publications') }} as earlier on earlier.publication_no = kept.publication_no - 1
    union all
    select
        runs.run_id, last_publication.publication_id,
        moved.tool_id, moved.org_level, moved.org_unit, moved.status,
        moved.before, moved.after, {% for cause in movement_causes() %}moved.{{ cause }}, {% endfor %}
        runs.started_at, last_publication.published_at, moved.week_start
    from moved
    cross join {{ ref('stg_runs') }} as runs
    cross join last_publication
)

select
    publication_id,
    previous_publication_id,
    tool_id,
    org_level,
    org_unit,
    status,
    cast(before as bigint) as before,
    cast(after as bigint) as after,
    {%- for cause in movement_causes() %}
    cast({{ cause }} as bigint) as {{ cause }},
    {%- endfor %}
    {{ as_utc('published_at') }} as published_at,
    {{ as_utc('previous_published_at') }} as previous_published_at,
    week_start
from all_rows
