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
