-- The link that the very first start prints belongs to nobody yet: whoever uses it becomes the first administrator.
alter table kundig.link alter column identity drop not null;
alter table kundig.link add column workspace integer constraint link_workspace_fk references kundig.workspace on delete cascade;
alter table kundig.link drop constraint link_purpose_known;
alter table kundig.link add constraint link_purpose_known check (purpose in ('setup', 'reset', 'first'));
alter table kundig.link add constraint link_belongs check ((purpose = 'first') = (identity is null) and (purpose = 'first') = (workspace is not null));
