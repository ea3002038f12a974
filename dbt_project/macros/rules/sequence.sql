{#
  What the kinds that look along a sequence share: for every activation, the nearest target in one direction, the
  nearest barrier, and the nearest event of any name when the rule says `immediately`.

  Order is `ord`; equal ord is concurrent, and concurrency never convicts: a RANGE frame that starts at the current
  row sees the peers, a strict one begins one later (or earlier). Who looks for somebody else's event looks at all
  candidates, so that goes through a join on the correlation keys instead of a window.

  Rules over the same partition share one pass: their events are read and sorted once, and what two of them ask alike
  is asked once.
#}

{# One query for all rules of these kinds. #}
{% macro obligations_of_sequences(rules) %}
    {%- set looks = {'followed_by': obligations__followed_by, 'preceded_by': obligations__preceded_by, 'not_followed_by': obligations__not_followed_by} -%}
    {%- set passes = sequence_passes(rules) -%}
    {%- set queries = [] -%}
    {%- for pass in passes -%}
        {%- for rule in pass['rules'] -%}{%- do queries.append(looks[rule['kind']](rule, pass)) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for pass in passes %}
    {{ 'with' if loop.first }}
    {{ sequence_ctes(pass) }}{{ ',' if not loop.last }}
    {%- endfor %}
    {{ union_of_obligations(queries) }}
{% endmacro %}

{#
  The passes that the rules need. Each: its name, tool, partition, whether it reads events of every name and whether a source orders them, its rules,
  `flags` (condition -> column), `windows` (expression -> column), and by rule_no the columns that the rule looks at.
#}
{% macro sequence_passes(rules) %}
    {%- set passes = {} -%}
    {%- for rule in rules -%}
        {%- set partition = (['person_no'] if rule['who'] == 'same_user' else []) + (rule['same'] or []) -%}
        {%- set key = (rule['tool_id'], partition | join(','), rule['immediately']) -%}
        {%- if key not in passes -%}
            {%- do passes.update({key: {
                'name': 'pass_' ~ (passes | length + 1), 'tool_id': rule['tool_id'], 'partition': partition,
                'reads_all': rule['immediately'], 'is_sequenced': rule['is_sequenced'], 'rules': [], 'flags': {}, 'windows': {}, 'columns': {},
            }}) -%}
        {%- endif -%}
        {%- do passes[key]['rules'].append(rule) -%}
        {%- do passes[key]['columns'].update({rule['rule_no']: sequence_columns(rule, passes[key])}) -%}
    {%- endfor -%}
    {{ return(passes.values() | list) }}
{% endmacro %}

{# What a rule looks for, by its kind. `is_strict`: concurrent targets do not count. #}
{% macro sequence_terms(rule) %}
    {{ return({
        'followed_by': {'target': rule['then'], 'barrier': rule['before'], 'later': true, 'is_strict': rule['is_strict']},
        'preceded_by': {'target': rule['first'], 'barrier': rule['since'], 'later': false, 'is_strict': rule['is_strict']},
        'not_followed_by': {'target': rule['never'], 'barrier': none, 'later': true, 'is_strict': true},
    }[rule['kind']]) }}
{% endmacro %}

{# Enters what the rule asks into its pass; the columns of the pass that answer it, none where it does not ask. #}
{% macro sequence_columns(rule, pass) %}
    {%- set terms = sequence_terms(rule) -%}
    {%- set pick = 'min' if terms['later'] else 'max' -%}
    {%- set target = column_of(pass['flags'], terms['target']['sql'], 'is') -%}
    {%- set barrier = column_of(pass['flags'], terms['barrier']['sql'], 'is') if terms['barrier'] else none -%}
    {%- set reach = sequence_frame(pass['partition'], terms['later'], terms['is_strict']) -%}
    {%- set past = sequence_frame(pass['partition'], terms['later'], true) -%}
    {#- Where the time is the order, a position tells its time. -#}
    {%- set asked = {
        'target_position': pick ~ '(case when ' ~ target ~ ' then position end) over ' ~ reach if rule['who'] != 'other_user' else none,
        'target_at': pick ~ '(case when ' ~ target ~ ' then occurred_at end) over ' ~ reach if rule['who'] != 'other_user' and pass['is_sequenced'] else none,
        'barrier_ord': pick ~ '(case when ' ~ barrier ~ ' then ord end) over ' ~ past if barrier else none,
        'next_ord': pick ~ '(ord) over ' ~ past if rule['immediately'] else none,
    } -%}
    {%- set columns = {'activation': column_of(pass['flags'], activates(rule, rule['each']), 'is'), 'target': target} -%}
    {%- for name, expression in asked.items() -%}
        {%- do columns.update({name: column_of(pass['windows'], expression, 'found') if expression else none}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{# The column that carries an expression; the same expression is carried once. #}
{% macro column_of(columns, expression, prefix) %}
    {%- if expression not in columns -%}{%- do columns.update({expression: prefix ~ '_' ~ (columns | length + 1)}) -%}{%- endif -%}
    {{ return(columns[expression]) }}
{% endmacro %}

{% macro sequence_frame(partition, later, is_strict) -%}
    (partition by {{ partition | join(', ') if partition else '1' }} order by ord range between
    {%- if later %} {{ '1 following' if is_strict else 'current row' }} and unbounded following
    {%- else %} unbounded preceding and {{ '1 preceding' if is_strict else 'current row' }}
    {%- endif %})
{%- endmacro %}

{#
  The CTEs of a pass: its events, filtered to those that its rules name before any window, and the activations among
  them. A position is ord and event_no in one number: one aggregate finds the nearest event and its handle.
#}
{% macro sequence_ctes(pass) %}
    {%- set keys = pass['rules'][0]['same'] or [] -%}
    {{ pass['name'] }}_events as (
        select
            event_no, person_no, occurred_at, ord, {{ 'actor_no, ' if pass['rules'] | selectattr('who', 'equalto', 'other_user') | list }}{% for key in keys %}{{ key }}, {% endfor %}
            {{ position('ord', 'event_no') }} as position
            {%- for condition, flag in pass['flags'].items() %},
            {{ condition }} as {{ flag }}
            {%- endfor %}
        from {{ events_of(pass['rules'][0]) }}
        where tool_id = {{ text_literal(pass['tool_id']) }}
            {%- if not pass['reads_all'] %} and {{ events_named(selectors_of(pass['rules'])) }}{% endif %}
            {%- for key in pass['partition'] %} and {{ key }} is not null{% endfor %}
    ),
    {{ pass['name'] }} as (
        select *
        from (
            select
                *
                {%- for expression, column in pass['windows'].items() %},
                {{ expression }} as {{ column }}
                {%- endfor %}
            from {{ pass['name'] }}_events
        ) as looked_around
        where {{ pass['columns'].values() | map(attribute='activation') | unique | join(' or ') }}
    )
{%- endmacro %}

{% macro selectors_of(rules) %}
    {%- set found = [] -%}
    {%- for rule in rules -%}
        {%- do found.extend([rule['each'], sequence_terms(rule)['target'], sequence_terms(rule)['barrier']]) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{#
  The CTE `nearest`: the activations of one rule out of its pass, with what was found for each.
  Columns: person_no, event_no, occurred_at, target_position, target_at, barrier_ord, next_ord.
#}
{% macro nearest(rule, pass) %}
    {%- set columns = pass['columns'][rule['rule_no']] -%}
    {%- set barrier_ord, next_ord = columns['barrier_ord'] or 'cast(null as bigint)', columns['next_ord'] or 'cast(null as bigint)' -%}
    {%- if rule['who'] != 'other_user' -%}
    nearest as (
        select
            person_no, event_no, occurred_at,
            {{ columns['target_position'] }} as target_position,
            {{ columns['target_at'] or timestamp_of_microseconds(ord_of(columns['target_position'])) }} as target_at,
            {{ barrier_ord }} as barrier_ord, {{ next_ord }} as next_ord
        from {{ pass['name'] }}
        where {{ columns['activation'] }}
    )
    {%- else -%}
    {%- set terms = sequence_terms(rule) -%}
    activations as (
        select *, {{ barrier_ord }} as barrier_ord, {{ next_ord }} as next_ord
        from {{ pass['name'] }}
        where {{ columns['activation'] }}
    ),
    nearest as (
        select
            activation.person_no, activation.event_no, activation.occurred_at, activation.barrier_ord, activation.next_ord,
            {{ 'min' if terms['later'] else 'max' }}(candidate.position) as target_position,
            {{ 'min' if terms['later'] else 'max' }}(candidate.occurred_at) as target_at
        from activations as activation
        left join {{ pass['name'] }}_events as candidate
            on candidate.{{ columns['target'] }}
            and candidate.actor_no <> activation.actor_no
            {%- for key in rule['same'] %} and candidate.{{ key }} = activation.{{ key }}{% endfor %}
            and candidate.ord {{ '>' if terms['later'] else '<' }}{{ '' if terms['is_strict'] else '=' }} activation.ord
        group by 1, 2, 3, 4, 5
    )
    {%- endif -%}
{% endmacro %}
