-- Two aliases seen on one record belong to one account (a login and its numeric id).
create table if not exists raw.identity_link (alias_no bigint not null, linked_alias_no bigint not null, primary key (alias_no, linked_alias_no));
create table if not exists raw.identity_alias (namespace varchar not null, alias_no bigint not null, person_no bigint not null, valid_from date, valid_to date);
create table if not exists raw.unresolved_namespace (alias_no bigint primary key, namespace varchar not null);  -- every alias ever seen on a record, with its kind

create table if not exists raw.person (person_no bigint primary key, person_key varchar not null);
-- Every roster as it was read, one row per person and effective date; person_span and identity_alias are made from it.
create table if not exists raw.roster_row (
    record_key      uuid not null,
    effective_date  date not null,
    person_no       bigint not null,
    person_key      varchar not null,
    is_active       boolean not null,
    eligible_from   date,
    eligible_to     date,
    department      varchar,
    team            varchar,
    location        varchar,
    role            varchar,
    manager_no      bigint,
    fte             double,
    working_days    smallint,
    attributes      json,
    aliases         struct(namespace varchar, alias_no bigint)[],
    record_hash     uuid not null,
    file_at         timestamp not null,
    load_id         bigint not null,
    line_no         bigint not null,
    lines           bigint not null
);
-- What was decided about who is who (orchestration/identity_decisions.py), in numbers, rebuilt with the spans: whom the
-- ids that do not always stand for one person stand for, over all time without a gap, and whose accounts are.
create table if not exists raw.known_person (person_no bigint not null, first_date date not null, last_date date not null, known_no bigint not null, known_key varchar not null);
create table if not exists raw.decided_alias (namespace varchar not null, alias_no bigint not null, first_date date not null, last_date date not null, person_no bigint);  -- no person: nobody's
-- The date from which a roster file without a date in its name holds: when it was first read.
create table if not exists raw.roster_date (path varchar not null, fingerprint varchar not null, effective_date date not null, primary key (path, fingerprint, effective_date));
-- Rebuilt from all roster files on every change: who was on the roster when, with which attributes.
create table if not exists raw.person_span (
    person_no       bigint not null,
    valid_from      date not null,                -- first roster: 0001-01-01
    valid_to        date not null,                -- inclusive; open end: 9999-12-31
    department      varchar,
    team            varchar,
    location        varchar,
    role            varchar,
    manager_no      bigint,
    fte             double,
    working_days    smallint,                     -- bit 0 = Monday; null: the calendar's
    attributes      json
);
create table if not exists raw.absence (person_no bigint not null, first_date date not null, last_date date not null, kind varchar, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
-- The rosters and absences as they are read after these decisions. `listed_no`: whom the file itself lists.
create or replace view raw.known_roster as
with roster as (
    select
        effective_date as roster_date,
        case when row_number() over (order by effective_date) = 1 then date '0001-01-01' else effective_date end as begins,
        coalesce(lead(effective_date) over (order by effective_date) - 1, date '9999-12-31')::date as ends
    from (select distinct effective_date from raw.roster_row)
)
select
    listed.* replace (
        coalesce(known.known_no, listed.person_no) as person_no,
        coalesce(known.known_key, listed.person_key) as person_key,
        coalesce(boss.known_no, listed.manager_no) as manager_no
    ),
    listed.person_no as listed_no,
    greatest(roster.begins, coalesce(known.first_date, roster.begins)) as first_date,
    least(roster.ends, coalesce(known.last_date, roster.ends)) as last_date
from raw.roster_row as listed
join roster on roster.roster_date = listed.effective_date
left join raw.known_person as known
    on known.person_no = listed.person_no and known.first_date <= roster.ends and known.last_date >= roster.begins
left join raw.known_person as boss
    on boss.person_no = listed.manager_no
    and greatest(roster.begins, coalesce(known.first_date, roster.begins)) between boss.first_date and boss.last_date;
create or replace view raw.known_absence as
select
    absence.* replace (
        coalesce(known.known_no, absence.person_no) as person_no,
        greatest(absence.first_date, coalesce(known.first_date, absence.first_date)) as first_date,
        least(absence.last_date, coalesce(known.last_date, absence.last_date)) as last_date
    )
from raw.absence as absence
left join raw.known_person as known
    on known.person_no = absence.person_no
    and known.first_date <= absence.last_date and known.last_date >= absence.first_date;
create table if not exists raw.outage (tool_id varchar not null, starts_at timestamp not null, ends_at timestamp not null, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
create table if not exists raw.training_completion (alias_no bigint not null, module varchar not null, completed_at timestamp not null, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
alter table raw.training_completion add column if not exists statement_key uuid;  -- a digest of the id that a voiding names; null: nothing voids it, and nothing read before this column existed
create table if not exists raw.training_voiding (statement_key uuid not null, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
-- The completions that count: without those that were voided, whichever of the two was read first, and each once,
-- however many statements and lists tell of it.
create or replace view raw.valid_completion as
select alias_no, module, completed_at, min(load_id) as load_id
from raw.training_completion as completion
where not exists (from raw.training_voiding as voiding where voiding.statement_key = completion.statement_key)
group by all;
create or replace view raw.voided_completion as
select completion.alias_no, completion.completed_at, min(voiding.load_id) as load_id  -- of the voiding
from raw.training_completion as completion
join raw.training_voiding as voiding on voiding.statement_key = completion.statement_key
group by all;
create table if not exists raw.work_item (item_id varchar not null, alias_no bigint not null, tool_id varchar not null, kind varchar, opened_at timestamp, closed_at timestamp, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
create table if not exists raw.eligible (tool_id varchar not null, alias_no bigint not null, first_date date, last_date date, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
