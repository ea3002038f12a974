-- The raw schema of warehouse.duckdb: what the loaders write and dbt's staging models read.
-- Identifiers of people never stand here in clear: a *_no is the first 8 bytes of an HMAC-SHA256 as a signed integer
-- (orchestration/identity.py), person_key its first 16 bytes in hexadecimal. All timestamps are UTC without a zone.

create schema if not exists raw;

-- One row per file version that was read. Lines are physical lines; in files that are one document, records.
create table if not exists raw.load (
    load_id            bigint primary key,
    dataset            varchar not null,          -- events | aggregates | people | absences | outages | training | work_items | eligible
    tool_id            varchar,
    source_id          varchar not null,          -- <tool_id>/<format>, or the dataset's name
    format             varchar not null,
    path               varchar not null,          -- relative to the workspace
    fingerprint        varchar not null,          -- sha256 of the content after decompression
    bytes              bigint not null,
    modified_at        timestamp not null,
    loaded_at          timestamp not null,
    status             varchar not null,          -- loaded | duplicate_file | refused
    message            varchar,
    lines_read         bigint not null,
    lines_loaded       bigint not null,
    lines_duplicate    bigint not null,
    lines_superseded   bigint not null,
    lines_quarantined  bigint not null,
    lines_blank        bigint not null,
    effective_date     date,                      -- of a roster: from when it holds
    is_dated_by_file   boolean default false      -- its records have no time of their own: the file's modification time stands in
);
alter table raw.load add column if not exists effective_date date;  -- for warehouses made before it existed

-- What the loader knows of each path it has read, so that an unchanged file is not read again.
create table if not exists raw.seen_file (
    source_id    varchar not null,
    path         varchar not null,
    bytes        bigint not null,
    modified_ns  bigint not null,
    fingerprint  varchar not null,
    checked_at   timestamp not null,
    primary key (source_id, path)
);

-- What the mapping file of a source said when its files were last read: when it says something else, they are read anew.
create table if not exists raw.source_meaning (source_id varchar primary key, meaning varchar not null);

create table if not exists raw.quarantine (
    load_id      bigint not null,
    line_no      bigint not null,
    byte_offset  bigint not null,
    lines        bigint not null,
    reason_code  varchar not null,
    reason       varchar not null,
    raw_sealed   blob not null,                   -- the bytes as they came, encrypted with the vault's key
    source_id    varchar not null,
    raw_digest   uuid not null,                   -- keyed digest of the bytes: tells a repeat from another broken line
    occurrence   integer not null                 -- 1 for the first such line of a file, 2 for the next, ...
);

create table if not exists raw.usage_event (
    event_no           bigint not null,           -- 63 bits of a salted md5 of what identifies the event: its handle
    key_rest           ubigint not null,          -- 64 more of it: both together tell one event from another
    event_id           varchar not null using compression zstd,  -- no dictionary helps, and looking for one is dear
    tool_id            varchar not null,
    source_id          varchar not null,
    event_name         varchar not null,
    occurred_at        timestamp not null,
    seq                bigint,                    -- order within one instant, when the source gives one
    ord                bigint,                    -- a total order given by the source; overrides (occurred_at, seq)
    alias_no           bigint,                    -- who, before resolution; null: the source names nobody
    actor_type         varchar not null,          -- human | service | unknown
    is_user_initiated  boolean not null,
    item_id            varchar,
    session_id         varchar,
    conversation_id    varchar,
    use_case           varchar,
    feature            varchar,
    decision           varchar,
    decision_source    varchar,
    confidence         double,
    predicted_value    varchar,
    final_value        varchar,
    dwell_ms           double,
    model              varchar,
    input_tokens       bigint,
    output_tokens      bigint,
    cost               double,
    currency           varchar,
    attributes         json,
    load_id            bigint not null,
    line_no            bigint not null,
    lines              bigint not null,
    first_file_at      timestamp                  -- least modification time of all files that brought it in any version
);
alter table raw.usage_event add column if not exists first_file_at timestamp;

create table if not exists raw.usage_aggregate (
    record_key      uuid not null,
    tool_id         varchar not null,
    source_id       varchar not null,
    alias_no        bigint,
    actor_type      varchar not null,
    part            varchar not null,             -- sub-row of one person and period (a terminal, a client); '' when whole
    scope           varchar not null,             -- organisation or enterprise the row was reported under
    grain           varchar not null,             -- day | week | 28d | month | window | snapshot
    period_start    date not null,
    period_end      date not null,                -- exclusive
    is_active       boolean,
    prompts         bigint,
    offered         bigint,
    accepted        bigint,
    rejected        bigint,
    sessions        bigint,
    messages        bigint,
    lines_suggested bigint,
    lines_accepted  bigint,
    lines_added     bigint,
    lines_removed   bigint,
    commits         bigint,
    input_tokens    bigint,
    output_tokens   bigint,
    cost            double,
    currency        varchar,
    attributes      json,                         -- further measures (numbers) and flags by name
    coverage        varchar not null,             -- active_only | all_members | licensed_only | unknown
    as_of           timestamp not null,
    is_final        boolean not null,
    record_hash     uuid not null,
    load_id         bigint not null,
    line_no         bigint not null,
    lines           bigint not null,
    scope_rank      integer,                      -- lower is preferred
    file_at         timestamp,                    -- modification time of the newest file that said so
    first_file_at   timestamp                     -- least modification time of all files that brought it in any version
);
alter table raw.usage_aggregate add column if not exists first_file_at timestamp;

-- What changed in the two tables above otherwise than by the rows that a load adds (those have its load_id): rows that
-- were replaced, altered or taken out, and rows that a replay added under the load that had brought their line. One row
-- per merge, account, item and ISO week; a refresh that has seen touch_no n reads those above it, and recomputes these
-- days of these accounts (and of these items) whatever the rows are now. Load ids are never given twice, not even after
-- `--full`. Who has recomputed them may delete all rows but the newest.
create table if not exists raw.touched_day (
    touch_no    bigint not null,                  -- ascends; the rows of one merge share it
    load_id     bigint not null,                  -- the load that did it; where none did (another mapping): the last before
    tool_id     varchar,                          -- null: everything may be another, nothing of before can be kept
    source_id   varchar,
    alias_no    bigint,                           -- null: the rows name nobody
    item_id     varchar,                          -- as it was before; of events alone
    first_date  date not null,                    -- UTC
    last_date   date not null                     -- inclusive
);

-- What the days of a source hold (orchestration/loading/observing.py): how often each field was there, with which JSON
-- type, and which words it held, in a sample of each day and event; what the day adds up to, and what it did before.
create table if not exists raw.field_day (
    source_id   varchar not null,
    day         date not null,
    part        varchar not null,                 -- the event's name; '' of counts
    field       varchar not null,                 -- a column, or attributes.<name>
    kind        varchar,                          -- of an attribute: number, varchar, boolean, array, object
    records     bigint not null,
    looked_at   bigint not null,
    present     bigint not null
);
create table if not exists raw.value_day (source_id varchar not null, day date not null, field varchar not null, said varchar not null, records bigint not null);
create table if not exists raw.said_day (source_id varchar not null, day date not null, measure varchar not null, said double not null);
-- Append only: a day that a source had spoken of before, and of which it says something else now.
create table if not exists raw.restated_day (
    tool_id      varchar not null,
    source_id    varchar not null,
    day          date not null,
    measure      varchar not null,                -- records, or the sum of a measure
    said_before  double not null,
    said_now     double not null,
    load_id      bigint not null,                 -- the last load that was read when it was noticed
    restated_at  timestamp not null
);
-- Up to where a tool's usage tables have been looked at.
create table if not exists raw.observed (tool_id varchar primary key, load_id bigint not null, touch_no bigint not null);
-- Worked out anew from those days on every load: what has changed in the form of a source.
create table if not exists raw.drift (
    tool_id      varchar not null,
    source_id    varchar not null,
    part         varchar not null,                -- the event whose field it is; '' of counts and of whole sources
    column_name  varchar not null,                -- '*': whole lines
    change       varchar not null,                -- added | removed | all_null | renamed | retyped | new_value | refused
    first_date   date not null,
    last_date    date,                            -- null: it goes on
    detail       varchar,                         -- the new name, the types, the new word, why lines were refused
    share        double,                          -- of the records that held it before; of the lines that are refused
    seen_at      timestamp not null               -- when a load first noticed it
);
-- Which rules (null: whether a tool is used) read what has changed. Blinding: what they say from then on means nothing.
create table if not exists raw.drift_reader (
    tool_id      varchar not null,
    source_id    varchar not null,
    part         varchar not null,
    column_name  varchar not null,
    change       varchar not null,
    first_date   date not null,
    last_date    date,
    rule_id      varchar,
    version      integer,
    is_blinding  boolean not null
);

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
create table if not exists raw.work_item (item_id varchar not null, alias_no bigint not null, tool_id varchar not null, kind varchar, opened_at timestamp, closed_at timestamp, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);
create table if not exists raw.eligible (tool_id varchar not null, alias_no bigint not null, first_date date, last_date date, load_id bigint not null, record_key uuid, record_hash uuid, file_at timestamp, line_no bigint, lines bigint);

-- The registry as the models see it: replaced as a whole before every dbt run.
create table if not exists raw.tool (
    tool_id             varchar primary key,
    title               varchar not null,
    owner_name          varchar not null,
    owner_email         varchar not null,
    escalation_email    varchar,
    live_from           date not null,
    eligible_kind       varchar not null,         -- people | seats | list
    eligible_sql        varchar,                  -- rendered condition over person attributes, when kind = people
    uses_sql            varchar,                  -- rendered selector; null: every human, user-initiated event
    window_weeks        integer not null,
    min_uses            integer not null,
    min_available_days  integer not null,
    grace_days          integer not null,
    late_days           integer not null,
    is_paused           boolean not null,
    paused_from         date,                     -- of the pause that holds, else of the next one
    rollup_unproven     varchar,                  -- null | correct_user | incorrect_user | non_user
    has_work_items      boolean not null,
    can_prove           boolean not null,         -- false: the sources cannot tell correct from incorrect
    reads_aggregates    boolean not null,
    production          json,
    position            integer not null
);
alter table raw.tool add column if not exists pauses json;  -- [{first_date, last_date}]: weeks that touch one are not judged
create table if not exists raw.tool_source (source_id varchar primary key, tool_id varchar not null, format varchar not null, grain varchar not null, path varchar not null, late_days integer not null, freshness_hours double);
-- What was promised of a tool (config/tools.yml, production), by whom, and on what it stands. One row per tool.
create table if not exists raw.tool_production (
    tool_id                     varchar primary key,
    expected_people_per_day     double,
    expected_events_per_day     double,
    freshness_hours             double,
    latency_within_ms           double,
    latency_share               double,
    error_measure               varchar,          -- overridden | broken | unavailable
    error_share                 double,
    fallback                    varchar,
    runbook                     varchar,
    workflow_change             varchar,
    output_meaning              varchar,
    retraining_override_share   double,
    retraining_calibration_gap  double,
    retraining_on_drift         boolean not null,
    retraining_process          varchar,
    retraining_approver         varchar,          -- name
    retraining_approver_email   varchar,
    retraining_document         varchar
);
create table if not exists raw.tool_contact (
    tool_id       varchar not null,
    role          varchar not null,               -- owner | deputy | escalation | approver | authority
    name          varchar,
    email         varchar not null,
    can_pause     boolean not null,
    can_retrain   boolean not null,
    can_escalate  boolean not null,
    position      integer not null,
    alias_no      bigint not null                 -- of the e-mail address, to be looked up in the rosters
);
create table if not exists raw.tool_link (tool_id varchar not null, direction varchar not null, position integer not null, name varchar not null, interface varchar, updates varchar, on_failure varchar, fallback varchar);
create table if not exists raw.tool_pause (tool_id varchar not null, first_date date not null, last_date date not null, decided_by varchar not null, reason varchar not null, decided_at timestamp);
create table if not exists raw.eligible_listed (tool_id varchar not null, alias_no bigint not null);
create table if not exists raw.target (tool_id varchar not null, org_unit varchar, measure varchar not null, value double not null, due_date date not null, owner varchar, baseline_week date);
create table if not exists raw.rule_book (
    rule_no             integer primary key,      -- one per rule and version
    rule_id             varchar not null,
    version             integer not null,
    semantic_hash       varchar not null,
    tool_id             varchar not null,
    kind                varchar not null,
    title               varchar not null,
    severity            varchar not null,         -- blocker | major | minor
    tolerate            double not null,          -- permitted share of broken obligations
    evidence_incorrect  integer not null,
    evidence_correct    integer not null,
    within_us           bigint,                   -- microseconds
    effective_from      date,
    effective_to        date,                     -- inclusive
    owner               varchar,
    why                 varchar,
    train               varchar,
    sentence            varchar not null,         -- the rule in one plain sentence
    spec                json not null             -- rendered selectors and options by key, see orchestration/rules/compile.py
);
create table if not exists raw.calendar (timezone varchar not null, working_days smallint not null, org_unit varchar not null, small_group integer not null);
-- Roster columns that hold identifiers, beyond those every reader knows.
create table if not exists raw.identity_column (column_name varchar primary key);
-- What the company's rosters call a column of ours.
create table if not exists raw.roster_column (column_name varchar primary key, source_name varchar not null);
create table if not exists raw.holiday (holiday_date date primary key, name varchar not null);
-- What `--as-of` and the caller say about this run. One row.
create table if not exists raw.run (run_id varchar not null, started_at timestamp not null, as_of timestamp not null, contract_version integer not null, code_version varchar not null, rule_book_hash varchar not null);
-- Examples and `rules evaluate` judge a period of their own instead of ISO weeks. Empty in a normal run.
create table if not exists raw.tool_period (tool_id varchar primary key, starts_at timestamp not null, ends_at timestamp not null, watermark_at timestamp not null, data_from_at timestamp not null);

-- What was published, kept from run to run (orchestration/loading/history.py): each run first remembers the publication
-- before it. Append only; of the weekly figures only the rows that differ from the publication before.
create table if not exists raw.publication (publication_no integer primary key, publication_id varchar not null unique, published_at timestamp not null);
create table if not exists raw.published_week (
    publication_no  integer not null,
    tool_id         varchar not null,
    week_start      date not null,
    org_level       varchar not null,             -- total | org_unit
    org_unit        varchar not null,
    eligible        bigint not null,              -- 0: no longer published
    active          bigint not null,
    non_user        bigint not null,
    incorrect_user  bigint not null,
    correct_user    bigint not null,
    not_judged      bigint not null,
    is_provisional  boolean not null
);
create table if not exists raw.restatement (
    publication_no  integer not null,             -- the later of the two publications
    tool_id         varchar not null,
    week_start      date not null,
    org_level       varchar not null,
    org_unit        varchar not null,
    status          varchar not null,
    before          bigint not null,
    after           bigint not null,
    behaviour       bigint not null,
    rule            bigint not null,
    population      bigint not null,
    late_data       bigint not null
);
-- Of the last publication alone, replaced by each: who stood where, how far the data reached, from which files, and by
-- which rules and terms they were judged.
create table if not exists raw.published_status (tool_id varchar not null, person_no bigint not null, week_start date not null, org_unit varchar not null, status varchar not null);
create table if not exists raw.published_tool as select *, null::timestamp as data_through_at from raw.tool limit 0;
create table if not exists raw.published_load (source_id varchar not null, fingerprint varchar not null);
create table if not exists raw.published_rule as select * from raw.rule_book limit 0;
-- The data of the run under way, judged by the rules and terms of the last publication: only of tools where these differ.
create table if not exists raw.former_tool (tool_id varchar primary key);
create table if not exists raw.former_status (tool_id varchar not null, person_no bigint not null, week_start date not null, status varchar not null);

-- What is worked out from the marts of a run (orchestration/forecasting/): facts that are stored once and never made
-- again. Rows of a run that was never published are taken back by the next one.
create table if not exists raw.target_baseline (
    run_id          varchar not null,
    tool_id         varchar not null,
    org_level       varchar not null,             -- total | org_unit
    org_unit        varchar not null,
    measure         varchar not null,
    week_start      date not null,                -- the baseline week, as published when it was final for the first time
    eligible        bigint not null,
    reached         bigint not null,              -- people whom the measure counts
    frozen_at       timestamp not null
);
create table if not exists raw.forecast (
    forecast_no     bigint not null,              -- one per tool, cell, measure and making
    run_id          varchar not null,
    tool_id         varchar not null,
    org_level       varchar not null,
    org_unit        varchar not null,
    measure         varchar not null,
    inputs_hash     varchar not null,             -- of all that it was made from: an equal one is not made again
    refusal         varchar,                      -- why there is no forecast; null when there is one
    method          varchar not null,
    from_week       date,                         -- the last final week that it knows
    weeks_known     integer not null,
    eligible        bigint,                       -- in from_week, as is share
    share           double,
    made_at         timestamp not null
);
create table if not exists raw.forecast_week (
    forecast_no     bigint not null,
    week_start      date not null,
    p10             double,
    p50             double,
    p90             double,
    target          double not null,              -- the target in force in the week
    due_date        date not null,
    chance          double,                       -- that the share is at the target or above in the week
    is_of_company   boolean not null              -- the org unit has no target of its own
);
-- The forecasts that hold now: replaced by each run.
create table if not exists raw.forecast_current (forecast_no bigint primary key);

-- Lists of who is to be trained (takeup training plan): made once by somebody, and never changed afterwards.
create table if not exists raw.training_plan (
    plan_id         varchar primary key,          -- the day and a number: 2026-11-20-1
    publication_id  varchar not null,             -- of which the needs are
    hold_out        double not null,              -- share of people who are left out by lot, to compare with
    seed            bigint,                       -- of that lot; null: none was drawn
    due_date        date not null,
    made_at         timestamp not null,
    fingerprint     varchar not null              -- of all its entries: tells whether one was changed
);
create table if not exists raw.training_plan_entry (
    plan_id         varchar not null,
    person_key      varchar not null,
    tool_id         varchar not null,
    rule_id         varchar not null,
    version         integer not null,
    module          varchar not null,
    module_code     varchar not null,
    severity        varchar not null,
    judged          bigint not null,              -- as they stood when the plan was made
    broken          bigint not null,
    week_start      date not null,
    arm             varchar not null,             -- train | hold_out
    is_drawn        boolean not null              -- the lot decided: only these can be compared
);
-- What training changed, worked out from the data of a run (orchestration/effects/). Stored once and never made again
-- while its inputs stand.
create table if not exists raw.training_effect (
    effect_no       bigint not null,
    run_id          varchar not null,
    tool_id         varchar not null,
    rule_id         varchar not null,
    module          varchar not null,
    measure         varchar not null,             -- broken_share | satisfied_share
    design          varchar not null,             -- hold_out | matched
    plan_id         varchar,                      -- of a hold-out
    inputs_hash     varchar not null,             -- of all that it was made from: an equal one is not made again
    refusal         varchar,                      -- why there is no estimate; null when there is one
    trained_people  bigint not null,              -- who count: with enough cases before and after
    comparison_people bigint not null,
    left_out_people bigint not null,              -- trained, but with too few cases, or nobody to compare with
    trained_before  double,                       -- the measure before, of the trained
    estimate        double,                       -- change of the trained less that of the comparison
    low             double,                       -- 95 % interval
    high            double,
    placebo_refusal varchar,
    placebo_estimate double,                      -- the same six weeks earlier, when nobody was trained: should hold 0
    placebo_low     double,
    placebo_high    double,
    completed_from  date,                         -- first and last completion
    completed_to    date,
    weeks_after     integer not null,             -- weeks after training that the data reach, of the last trained
    made_at         timestamp not null
);
create table if not exists raw.training_effect_week (
    effect_no       bigint not null,
    event_week      integer not null,             -- 0: the week of the training
    trained_people  bigint not null,
    comparison_people bigint not null,
    trained_level   double,
    comparison_level double,
    difference      double,                       -- of the changes since the weeks before training
    low             double,
    high            double
);
create table if not exists raw.training_effect_current (effect_no bigint primary key);
alter table raw.published_tool add column if not exists pauses json;

-- What was found wrong, over time (orchestration/alerts/incidents.py): an incident is opened once and resolved once.
create table if not exists raw.alert (
    incident_id      varchar primary key,
    title            varchar not null,
    kind             varchar not null,            -- see orchestration/alerts/kinds.py
    severity         varchar not null,            -- critical | major | minor
    tool_id          varchar not null,
    subject          varchar not null,            -- the source, trigger or person it is about; '' when the tool itself
    summary          varchar not null,
    first_guess      varchar not null,            -- data | tool | downstream | organisation
    guess_evidence   json not null,               -- [text, ...], the strongest first
    observed         double,
    threshold        double,
    first_date       date,                        -- the days it is about
    last_date        date,
    opened_at        timestamp not null,
    last_seen_at     timestamp not null,
    acknowledged_at  timestamp,
    acknowledged_by  varchar,
    note             varchar,
    runbook          varchar not null,            -- where it says what to do
    resolved_at      timestamp
);
-- How small a drop of each tool's use the last run would have noticed (orchestration/alerts/sensitivity.py); unknown where
-- there are too few days to judge by, or no drop is large enough.
create table if not exists raw.alert_sensitivity (
    tool_id          varchar primary key,
    people_per_day   double,                      -- who used it on a working day, lately
    zero_days        bigint,                      -- working days without anybody until that is an alert
    drop_1_day       double,                      -- smallest drop that is noticed 95 of 100 times, on one working day
    drop_5_days      double,                      -- ... that lasts so many working days
    drop_10_days     double,
    drop_20_days     double
);
-- The outbox: what is to be said about incidents, written together with them, and when each destination had it.
create table if not exists raw.alert_message (
    message_id    varchar not null,               -- <incident>/<occasion>[/<date>]: a destination gets each once, or again after a crash
    destination   varchar not null,
    incident_id   varchar not null,
    occasion      varchar not null,               -- opened | reminder | resolved
    created_at    timestamp not null,
    sent_at       timestamp,
    attempts      integer not null,
    error         varchar,
    primary key (message_id, destination)
);
-- The readiness audit of each tool, as the last run of a week answered it.
create table if not exists raw.audit_answer (
    tool_id      varchar not null,
    week_start   date not null,
    question_id  varchar not null,
    area         varchar not null,
    position     integer not null,
    question     varchar not null,
    answer       varchar not null,                -- yes | no | vague
    evidence     varchar not null,
    gap          varchar,
    owner        varchar,
    action       varchar,
    due_date     date,
    audited_at   timestamp not null,
    primary key (tool_id, week_start, question_id)
);

-- What the last finished refresh of the models was made from (orchestration/refresh.py): a later one rebuilds only the
-- weeks in which anything may differ. Written at once when a run has published, so that a run that was killed, or did not
-- publish, leaves it behind and the next one rebuilds the same weeks again.
create schema if not exists built;
-- One row: the models it was built by, and up to where it has seen the loads.
create table if not exists built.refresh (project varchar not null, run_id varchar not null, after_run_id varchar, load_id bigint not null, touch_no bigint not null);
create table if not exists built.tool (
    tool_id       varchar primary key,
    sources_hash  ubigint,                       -- what its records are counted by, see int_touched
    watermark_at  timestamp,
    pending_week  date,                          -- the oldest week with an obligation that was open still
    cut_week      date not null                  -- the weeks before it stayed as they had been built before
);
-- The models that keep rows from run to run, and the run that built each last: only a run that built all can be finished.
create table if not exists built.model (model varchar primary key, run_id varchar);
-- Everything that figures stand on beside the usage records, as spans of days: the rows of int_refresh_inputs.
create table if not exists built.input (kind varchar not null, tool_id varchar not null, subject bigint, content ubigint, first_date date not null, last_date date not null);
-- From when to when the groups reach that rules of kind `count` count in (sessions, items).
create table if not exists built.count_group (tool_id varchar not null, group_no ubigint not null, first_at timestamp not null, last_at timestamp not null);
-- When each account was first seen on a record: no change of its person reaches further back.
create table if not exists built.alias (tool_id varchar not null, alias_no bigint not null, first_date date not null);
