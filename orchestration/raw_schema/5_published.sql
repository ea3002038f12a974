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
