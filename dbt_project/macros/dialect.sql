{#
  Everything in which DuckDB and Spark differ stands here and nowhere else. Timestamps are UTC without a zone,
  weeks start on Monday, bit 0 of a day mask is Monday.
#}

{# The local calendar date of a UTC timestamp, in the company's time zone. #}
{% macro local_date(timestamp_utc) %}{{ return(adapter.dispatch('local_date')(timestamp_utc)) }}{% endmacro %}
{% macro default__local_date(timestamp_utc) %}
    {%- set zone = company_timezone() -%}
    {%- if zone == 'UTC' -%} cast({{ timestamp_utc }} as date)
    {%- else -%} cast(timezone('{{ zone }}', timezone('UTC', {{ timestamp_utc }})) as date)
    {%- endif -%}
{% endmacro %}
{% macro spark__local_date(timestamp_utc) %}cast(from_utc_timestamp({{ timestamp_utc }}, '{{ company_timezone() }}') as date){% endmacro %}

{# The UTC instant at which a local calendar date begins. #}
{% macro start_of_date(local_date) %}{{ return(adapter.dispatch('start_of_date')(local_date)) }}{% endmacro %}
{% macro default__start_of_date(local_date) %}
    {%- set zone = company_timezone() -%}
    {%- if zone == 'UTC' -%} cast({{ local_date }} as timestamp)
    {%- else -%} timezone('UTC', timezone('{{ zone }}', cast({{ local_date }} as timestamp)))
    {%- endif -%}
{% endmacro %}
{% macro spark__start_of_date(local_date) %}to_utc_timestamp(cast({{ local_date }} as timestamp), '{{ company_timezone() }}'){% endmacro %}

{% macro company_timezone() %}
    {%- set calendar = ref('stg_calendar') -%}
    {%- if not execute -%}{{ return('UTC') }}{%- endif -%}
    {%- set found = asked_once('select timezone from ' ~ calendar) -%}
    {{ return(found.columns[0].values()[0] if found | length else 'UTC') }}
{% endmacro %}

{% macro iso_week(date) %}{{ return(adapter.dispatch('iso_week')(date)) }}{% endmacro %}
{% macro default__iso_week(date) %}cast(date_trunc('week', {{ date }}) as date){% endmacro %}

{% macro add_days(date, days) %}{{ return(adapter.dispatch('add_days')(date, days)) }}{% endmacro %}
{% macro default__add_days(date, days) %}({{ date }} + cast({{ days }} as integer)){% endmacro %}
{% macro spark__add_days(date, days) %}date_add({{ date }}, cast({{ days }} as int)){% endmacro %}

{# Whole days from one date to another: later - earlier. #}
{% macro days_between(earlier, later) %}{{ return(adapter.dispatch('days_between')(earlier, later)) }}{% endmacro %}
{% macro default__days_between(earlier, later) %}date_diff('day', {{ earlier }}, {{ later }}){% endmacro %}
{% macro spark__days_between(earlier, later) %}datediff({{ later }}, {{ earlier }}){% endmacro %}

{% macro add_microseconds(timestamp, microseconds) %}{{ return(adapter.dispatch('add_microseconds')(timestamp, microseconds)) }}{% endmacro %}
{% macro default__add_microseconds(timestamp, microseconds) %}({{ timestamp }} + to_microseconds(cast({{ microseconds }} as bigint))){% endmacro %}
{% macro spark__add_microseconds(timestamp, microseconds) %}timestamp_micros(unix_micros({{ timestamp }}) + {{ microseconds }}){% endmacro %}

{% macro epoch_microseconds(timestamp) %}{{ return(adapter.dispatch('epoch_microseconds')(timestamp)) }}{% endmacro %}
{% macro default__epoch_microseconds(timestamp) %}epoch_us({{ timestamp }}){% endmacro %}
{% macro spark__epoch_microseconds(timestamp) %}unix_micros({{ timestamp }}){% endmacro %}

{% macro timestamp_of_microseconds(microseconds) %}{{ return(adapter.dispatch('timestamp_of_microseconds')(microseconds)) }}{% endmacro %}
{% macro default__timestamp_of_microseconds(microseconds) %}make_timestamp({{ microseconds }}){% endmacro %}
{% macro spark__timestamp_of_microseconds(microseconds) %}timestamp_micros({{ microseconds }}){% endmacro %}

{% macro hours_between(earlier, later) %}((cast({{ epoch_microseconds(later) }} as double) - {{ epoch_microseconds(earlier) }}) / 3600000000.0){% endmacro %}

{#
  A position packs (ord, event_no) into one sortable number, so that one window aggregate finds the nearest event
  and its handle: ord * 2^63 + event_no. 128 bits carry it exactly.
#}
{% macro position(ord, event_no) %}{{ return(adapter.dispatch('position')(ord, event_no)) }}{% endmacro %}
{% macro default__position(ord, event_no) %}(cast({{ ord }} as hugeint) * 9223372036854775808 + {{ event_no }}){% endmacro %}
{% macro spark__position(ord, event_no) %}(cast({{ ord }} as decimal(38, 0)) * 9223372036854775808 + {{ event_no }}){% endmacro %}
{% macro ord_of(position) %}{{ return(adapter.dispatch('ord_of')(position)) }}{% endmacro %}
{% macro default__ord_of(position) %}cast({{ position }} >> 63 as bigint){% endmacro %}  {#- a hundred times cheaper than a division -#}
{% macro spark__ord_of(position) %}cast(floor({{ position }} / 9223372036854775808) as bigint){% endmacro %}
{% macro event_no_of(position) %}{{ return(adapter.dispatch('event_no_of')(position)) }}{% endmacro %}
{% macro default__event_no_of(position) %}cast({{ position }} & 9223372036854775807 as bigint){% endmacro %}

{# Texts at several names of a JSON object, parsed once; `at` n (from 0) of the result is text_at(). #}
{% macro json_texts(json, names) %}{{ return(adapter.dispatch('json_texts')(json, names)) }}{% endmacro %}
{% macro default__json_texts(json, names) %}json_extract_string({{ json }}, [{% for name in names %}'$."{{ name }}"'{{ ', ' if not loop.last }}{% endfor %}]){% endmacro %}
{% macro spark__json_texts(json, names) %}array({% for name in names %}get_json_object({{ json }}, '$.{{ name }}'){{ ', ' if not loop.last }}{% endfor %}){% endmacro %}
{% macro text_at(texts, position) %}{{ return(adapter.dispatch('text_at')(texts, position)) }}{% endmacro %}
{% macro default__text_at(texts, position) %}{{ texts }}[{{ position + 1 }}]{% endmacro %}
{% macro spark__text_at(texts, position) %}{{ texts }}[{{ position }}]{% endmacro %}
{% macro json_text(json, name) %}{{ text_at(json_texts(json, [name]), 0) }}{% endmacro %}

{# The type of a catalogue attribute in the target dialect; a text that does not parse is unknown, not an error. #}
{% macro typed(text, type) %}
    {%- set types = {'text': 'varchar', 'double': 'double', 'integer': 'bigint', 'boolean': 'boolean', 'date': 'date'} -%}
    {%- if type == 'text' -%} {{ text }}
    {%- elif type == 'timestamp' -%} timezone('UTC', try_cast({{ text }} as timestamptz))
    {%- else -%} try_cast({{ text }} as {{ types[type] }})
    {%- endif -%}
{% endmacro %}

{# Day masks: which days of the week starting at `week_start` lie in [first, last]. #}
{% macro day_mask(first_date, last_date, week_start) %}
    {%- set low = 'greatest(' ~ days_between(week_start, first_date) ~ ', 0)' -%}
    {%- set high = 'least(' ~ days_between(week_start, last_date) ~ ', 6)' -%}
    (case when {{ high }} < {{ low }} then 0
          else {{ shift_left('1', high ~ ' + 1') }} - {{ shift_left('1', low) }} end)
{%- endmacro %}
{% macro shift_left(value, by) %}{{ return(adapter.dispatch('shift_left')(value, by)) }}{% endmacro %}
{% macro default__shift_left(value, by) %}(cast({{ value }} as bigint) << cast({{ by }} as bigint)){% endmacro %}
{% macro spark__shift_left(value, by) %}shiftleft({{ value }}, cast({{ by }} as int)){% endmacro %}

{# The first three texts of a group as a JSON array, in the order given. #}
{% macro first_three(text, order_by) %}{{ return(adapter.dispatch('first_three')(text, order_by)) }}{% endmacro %}
{% macro default__first_three(text, order_by) %}cast(to_json(list({{ text }} order by {{ order_by }})[1:3]) as varchar){% endmacro %}
{% macro spark__first_three(text, order_by) %}to_json(slice(transform(array_sort(collect_list(struct({{ order_by }}, {{ text }}))), x -> x.{{ text }}), 1, 3)){% endmacro %}

{# A row per Monday from one to the other, both included (a set-returning expression of a select list). #}
{% macro week_series(first_week, last_week) %}{{ return(adapter.dispatch('week_series')(first_week, last_week)) }}{% endmacro %}
{% macro default__week_series(first_week, last_week) %}cast(unnest(generate_series(cast({{ first_week }} as timestamp), cast({{ last_week }} as timestamp), interval 7 day)) as date){% endmacro %}
{% macro spark__week_series(first_week, last_week) %}explode(sequence({{ first_week }}, {{ last_week }}, interval 7 day)){% endmacro %}

{# Whether a JSON array of texts holds a text. #}
{% macro json_list_contains(json, text) %}{{ return(adapter.dispatch('json_list_contains')(json, text)) }}{% endmacro %}
{% macro default__json_list_contains(json, text) %}coalesce(list_contains(from_json({{ json }}, '["VARCHAR"]'), {{ text }}), false){% endmacro %}
{% macro spark__json_list_contains(json, text) %}coalesce(array_contains(from_json({{ json }}, 'array<string>'), {{ text }}), false){% endmacro %}

{# A UTC timestamp with its zone, as the published marts carry it. #}
{% macro as_utc(timestamp) %}{{ return(adapter.dispatch('as_utc')(timestamp)) }}{% endmacro %}
{% macro default__as_utc(timestamp) %}timezone('UTC', {{ timestamp }}){% endmacro %}
{% macro spark__as_utc(timestamp) %}{{ timestamp }}{% endmacro %}

{# A row per span of a JSON array of {first_date, last_date}, as two columns of a select list; none where it is null. #}
{% macro spans_of(json) %}{{ return(adapter.dispatch('spans_of')(json)) }}{% endmacro %}
{% macro default__spans_of(json) %}unnest(from_json({{ json }}, '[{"first_date":"DATE","last_date":"DATE"}]'), recursive := true){% endmacro %}
{% macro spark__spans_of(json) %}inline(from_json({{ json }}, 'array<struct<first_date:date,last_date:date>>')){% endmacro %}

{# A number that stands for the values of some columns: equal values, equal number; others, another one but for chance. #}
{% macro fingerprint(columns) %}{{ return(adapter.dispatch('fingerprint')(columns)) }}{% endmacro %}
{% macro default__fingerprint(columns) %}hash({{ columns | join(', ') }}){% endmacro %}
{% macro spark__fingerprint(columns) %}xxhash64({{ columns | join(', ') }}){% endmacro %}
