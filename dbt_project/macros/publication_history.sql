{# What the history of publications keeps of each tool, week and org unit: the classes, and who they are counted among. #}
{% macro published_classes() %}{{ return(['non_user', 'incorrect_user', 'correct_user', 'not_judged']) }}{% endmacro %}
{% macro published_counts() %}{{ return(['eligible', 'active'] + published_classes()) }}{% endmacro %}

{#
  Why a published figure moved. behaviour: the same people were seen to do something else, the data reaching further;
  late_data: what was already past came in; rule: rules or terms of judgement changed; population: people came or went.
#}
{% macro movement_causes() %}{{ return(['behaviour', 'rule', 'population', 'late_data']) }}{% endmacro %}
