-- Every alias seen on usage records: its namespace, and whether it stands for a known person at any time.
select
    seen.alias_no, seen.namespace,
    max(case when alias.person_no is not null then 1 else 0 end) = 1 as is_resolved
from {{ ref('stg_seen_aliases') }} as seen
left join {{ ref('int_alias_people') }} as alias on alias.alias_no = seen.alias_no
group by 1, 2
