-- Notifications that somebody wants by mail too. {ws} is the workspace's schema.

alter table {ws}.preference add column mailed text[] not null default '{}';
