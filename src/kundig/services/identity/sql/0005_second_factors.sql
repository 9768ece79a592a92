-- Second factors belong to the person, as the password does: apps that show codes, and passkeys. What an app shows codes by is
-- encrypted, since it must be read again; of a passkey only its public half is known.
create table kundig.factor (
  id uuid constraint factor_pk primary key,
  identity uuid not null constraint factor_identity_fk references kundig.identity on delete cascade,
  kind text not null constraint factor_kind_known check (kind in ('app', 'passkey')),
  name text not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  secret bytea,
  step bigint,
  credential bytea constraint factor_credential_unique unique,
  public_key bytea,
  counter bigint,
  constraint factor_whole check (case kind
    when 'app' then secret is not null and credential is null
    else credential is not null and public_key is not null and counter is not null end)
);
create index factor_identity on kundig.factor (identity);

-- Codes for who has lost their device, each good once.
create table kundig.recovery_code (
  hash bytea constraint recovery_code_pk primary key,
  identity uuid not null constraint recovery_code_identity_fk references kundig.identity on delete cascade,
  used_at timestamptz
);
create index recovery_code_identity on kundig.recovery_code (identity);

-- What a passkey is to sign: once, within minutes, for the session that asked (null: for whoever signs in).
create table kundig.challenge (
  hash bytea constraint challenge_pk primary key,
  bound_to uuid,
  ends_at timestamptz not null
);
create index challenge_ends_at on kundig.challenge (ends_at);

-- Sign-ins whose password was right and that wait for the second step. They are no sessions: nothing else can be done by them.
create table kundig.sign_in_step (
  hash bytea constraint sign_in_step_pk primary key,
  workspace integer not null,
  user_id uuid not null,
  ends_at timestamptz not null,
  constraint sign_in_step_membership_fk foreign key (workspace, user_id) references kundig.membership on delete cascade
);
create index sign_in_step_user on kundig.sign_in_step (workspace, user_id);
create index sign_in_step_ends_at on kundig.sign_in_step (ends_at);
