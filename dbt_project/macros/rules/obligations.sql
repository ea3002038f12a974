{#
  The rules of some kinds, from the loaded rule book: a list of dictionaries with the columns of stg_rule_book and the
  keys of `spec` (rendered selectors and options) side by side. Unit tests override it with literal rules.
#}
{% macro rules_of_kinds(kinds) %}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set rules = [] -%}
    {%- for row in run_query("select * from " ~ rule_book ~ " where kind in (" ~ quoted_list(kinds) ~ ") order by rule_no") -%}
        {%- set rule = dict(row) -%}
        {%- do rule.update(fromjson(rule['spec'])) -%}
        {%- do rules.append(rule) -%}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}

{# All rules of a kind, each with the kind's query, as one model. #}
{% macro obligations_of(rules, obligations) %}
    {%- set queries = [] -%}
    {%- for rule in rules -%}{%- do queries.append(obligations(rule)) -%}{%- endfor -%}
    {{ union_of_obligations(queries) }}
{% endmacro %}

{# Queries that end in as_obligations() as one; typed and empty when the book holds no rule of the kind. #}
{% macro union_of_obligations(queries) %}
    {%- for query in queries %}
    select * from ({{ query }}) as query_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as integer) as rule_no, cast(null as bigint) as person_no, cast(null as bigint) as event_no,
        cast(null as timestamp) as obligation_at, cast(null as timestamp) as due_at,
        cast(null as timestamp) as looks_from_at, cast(null as varchar) as finding,
        cast(null as bigint) as evidence_event_no, cast(null as bigint) as weight, cast(null as varchar) as band
    where false
    {%- endfor %}
{% endmacro %}

{#
  The last step of every kind: from CTE `found` (person_no, event_no, occurred_at, and what the arguments name) to the
  common columns. `finding` says what the log holds, before anyone asks how far the log reaches (outcome.sql does):
  kept · broken · unknown · open (nothing found yet; a breach once due) · clear (nothing found yet; kept once due) ·
  absent (nothing found looking back to looks_from_at).
#}
{% macro as_obligations(rule, finding, due_at='occurred_at', looks_from_at='null', evidence='null', weight='1', band='null') %}
    select
        cast({{ rule['rule_no'] }} as integer) as rule_no,
        person_no,
        cast(event_no as bigint) as event_no,
        occurred_at as obligation_at,
        cast({{ due_at }} as timestamp) as due_at,
        cast({{ looks_from_at }} as timestamp) as looks_from_at,
        {{ finding }} as finding,
        cast({{ evidence }} as bigint) as evidence_event_no,
        cast({{ weight }} as bigint) as weight,
        cast({{ band }} as varchar) as band
    from found
{% endmacro %}

{#
  What makes an event an activation of the rule: its selector, inside the judged time, by a person, in the use cases.
  `anytime` leaves the time out, for kinds whose obligation lies at another moment than the event.
#}
{% macro activates(rule, selector, anytime=false) -%}
    ({{ selector['sql'] }}{{ '' if anytime else ' and is_judged' }} and person_no is not null and actor_type <> 'service'
    {%- if rule['use_cases'] %} and coalesce(use_case in ({{ quoted_list(rule['use_cases']) }}), false){% endif %})
{%- endmacro %}

{% macro quoted_list(values) -%}
    {%- for value in values -%}{{ text_literal(value) }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro text_literal(value) -%}'{{ value | replace("'", "''") }}'{%- endmacro %}

{# The events that any of the selectors names: filter before any window. #}
{% macro events_named(selectors) -%}
    {%- set names = [] -%}
    {%- for selector in selectors if selector -%}
        {%- for name in selector['events'] if name not in names -%}{%- do names.append(name) -%}{%- endfor -%}
    {%- endfor -%}
    event_name in ({{ quoted_list(names) }})
{%- endmacro %}
