-- Views that people keep, the order of their tabs, and what a role begins with. {ws} is the workspace's schema.
-- Users and teams are not foreign keys: their tables are made from the model.

create table {ws}.saved_view (
    id uuid primary key,
    object text not null,
    name text not null,
    owner uuid not null,
    everybody boolean not null default false,
    teams uuid[] not null default '{}',
    definition jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create index saved_view_object on {ws}.saved_view (object, owner) where deleted_at is null;

-- The tabs of an object as somebody has put them: names of views of the model, ids of those above.
create table {ws}.view_order (
    user_id uuid not null,
    object text not null,
    views text[] not null,
    primary key (user_id, object)
);

-- Which view somebody with a role begins with.
create table {ws}.view_default (
    object text not null,
    role text not null,
    view text not null,
    primary key (object, role)
);
