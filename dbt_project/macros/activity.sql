{#
  What an aggregate row says of use, whatever its grain. A use: the vendor says active, or a counter of the person's own
  acts is positive. Zero counters are no proof of non-use: what the counter does not count may have been used.
#}
{% macro activity_counters() %}{{ return(['prompts', 'accepted', 'rejected', 'sessions', 'messages']) }}{% endmacro %}

{% macro is_activity() -%}
    (coalesce(is_active, false) or greatest({% for counter in activity_counters() %}coalesce({{ counter }}, 0){{ ', ' if not loop.last }}{% endfor %}) > 0)
{%- endmacro %}

{# Whether a row says what something cost and nothing about use: an invoice is no telemetry. #}
{% macro is_only_cost() -%}
    (cost is not null and is_active is null and coalesce({{ activity_counters() | join(', ') }}) is null)
{%- endmacro %}

{#
  A day on which a report says the person was active, named by an attribute: `<name>_date` as the vendor dates it, or
  `<name>_at`, an instant, whose day is the company's.
#}
{% macro activity_date(name) -%}
    coalesce({{ typed(json_text('attributes', name ~ '_date'), 'date') }}, {{ local_date(typed(json_text('attributes', name ~ '_at'), 'timestamp')) }})
{%- endmacro %}

{#
  To when a row's figures reach, as an instant and as the day after the last one they speak of: a snapshot to when it was
  taken, a day to its end, any other period to its end or, while it still runs, to when the figures were made.
#}
{% macro reported_to() -%}
    case
        when grain = 'snapshot' then as_of
        when grain = 'day' then {{ start_of_date('period_end') }}
        else least({{ start_of_date('period_end') }}, as_of)
    end
{%- endmacro %}
{% macro reported_end() -%}
    case when grain in ('day', 'snapshot') then period_end else least(period_end, {{ add_days('cast(as_of as date)', 1) }}) end
{%- endmacro %}

{# Whether a row is of a day of its own: a day's counts, or a snapshot, which was taken on its last day. #}
{% macro has_own_day() -%} grain in ('day', 'snapshot') {%- endmacro %}
