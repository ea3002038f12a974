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
