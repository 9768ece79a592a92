-- Signs that people put to comments and interactions, and interactions that stay at the top of a record's timeline. {ws} is the workspace's schema.

create table {ws}.reaction (
    target uuid not null,
    user_id uuid not null,
    sign text not null check (sign in ('like', 'love', 'hooray', 'seen', 'done')),
    at timestamptz not null default now(),
    primary key (target, user_id, sign)
);

create table {ws}.pin (
    object text not null,
    record uuid not null,
    pinned_object text not null,
    pinned uuid not null,
    by_id uuid not null,
    at timestamptz not null default now(),
    primary key (object, record, pinned)
);
