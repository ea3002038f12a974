{# The rules of some kinds. Unit tests override it with literal rules. #}
{% macro rules_of_kinds(kinds) %}{{ return(rules_where("kind in (" ~ quoted_list(kinds) ~ ")")) }}{% endmacro %}

{#
  Rules out of the loaded rule book: a list of dictionaries with the columns of stg_rule_book, the keys of `spec`
  (rendered selectors and options) beside them, and whether a source orders the events of its tool (is_sequenced).
#}
{% macro rules_where(condition) %}
    {%- set rule_book, sequenced = ref('stg_rule_book'), ref('int_sequenced_events') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set rules = [] -%}
    {%- for row in run_query("select *, tool_id in (select tool_id from " ~ sequenced ~ ") as is_sequenced from " ~ rule_book ~ " where " ~ condition ~ " order by rule_no") -%}
        {%- set rule = dict(row) -%}
        {%- do rule.update(fromjson(rule['spec'])) -%}
        {%- do rules.append(rule) -%}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}

{# Whether some rule is for certain roles only: if none is, no obligation has to be joined with people. Unit tests override it. #}
{% macro names_roles() %}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return(true) }}{%- endif -%}
    {%- set named = asked_once("select count(*) from " ~ rule_book ~ " where coalesce(" ~ json_text('spec', 'roles') ~ ", '[]') <> '[]'") -%}
    {{ return(named.columns[0].values()[0] > 0) }}
{% endmacro %}

{# Where the events of a rule's tool stand in the order in which they are judged. #}
{% macro events_of(rule) %}{{ ref('int_sequenced_events') if rule['is_sequenced'] else ref('int_timed_events') }}{% endmacro %}

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
  What makes an event an activation of the rule: its selector, by a person, in the use cases. Whether the moment is one
  that is judged is asked of the obligation, once for all kinds (int_obligations).
#}
{% macro activates(rule, selector) -%}
    ({{ selector['sql'] }} and person_no is not null and actor_type <> 'service'
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
