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
    attributes         json using compression zstd,  -- as with event_id
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
