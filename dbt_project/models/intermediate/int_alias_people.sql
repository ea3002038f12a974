-- Which person an alias stands for, and when. An alias without a person of its own takes the person of an alias seen
-- with it on one record (a login and its numeric id), unless somebody has decided about it. Two people at the same time:
-- nobody, rather than the wrong one.
with

direct as (
    select
        alias_no, person_no,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('stg_identity_aliases') }}
),

linked as (
    select
        link.alias_no, direct.person_no, direct.valid_from, direct.valid_to
    from {{ ref('stg_identity_links') }} as link
    inner join direct on direct.alias_no = link.linked_alias_no
    where not exists (select 1 from direct as own where own.alias_no = link.alias_no)
        and not exists (select 1 from {{ ref('stg_decided_aliases') }} as decided where decided.alias_no = link.alias_no)
),

reached as (
    select
        *, max(valid_to) over (
            partition by alias_no, person_no order by valid_from, valid_to rows between unbounded preceding and 1 preceding
        ) as reached_date
    from (select * from direct union all select * from linked) as all_candidates
),

numbered as (
    select
        *, sum(case when valid_from <= reached_date then 0 else 1 end) over (
            partition by alias_no, person_no order by valid_from, valid_to rows unbounded preceding
        ) as span_number
    from reached
),

-- Spans of one person that overlap are one; between two that do not, the alias may be somebody else's.
candidates as (
    select alias_no, person_no, min(valid_from) as valid_from, max(valid_to) as valid_to
    from numbered
    group by alias_no, person_no, span_number
),

unambiguous as (
    select one.*
    from candidates as one
    where not exists (
        select 1 from candidates as other
        where other.alias_no = one.alias_no and other.person_no <> one.person_no
            and other.valid_from <= one.valid_to and other.valid_to >= one.valid_from
    )
)

select * from unambiguous
