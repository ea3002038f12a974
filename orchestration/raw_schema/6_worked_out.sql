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
