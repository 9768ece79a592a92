-- What is done to many records at once: which ones (fixed when they were chosen), what, how far it is, what was refused.

create table {ws}.bulk_run (
    id uuid primary key,
    created_at timestamptz not null default now(),
    by_user uuid not null,
    object text not null,
    state text not null default 'chosen' check (state in ('chosen', 'queued', 'running', 'done', 'stopped')),
    action text check (action in ('edit', 'delete')),
    wanted jsonb,
    total integer not null,
    position integer not null default 0,
    changed integer not null default 0,
    refused integer not null default 0,
    reason jsonb,
    change uuid not null,
    ended_at timestamptz
);
create index bulk_run_created on {ws}.bulk_run (created_at);

create table {ws}.bulk_record (
    run uuid not null references {ws}.bulk_run on delete cascade,
    position integer not null,
    record uuid not null,
    primary key (run, position)
);

create table {ws}.bulk_refusal (
    run uuid not null references {ws}.bulk_run on delete cascade,
    record uuid not null,
    message jsonb not null,
    primary key (run, record)
);
