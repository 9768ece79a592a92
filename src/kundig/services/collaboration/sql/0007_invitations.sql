-- Notifications of invitations. {ws} is the workspace's schema.

alter table {ws}.notification drop constraint notification_kind_check;
alter table {ws}.notification add constraint notification_kind_check check (kind in ('mention', 'comment', 'assigned', 'invited', 'changed'));
alter table {ws}.preference alter column pushed set default '{mention,comment,assigned,invited}';
update {ws}.preference set pushed = pushed || array['invited'] where 'assigned' = any(pushed);
