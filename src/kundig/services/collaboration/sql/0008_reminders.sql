-- Notifications of reminders, and which reminder of a record was given already. {ws} is the workspace's schema.

alter table {ws}.notification drop constraint notification_kind_check;
alter table {ws}.notification add constraint notification_kind_check
    check (kind in ('mention', 'comment', 'assigned', 'invited', 'reminder', 'changed'));
alter table {ws}.preference alter column pushed set default '{mention,comment,assigned,invited,reminder}';
update {ws}.preference set pushed = pushed || array['reminder'] where 'assigned' = any(pushed);

create table {ws}.reminded (
    object text not null,
    record uuid not null,
    at timestamptz not null,
    primary key (object, record, at)
);
create index reminded_at on {ws}.reminded (at);
