-- Imports that are still being prepared: what their columns hold, cells that were mended, what a trial has shown, and how far it is.

alter table {ws}.import_run drop constraint import_run_state_check;
alter table {ws}.import_run add constraint import_run_state_check check (state in ('draft', 'queued', 'running', 'done', 'failed'));
alter table {ws}.import_run add column survey jsonb;

create table {ws}.import_fix (
    import uuid not null references {ws}.import_run on delete cascade,
    row integer not null,
    place integer not null,
    value text not null,
    primary key (import, row, place)
);

create table {ws}.import_sample (
    import uuid not null references {ws}.import_run on delete cascade,
    row integer not null,
    outcome text not null check (outcome in ('created', 'updated', 'skipped', 'failed')),
    cells jsonb not null,
    record uuid,
    changes jsonb,
    primary key (import, row)
);

-- A trial holds its run's row until it ends, so it tells and hears meanwhile beside it: no foreign key, which would wait for that row.
create table {ws}.import_pulse (
    import uuid primary key,
    done integer not null default 0,
    is_stopped boolean not null default false
);
