-- Sign-in is global: a person has one identity and is a user of one or more workspaces. Only hashes of secrets are stored.

create table kundig.identity (
  id uuid constraint identity_pk primary key,
  email text collate "C" not null constraint identity_email_unique unique,
  password text,
  password_at timestamptz,
  created_at timestamptz not null default now()
);

-- What signing in needs to know of a user record, kept by its hooks: so that one statement tells who asks.
create table kundig.membership (
  workspace integer not null constraint membership_workspace_fk references kundig.workspace on delete cascade,
  user_id uuid not null,
  identity uuid not null constraint membership_identity_fk references kundig.identity,
  name text not null,
  language text not null,
  time_zone text not null,
  is_active boolean not null,
  constraint membership_pk primary key (workspace, user_id),
  constraint membership_identity_unique unique (identity, workspace)
);

create table kundig.session (
  id uuid constraint session_pk primary key,
  hash bytea not null constraint session_hash_unique unique,
  workspace integer not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  proven_at timestamptz not null default now(),
  ends_at timestamptz not null,
  agent text not null default '',
  address inet,
  constraint session_membership_fk foreign key (workspace, user_id) references kundig.membership on delete cascade
);
create index session_of_user on kundig.session (workspace, user_id);
create index session_ends_at on kundig.session (ends_at);

-- A token may be narrower than its user: objects and rights null mean all of the user's.
create table kundig.token (
  id uuid constraint token_pk primary key,
  hash bytea not null constraint token_hash_unique unique,
  workspace integer not null,
  user_id uuid not null,
  name text not null,
  read_only boolean not null default false,
  objects text[],
  rights text[],
  created_at timestamptz not null default now(),
  used_at timestamptz,
  expires_at timestamptz,
  constraint token_membership_fk foreign key (workspace, user_id) references kundig.membership on delete cascade
);
create index token_user on kundig.token (workspace, user_id);

-- One-time links for a first password or a new one.
create table kundig.link (
  hash bytea constraint link_pk primary key,
  purpose text not null constraint link_purpose_known check (purpose in ('setup', 'reset')),
  identity uuid not null constraint link_identity_fk references kundig.identity on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index link_identity on kundig.link (identity);

-- Failed tries by account and by address of the peer; the key is a hash, so that no address is kept.
create table kundig.throttle (
  key bytea constraint throttle_pk primary key,
  tries integer not null,
  ends_at timestamptz not null
);
create index throttle_ends_at on kundig.throttle (ends_at);
