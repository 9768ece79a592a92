-- Schema `kundig`: what all workspaces share. Names are always written with it; nothing relies on search_path.

create schema kundig;
grant usage on schema kundig to public;
alter default privileges for role kundig_owner in schema kundig grant select, insert, update, delete on tables to kundig_app;
alter default privileges for role kundig_owner in schema kundig grant usage on sequences to kundig_app;

-- What has been applied where; schema is '' for what concerns the whole database.
create table kundig.migration (
  source text not null,
  name text not null,
  schema text not null,
  digest text not null,
  program text not null,
  applied_at timestamptz not null default now(),
  constraint migration_pk primary key (source, name, schema)
);
revoke insert, update, delete on kundig.migration from kundig_app;

-- The directory. dsn and file_store are null while the data is in this database and in the data folder.
create table kundig.workspace (
  id integer generated always as identity constraint workspace_pk primary key,
  name text not null constraint workspace_name_unique unique,
  schema text not null constraint workspace_schema_unique unique,
  dsn text,
  file_store text,
  kind text not null default 'live' constraint workspace_kind_known check (kind in ('live', 'sandbox', 'restored')),
  currency text not null default 'EUR',
  region text not null default 'DE',
  language text not null default 'de',
  time_zone text not null default 'Europe/Berlin',
  version bigint not null default 1,
  created_at timestamptz not null default now()
);
revoke insert, update, delete on kundig.workspace from kundig_app;

-- Model and policy of a workspace have changed: processes compare the number and renew what they keep.
create function kundig.bump_version(schema text) returns bigint
language sql volatile security definer
begin atomic
  update kundig.workspace set version = version + 1 where workspace.schema = bump_version.schema returning version;
end;

-- Readable for the role of a workspace, which can't read the directory.
create function kundig.version_of(schema text) returns bigint
language sql stable parallel safe security definer
begin atomic
  select version from kundig.workspace where workspace.schema = version_of.schema;
end;
