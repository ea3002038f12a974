-- A returned row is a tool, week, org unit and class that was published before with another number than now, and of
-- which fct_restatement says nothing: the movement is counted anew from the published figures.
with

before as (
    select *
    from (
        select
            *, row_number() over (partition by tool_id, week_start, org_level, org_unit order by publication_no desc) as age
        from {{ ref('stg_published_weeks') }}
    ) as ranked
    where age = 1
),

pairs as (
    select before.tool_id, before.week_start, before.org_level, before.org_unit
    from before
    inner join {{ ref('fct_adoption_week') }} as present
        on present.tool_id = before.tool_id and present.week_start = before.week_start
        and present.org_level = before.org_level and present.org_unit = before.org_unit
    where before.eligible > 0 and (
        {%- for status in published_classes() %}
        {{ 'or ' if not loop.first }}present.{{ status }} <> before.{{ status }}
        {%- endfor %}
    )
),

explained as (
    select distinct restated.tool_id, restated.week_start, restated.org_level, restated.org_unit
    from {{ ref('fct_restatement') }} as restated
    inner join {{ ref('stg_runs') }} as runs on runs.run_id = restated.publication_id
)

select pairs.*
from pairs
left join explained
    on explained.tool_id = pairs.tool_id and explained.week_start = pairs.week_start
    and explained.org_level = pairs.org_level and explained.org_unit = pairs.org_unit
where explained.tool_id is null
