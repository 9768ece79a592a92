-- Browsers that a person wants to be told on. The address and keys of the push service are encrypted; its hash tells it apart.
-- A device goes with the session that it was last used in, unless that ends by its time alone (then session is null).
create table kundig.device (
  id uuid constraint device_pk primary key,
  hash bytea not null constraint device_hash_unique unique,
  workspace integer not null,
  user_id uuid not null,
  session uuid constraint device_session_fk references kundig.session on delete cascade,
  subscription bytea not null,
  agent text not null default '',
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  told_at timestamptz,
  constraint device_membership_fk foreign key (workspace, user_id) references kundig.membership on delete cascade
);
create index device_user on kundig.device (workspace, user_id);
create index device_session on kundig.device (session);
