-- Who may provision users and teams (SCIM): a directory with a token of its own kind, narrower than any user. Only its hash is kept.
create table kundig.provisioner (
  id uuid constraint provisioner_pk primary key,
  hash bytea not null constraint provisioner_hash_unique unique,
  workspace integer not null constraint provisioner_workspace_fk references kundig.workspace on delete cascade,
  name text not null,
  roles text[] not null,
  first_roles text[] not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  expires_at timestamptz
);
create index provisioner_workspace on kundig.provisioner (workspace);
comment on column kundig.provisioner.roles is 'those that it may give and take';
comment on column kundig.provisioner.first_roles is 'what new users are given for whom it names none';
