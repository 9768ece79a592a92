-- Comments, followers, notifications, preferences. {ws} is the workspace's schema. Users are not foreign keys: their table is made from the model.

create table {ws}.comment (
    id uuid primary key,
    object text not null,
    record uuid not null,
    author uuid not null,
    html text not null,
    mentions uuid[] not null default '{}',
    created_at timestamptz not null default now(),
    edited_at timestamptz
);
create index comment_record on {ws}.comment (object, record, created_at);

create table {ws}.follower (
    object text not null,
    record uuid not null,
    user_id uuid not null,
    since timestamptz not null default now(),
    primary key (object, record, user_id)
);
create index follower_user on {ws}.follower (user_id);

-- What somebody should know of; only what it is about, no values: those are read when it is shown.
create table {ws}.notification (
    id uuid primary key,
    recipient uuid not null,
    kind text not null check (kind in ('mention', 'comment', 'assigned', 'changed')),
    object text not null,
    record uuid not null,
    actor uuid,
    comment uuid references {ws}.comment on delete cascade,
    at timestamptz not null default now(),
    read_at timestamptz
);
create index notification_recipient on {ws}.notification (recipient, at desc);
create index notification_unread on {ws}.notification (recipient) where read_at is null;
create unique index notification_once on {ws}.notification (recipient, kind, object, record) where read_at is null and comment is null;

create table {ws}.preference (
    user_id uuid primary key,
    theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
    letter_keys boolean not null default true,
    muted text[] not null default '{}'
);

-- How far the feed has been read, by who reads it.
create table {ws}.feed_position (
    reader text primary key,
    position bigint not null
);
