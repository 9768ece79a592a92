-- Who has which record open: a row for each page, renewed by the process that serves it, worth nothing after a crash. {ws} is the workspace's schema.

create unlogged table {ws}.presence (
    stream uuid primary key,
    user_id uuid not null,
    object text not null,
    record uuid not null,
    until timestamptz not null
);
create index presence_record on {ws}.presence (object, record);
