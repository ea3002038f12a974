{#
  What is asked of the warehouse in words of many models - the company's time zone, what is rebuilt - and stays the same
  while dbt runs: asked once. Every question costs what a small model costs, and each of these was asked a hundred times
  in a run. `graph` is the one thing that all nodes of a run see.
#}
{% macro answers() %}
    {%- if graph['answers_of'] != invocation_id -%}{%- do graph.update({'answers_of': invocation_id, 'answers': {}}) -%}{%- endif -%}
    {{ return(graph['answers']) }}
{% endmacro %}

{# The rows of a query, asked once. #}
{% macro asked_once(query) %}
    {%- if query not in answers() -%}{%- do answers().update({query: run_query(query)}) -%}{%- endif -%}
    {{ return(answers()[query]) }}
{% endmacro %}

{# The post-hook of a model that others are asked about: it may say otherwise now. #}
{% macro ask_again() %}{%- do answers().clear() -%}{% endmacro %}
