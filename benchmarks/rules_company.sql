-- A company of events for benchmarks/rules.py, in the raw schema. Every piece of work is five steps within an hour or so:
-- shown, evidence opened or not, decided, reviewed by a colleague or shared, undone or closed. A session has four.
insert into raw.usage_event by name
with
items as (
    select
        i, i * $tools // $items as tool, hash(i // 4) % $people + 1 as person,
        timestamp '2026-01-05' + to_microseconds(cast(hash(i // 4 + 77) % (180 * 86400 * 1000000::ubigint) as bigint)) + to_hours(i % 4) as begun_at
    from range($items) as work(i)
),
steps as (select *, unnest([0, 1, 2, 3, 4]) as step from items)
select
    cast(hash(i * 5 + step + 1) >> 1 as bigint) as event_no,
    0 as key_rest,
    'e' || (i * 5 + step) as event_id,
    'tool-' || tool as tool_id,
    'tool-' || tool || '/human-decision' as source_id,
    case step
        when 0 then 'recommendation_shown'
        when 1 then case when hash(i + 1) % 10 < 7 then 'evidence_opened' else 'note_added' end
        when 2 then 'decide'
        when 3 then case when hash(i + 2) % 10 < 3 then 'second_review' else 'share' end
        else case when hash(i + 3) % 10 < 1 then 'undo' else 'close' end
    end as event_name,
    begun_at + to_seconds(cast(step * 60 + hash(i * 7 + step) % 600 as bigint)) as occurred_at,
    cast(case when step = 3 and hash(i + 2) % 10 < 3 then hash(i + 9) % $people + 1 else person end as bigint) as alias_no,
    'human' as actor_type,
    true as is_user_initiated,
    'c' || i as item_id,
    's' || (i // 4) as session_id,
    case when step = 2 then case when hash(i + 4) % 10 < 6 then 'accepted' else 'overridden' end end as decision,
    case when step = 2 then (hash(i + 5) % 1000) / 1000.0 end as confidence,
    case when step = 2 then (hash(i + 6) % 60000) / 1.0 end as dwell_ms,
    case when step = 2 then '{"amount": ' || (hash(i + 8) % 20000) || '}' end as attributes,
    tool as load_id, 1 as line_no, 1 as lines
from steps;

insert into raw.person select i, 'k' || i from range(1, $people + 1) as people(i);

insert into raw.person_span by name
select i as person_no, date '0001-01-01' as valid_from, date '9999-12-31' as valid_to, 'd' || (i % 20) as department
from range(1, $people + 1) as people(i);

insert into raw.identity_alias by name
select 'email' as namespace, i as alias_no, i as person_no from range(1, $people + 1) as people(i);

insert into raw.tool by name
select
    'tool-' || i as tool_id, 'A tool' as title, 'owner' as owner_name, 'name@example.com' as owner_email,
    date '2026-01-05' as live_from, 'people' as eligible_kind, 4 as window_weeks, 1 as min_uses, 5 as min_available_days,
    14 as grace_days, 3 as late_days, false as is_paused, false as has_work_items, true as can_prove,
    false as reads_aggregates, i as position
from range($tools) as tools(i);

insert into raw.tool_source by name
select
    'tool-' || i || '/human-decision' as source_id, 'tool-' || i as tool_id, 'human-decision' as format,
    'event' as grain, 'inbox' as path, 3 as late_days
from range($tools) as tools(i);

insert into raw.calendar values ('UTC', 31, 'department', 10);
insert into raw.run values ('bench', timestamp '2026-11-01', timestamp '2026-11-01', 1, '', '');

insert into raw.training_completion by name
select i as alias_no, 'M1' as module, timestamp '2026-01-01' + to_days(cast(hash(i) % 180 as integer)) as completed_at, 0 as load_id
from range(1, $people + 1) as people(i)
where hash(i + 3) % 3 > 0;
