-- What differs between the inputs now and those that were built from last: the day from which, by kind, tool and whom it
-- concerns. Of two spans that say the same from the same day on, only what lies after the end of the shorter differs.
with

come as (
    select * from {{ ref('int_refresh_inputs') }}
    except
    select * from {{ ref('stg_built_inputs') }}
),

gone as (
    select * from {{ ref('stg_built_inputs') }}
    except
    select * from {{ ref('int_refresh_inputs') }}
),

paired as (
    select
        coalesce(come.kind, gone.kind) as kind, coalesce(come.tool_id, gone.tool_id) as tool_id,
        coalesce(come.subject, gone.subject) as subject,
        case
            when come.kind is not null and gone.kind is not null then least(come.last_date, gone.last_date)
            else coalesce(come.first_date, gone.first_date)
        end as first_date
    from come
    full outer join gone
        on gone.kind = come.kind and gone.tool_id = come.tool_id and gone.subject = come.subject
        and gone.content = come.content and gone.first_date = come.first_date
)

select kind, tool_id, subject, min(first_date) as first_date from paired group by 1, 2, 3
