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
