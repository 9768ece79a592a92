-- Notifications that somebody wants on their devices. {ws} is the workspace's schema.

alter table {ws}.preference add column pushed text[] not null default '{mention,comment,assigned}';
