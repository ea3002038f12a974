{#
  The groups that rules of kind `count` count in, beside days: a session, an item, a conversation. The obligation of a
  group stands in the week of its first event, however long ago that was, so a refresh must know how far groups reach.
  A list of (tool_id, column).
#}
{% macro groups_of_rule_book() %}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set found = [] -%}
    {%- for tool_id, spec in run_query("select tool_id, spec from " ~ rule_book ~ " where kind = 'count' order by rule_no") -%}
        {%- set per = fromjson(spec)['per'] -%}
        {%- if per != 'day' and [tool_id, per] not in found -%}{%- do found.append([tool_id, per]) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
