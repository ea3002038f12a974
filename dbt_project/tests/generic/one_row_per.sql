{# A returned row is a combination of the columns that stands more than once: the grain in the model's name is broken. #}
{% test one_row_per(model, columns) %}
select {{ columns | join(', ') }}, count(*) as copies
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
