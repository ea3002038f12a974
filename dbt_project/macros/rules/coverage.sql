{#
  coverage: every work item of the kinds named, once closed, has an event of the tool on it by its owner at or before
  closing. Looks back to the opening: an item opened before telemetry proves nothing. Items come from another system than
  the log; one closed after the watermark is open still.
#}
{% macro obligations__coverage(rule) %}
    with items as (
        select item.item_id, alias.person_no, min(item.opened_at) as opened_at, max(item.closed_at) as closed_at
        from {{ ref('stg_work_items') }} as item
        inner join {{ ref('int_alias_people') }} as alias
            on alias.alias_no = item.alias_no
            and cast(item.closed_at as date) between alias.valid_from and alias.valid_to
        where item.tool_id = {{ text_literal(rule['tool_id']) }} and item.closed_at is not null
            {%- if rule['items'] %} and item.kind in ({{ quoted_list(rule['items']) }}){% endif %}
        group by 1, 2
    ),
    touches as (
        select item_id, person_no, occurred_at, {{ position('ord', 'event_no') }} as position
        from {{ events_of(rule) }}
        where tool_id = {{ text_literal(rule['tool_id']) }} and {{ events_named([rule['by']]) }} and {{ rule['by']['sql'] }}
    ),
    found as (
        select
            items.person_no, null as event_no, items.closed_at as occurred_at, items.opened_at, items.item_id,
            min(touches.position) as touch_position
        from items
        left join touches
            on touches.item_id = items.item_id and touches.person_no = items.person_no
            and touches.occurred_at <= items.closed_at
        group by 1, 2, 3, 4, 5
    )
    {{ as_obligations(
        rule, "case when touch_position is not null then 'kept' else 'overdue' end",
        looks_from_at='coalesce(opened_at, occurred_at)', evidence=event_no_of('touch_position')
    ) }}
{% endmacro %}
