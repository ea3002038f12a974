{# A returned row is a file of which lines vanished, or were counted twice. #}
{% test lines_balance(model) %}
select *
from {{ model }}
where lines_read <> lines_loaded + lines_duplicate + lines_superseded + lines_quarantined + lines_blank
{% endtest %}
