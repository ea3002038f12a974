{#
  Whether a group is shown only together with others: it holds fewer people than the minimum, or the groups smaller than
  it do so together, which subtracting the shown ones from the total would lay open. `in_smaller`: people in the groups
  smaller than this one, in a total order.
#}
{% macro is_small_group(people, in_smaller, minimum) -%}
    ({{ people }} < {{ minimum }} or ({{ in_smaller }} > 0 and {{ in_smaller }} < {{ minimum }}))
{%- endmacro %}

{# The people in the groups that are smaller than this one, among those of the same `among`. #}
{% macro people_in_smaller(people, among, name) -%}
    coalesce(sum({{ people }}) over (
        partition by {{ among }} order by {{ people }}, {{ name }} rows between unbounded preceding and 1 preceding
    ), 0)
{%- endmacro %}

{% macro small_groups_name() %}'Small groups'{% endmacro %}
