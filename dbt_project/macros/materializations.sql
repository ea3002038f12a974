{#
  Views and tables of DuckDB, put in place of what was there by one statement of one transaction. The materializations of
  dbt and dbt-duckdb build beside, rename twice and drop; that is as safe and costs every model three more statements,
  each with a chain of macros. Indexes, grants and comments, which this project does not use, are left out.
#}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ make_way(target, 'view') }}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif -%}
        create or replace view {{ target }} as (
        {{ sql }}
        )
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ make_way(target, 'table') }}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
        create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
        insert into {{ target }} {{ get_column_names() }} (
        {{ get_select_subquery(sql) }}
        )
        {%- else -%}
        create or replace table {{ target }} as (
        {{ sql }}
        )
        {%- endif -%}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# What has the name but is of another type, from an earlier version, cannot be replaced and goes. #}
{% macro make_way(target, type) %}
    {%- set existing = load_cached_relation(target) -%}
    {%- if existing is not none and existing.type != type -%}{% do adapter.drop_relation(existing) %}{%- endif -%}
{% endmacro %}
