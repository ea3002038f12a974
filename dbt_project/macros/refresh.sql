{#
  A refresh rebuilds only what may differ from what was last built. For each tool int_refresh names the first week of
  that; here stand the conditions that keep to it. Where nothing was built before, they hold of everything.
  Every model that uses them has `refreshed()` or `replaced(...)` as its pre-hook, which is what makes dbt build it after
  int_refresh. Unit tests never see a part of anything.
#}

{# What the last finished refresh has seen. Nothing counts as built while a table that keeps its rows is missing. #}
{% macro built_marks() %}
    {%- set refreshes = ref('stg_built_refreshes') -%}
    {%- set nothing = {'is_built': false, 'load_id': -1, 'touch_no': -1} -%}
    {%- if not execute or flags.FULL_REFRESH or model.resource_type == 'unit_test' -%}{{ return(nothing) }}{%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
        {%- if load_relation(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) is none -%}{{ return(nothing) }}{%- endif -%}
    {%- endfor -%}
    {%- set found = run_query('select load_id, touch_no from ' ~ refreshes) -%}
    {{ return({'is_built': true, 'load_id': found[0][0], 'touch_no': found[0][1]} if found | length else nothing) }}
{% endmacro %}

{# The rows of int_refresh by tool; none where everything is built. #}
{% macro refresh_terms() %}
    {%- if not execute or model.resource_type == 'unit_test' -%}{{ return({}) }}{%- endif -%}
    {%- if 'refresh_terms' not in answers() -%}
        {%- set horizon = api.Relation.create(database=target.database, schema='intermediate', identifier='int_refresh') -%}
        {%- set terms = {} -%}
        {%- if load_relation(horizon) is not none -%}
            {%- for row in run_query('select tool_id, cut_week, grid_from, proof_from, read_from_at from ' ~ horizon ~ ' order by tool_id') -%}
                {%- do terms.update({row[0]: dict(row)}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do answers().update({'refresh_terms': terms}) -%}
    {%- endif -%}
    {{ return(answers()['refresh_terms']) }}
{% endmacro %}

{#
  Whether a row lies in what is rebuilt: `column` on or after the tool's `term` of int_refresh. The least of all tools
  stands beside it as one literal, by which a scan leaves out what is older. `days_before` looks so much further back.
#}
{% macro is_refreshed(tool_id, column, term='cut_week', days_before=0) -%}
    {%- set bounds = {} -%}
    {%- for tool, terms in refresh_terms().items() -%}
        {%- set bound = terms[term] -%}
        {%- if days_before and (bound | string) > '0002' -%}{%- set bound = bound - modules.datetime.timedelta(days=days_before) -%}{%- endif -%}
        {%- do bounds.update({tool: bound | string}) -%}
    {%- endfor -%}
    {{ is_on_or_after(tool_id, column, bounds, 'timestamp' if term == 'read_from_at' else 'date') }}
{%- endmacro %}

{# The same of a row that knows its rule alone. #}
{% macro is_refreshed_rule(rule_no, column, term='cut_week') -%}
    {{ is_on_or_after(rule_no, column, refresh_of_rules(term), 'date') }}
{%- endmacro %}

{% macro refresh_of_rules(term) %}
    {%- set terms = refresh_terms() -%}
    {%- set bounds = {} -%}
    {%- if terms -%}
        {%- set rules = api.Relation.create(database=target.database, schema='staging', identifier='stg_rule_book') -%}
        {%- for rule_no, tool_id in asked_once('select rule_no, tool_id from ' ~ rules ~ ' order by rule_no') -%}
            {%- do bounds.update({rule_no: terms[tool_id][term] | string}) if tool_id in terms -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(bounds) }}
{% endmacro %}

{% macro is_on_or_after(key, column, bounds, type) -%}
    {%- if not bounds -%} true
    {%- else -%}
    ({{ column }} >= {{ type }} '{{ bounds.values() | min }}'
    {%- if bounds.values() | unique | list | length > 1 %}
        and {{ column }} >= case {{ key }}
        {%- for name, bound in bounds.items() %} when {{ "'" ~ name | replace("'", "''") ~ "'" if name is string else name }} then {{ type }} '{{ bound }}'{% endfor %}
        else {{ type }} '{{ bounds.values() | min }}' end
    {%- endif %})
    {%- endif -%}
{%- endmacro %}

{# The earliest week of all tools that is rebuilt: for what belongs to no tool. #}
{% macro is_refreshed_anywhere(column, term='cut_week') -%}
    {%- set bounds = {} -%}
    {%- for tool, terms in refresh_terms().items() -%}{%- do bounds.update({tool: terms[term] | string}) -%}{%- endfor -%}
    {{ column ~ " >= date '" ~ (bounds.values() | min) ~ "'" if bounds else 'true' }}
{%- endmacro %}

{# The pre-hook of a model that is rebuilt as a whole from what is_refreshed: it holds that part alone. #}
{% macro refreshed() %}{%- do ref('int_refresh') -%}{% endmacro %}

{#
  The pre-hook of an incremental model that keeps what is not rebuilt: takes out what the model is about to insert anew,
  in the same transaction, and everything of tools (or rules) that are no more.
#}
{% macro replaced(column, tool_id='tool_id') %}
    {{ replace_rows(is_refreshed(tool_id, column), tool_id, refresh_terms().keys() | list) }}{%- do ref('int_refresh') -%}
{% endmacro %}
{% macro replaced_of_rules(column, rule_no='rule_no') %}
    {{ replace_rows(is_refreshed_rule(rule_no, column), rule_no, refresh_of_rules('cut_week').keys() | list) }}{%- do ref('int_refresh') -%}{%- do ref('stg_rule_book') -%}
{% endmacro %}
{% macro replace_rows(condition, key, known) %}
    {%- if is_incremental() %}
    delete from {{ this }} where {{ condition }}
    {%- if known %} or {{ key }} not in ({% for name in known %}{{ "'" ~ name | replace("'", "''") ~ "'" if name is string else name }}{{ ', ' if not loop.last }}{% endfor %}){% endif %}
    {%- endif %}
{% endmacro %}

{#
  The same for what hangs on usage records alone, day by day: what int_touched names is counted anew, nothing of a tool
  to which no record came.
#}
{% macro touched_terms() %}
    {%- if not execute or model.resource_type == 'unit_test' -%}{{ return({}) }}{%- endif -%}
    {%- if 'touched_terms' not in answers() -%}
        {%- set touched = api.Relation.create(database=target.database, schema='intermediate', identifier='int_touched') -%}
        {%- set bounds = {} -%}
        {%- if load_relation(touched) is not none -%}
            {%- for tool_id, first_date in run_query("select tool_id, coalesce(first_date, date '9999-12-31') from " ~ touched ~ " order by tool_id") -%}
                {%- do bounds.update({tool_id: first_date | string}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do answers().update({'touched_terms': bounds}) -%}
    {%- endif -%}
    {{ return(answers()['touched_terms']) }}
{% endmacro %}
{% macro is_touched(tool_id, column) -%}{{ is_on_or_after(tool_id, column, touched_terms(), 'date') }}{%- endmacro %}

{# An instant before any that lies on a touched day, in any time zone: for a scan to leave out what is older. #}
{% macro touched_from_at() -%}
    {%- set first = touched_terms().values() | min -%}
    timestamp '{{ (modules.datetime.date.fromisoformat(first) - modules.datetime.timedelta(days=2)).isoformat() if first and first > '0001-01-03' else '0001-01-01' }}'
{%- endmacro %}
{% macro replaced_if_touched(column) %}
    {{ replace_rows(is_touched('tool_id', column), 'tool_id', touched_terms().keys() | list) }}{%- do ref('int_touched') -%}
{% endmacro %}

{#
  What a data test looks at (dbt's own macro, which every generic test goes through): of a model that keeps rows from run
  to run the part that was rebuilt, for the rest was tested when it was built. The pre-hook says which part that is.
#}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where')] if config.get('where') else [] -%}
    {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ relation.identifier) if execute -%}
    {%- if node and node.config.materialized == 'incremental' -%}
        {%- for hook, column in modules.re.findall("(replaced\\w*)\\('(\\w+)'", node.config['pre-hook'] | map(attribute='sql') | join(' ')) -%}
            {%- if hook == 'replaced' -%}{%- do conditions.append(is_refreshed('tool_id', column)) -%}
            {%- elif hook == 'replaced_of_rules' -%}{%- do conditions.append(is_refreshed_rule('rule_no', column)) -%}
            {%- else -%}{%- do conditions.append(is_touched('tool_id', column)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') as refreshed_part' if conditions else relation) }}
{%- endmacro %}
