-- Who has completed the module that a rule recommends, under the name that a learning system gives it.
with

rules as (
    select rule_no, rule_id, version, tool_id, {{ module_of('train') }} as module from {{ ref('stg_rule_book') }}
),

modules as (
    select *, {{ module_code_of('module') }} as module_code from rules where module is not null
),

people as (
    select person.person_key, person.person_no, completion.module as completed, completion.completed_at
    from {{ ref('stg_training_completions') }} as completion
    inner join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = completion.alias_no
        and cast(completion.completed_at as date) between alias.valid_from and alias.valid_to
    inner join {{ ref('stg_people') }} as person on person.person_no = alias.person_no
)

select
    modules.rule_no, modules.rule_id, modules.version, modules.tool_id, modules.module, modules.module_code,
    people.person_no, people.person_key, people.completed_at,
    {{ iso_week(local_date('people.completed_at')) }} as completed_week
from people
inner join modules on {{ is_completion_of('people.completed', 'modules.module', 'modules.module_code') }}
