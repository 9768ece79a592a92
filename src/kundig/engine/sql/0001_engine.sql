-- Tables of the engine in each workspace. {ws} is the workspace's schema. Objects' own tables are made from the model.

-- Configuration: own documents (the modules' defaults are in the program), with their history.
create table {ws}.document (
    kind text not null,
    name text not null,
    body jsonb not null,
    updated_at timestamptz not null default now(),
    primary key (kind, name)
);

create table {ws}.document_revision (
    id bigint generated always as identity primary key,
    plan uuid not null,
    kind text not null,
    name text not null,
    old jsonb,
    new jsonb,
    at timestamptz not null default now(),
    by_kind text not null,
    by_id uuid,
    note text
);
create index on {ws}.document_revision (plan);

-- Rights: a principal is a number for a user, a team, members of a team, a role, a role's filter, a sharing rule.
create table {ws}.principal (
    id integer generated always as identity primary key,
    kind text not null check (kind in ('user', 'team', 'members', 'role', 'grant', 'forbid', 'rule')),
    ref text not null,
    unique (kind, ref)
);

create table {ws}.share (
    object text not null,
    record uuid not null,
    principal integer not null references {ws}.principal,
    level text not null check (level in ('read', 'edit')),
    until timestamptz,
    created_at timestamptz not null default now(),
    created_by uuid,
    primary key (object, record, principal)
);

-- Pipelines: documents are the truth, projected here on apply.
create table {ws}.stage (
    pipeline text not null,
    key text not null,
    position integer not null,
    status text not null check (status in ('open', 'won', 'lost')),
    probability integer,
    rot_days integer,
    retired boolean not null default false,
    primary key (pipeline, key)
);

create table {ws}.stage_history (
    object text not null,
    record uuid not null,
    field text not null,
    position integer not null,
    pipeline text not null,
    stage text not null,
    status text not null,
    entered_at timestamptz not null,
    left_at timestamptz,
    amount numeric,
    close_date date,
    change uuid not null,
    primary key (object, record, field, position),
    foreign key (pipeline, stage) references {ws}.stage (pipeline, key)
);

-- Contact points: e-mails, phones and domains of all records, for look-ups and uniqueness.
create table {ws}.contact_point (
    object text not null,
    field text not null,
    record uuid not null,
    position integer not null,
    kind text not null check (kind in ('email', 'phone', 'domain')),
    value text collate "C" not null,
    reversed text collate "C" not null generated always as (reverse(value)) stored,
    is_unique boolean not null default false,
    live boolean not null default true,
    primary key (object, record, field, position)
);
create index contact_point_value on {ws}.contact_point (kind, value text_pattern_ops) where live;
create index contact_point_reversed on {ws}.contact_point (kind, reversed text_pattern_ops) where live;
create unique index contact_point_unique on {ws}.contact_point (object, field, value) where live and is_unique;

create table {ws}.address_status (
    kind text not null,
    value text not null,
    status text not null,
    at timestamptz not null default now(),
    primary key (kind, value)
);

create table {ws}.external_id (
    object text not null,
    record uuid not null,
    system text not null,
    value text not null,
    live boolean not null default true,
    primary key (object, record, system, value)
);
create unique index external_id_value on {ws}.external_id (object, system, value) where live;

-- Search: one row a record; the vector holds only fields that no role hides.
create table {ws}.search_entry (
    object text not null,
    record uuid not null,
    audience integer[] not null default '{}',
    label_fold text collate "C" not null,
    vector tsvector not null,
    body text not null,
    primary key (object, record)
);
create index search_entry_vector on {ws}.search_entry using gin (vector);
create index search_entry_label on {ws}.search_entry (label_fold text_pattern_ops);
create index search_entry_audience on {ws}.search_entry using gin (audience);

-- Timeline: an entry per record that an interaction concerns, and for the record above it of that day.
create table {ws}.timeline_entry (
    about_object text not null,
    about uuid not null,
    at timestamptz not null,
    object text not null,
    record uuid not null,
    through uuid,
    audience integer[] not null default '{}',
    primary key (about_object, about, object, record)
);
create index timeline_entry_at on {ws}.timeline_entry (about_object, about, at desc, record desc);
create index timeline_entry_record on {ws}.timeline_entry (object, record);

-- Journal: change sets and what they changed; append-only for the servers' role.
create table {ws}.change (
    id uuid not null,
    at timestamptz not null,
    by_kind text not null,
    by_id uuid,
    source text not null,
    action text not null default 'write',
    undoes uuid,
    reason text,
    transaction xid8 not null default pg_current_xact_id(),
    primary key (id, at)
) partition by range (at);
create index change_transaction on {ws}.change (transaction);
create index change_undoes on {ws}.change (undoes) where undoes is not null;

create table {ws}.change_entry (
    change uuid not null,
    at timestamptz not null,
    object text not null,
    record uuid not null,
    version integer not null,
    action text not null check (action in ('create', 'update', 'delete', 'restore', 'merge', 'undo')),
    old jsonb,
    new jsonb,
    primary key (object, record, version, at)
) partition by range (at);
create index change_entry_change on {ws}.change_entry (change);
create table {ws}.change_default partition of {ws}.change default;
create table {ws}.change_entry_default partition of {ws}.change_entry default;

-- States of long changes: imports, bulk changes, their undo (the journal itself never changes).
create table {ws}.change_state (
    change uuid primary key,
    state text not null check (state in ('proposed', 'running', 'applied', 'undone')),
    progress integer not null default 0,
    total integer,
    at timestamptz not null default now()
);

create table {ws}.audit_event (
    id uuid primary key,
    at timestamptz not null default now(),
    by_kind text not null,
    by_id uuid,
    event text not null,
    object text,
    record uuid,
    detail jsonb not null default '{}',
    address inet
);
create index on {ws}.audit_event (at desc);

-- Answers to requests with an Idempotency-Key, kept for 24 hours.
create table {ws}.idempotency (
    actor uuid not null,
    key text not null,
    request bytea not null,
    at timestamptz not null default now(),
    status integer,
    headers jsonb,
    body text,
    primary key (actor, key)
);
create index on {ws}.idempotency (at);

create table {ws}.exchange_rate (
    currency text not null,
    day date not null,
    rate numeric not null check (rate > 0),
    primary key (currency, day)
);
