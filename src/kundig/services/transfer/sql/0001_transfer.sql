-- Imports: what was asked for, how far they are, what went wrong. {ws} is the workspace's schema.

create table {ws}.import_run (
    id uuid primary key,
    created_at timestamptz not null default now(),
    by_kind text not null,
    by_id uuid,
    by_user uuid,
    source text not null,
    object text not null,
    file_name text not null,
    file_size bigint not null,
    request jsonb not null,
    shape jsonb not null,
    digest bytea not null,
    change uuid not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    reason jsonb,
    total integer not null,
    round integer not null default 0,
    is_last boolean not null default false,
    position integer not null default 1,
    created integer not null default 0,
    updated integer not null default 0,
    skipped integer not null default 0,
    failed integer not null default 0,
    started_at timestamptz,
    ended_at timestamptz
);
create index import_run_by on {ws}.import_run (by_user, created_at desc);
create index import_run_digest on {ws}.import_run (digest) where state in ('queued', 'running');
create index import_run_change on {ws}.import_run (change);

-- The file, in parts, so that any worker can read it with constant memory.
create table {ws}.import_part (
    import uuid not null references {ws}.import_run on delete cascade,
    position integer not null,
    content bytea not null,
    primary key (import, position)
);

-- Rows that refer to records which the file itself may bring further down: they are tried again in the next round.
create table {ws}.import_late (
    import uuid not null references {ws}.import_run on delete cascade,
    round integer not null,
    row integer not null,
    primary key (import, round, row)
);

create table {ws}.import_error (
    import uuid not null references {ws}.import_run on delete cascade,
    row integer not null,
    place integer not null,
    column_name text not null,
    value text not null,
    code text not null,
    message jsonb not null,
    primary key (import, row, place)
);
