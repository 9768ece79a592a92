-- Signing in at providers (OpenID Connect): a person is known by issuer and subject there, never by an address.
create table kundig.provider_identity (
  id uuid constraint provider_identity_pk primary key,
  workspace integer not null,
  user_id uuid not null,
  issuer text not null,
  subject text not null,
  sole boolean not null default false,
  created_at timestamptz not null default now(),
  seen_at timestamptz,
  constraint provider_identity_unique unique (workspace, issuer, subject),
  constraint provider_identity_membership_fk foreign key (workspace, user_id) references kundig.membership on delete cascade
);
create index provider_identity_user on kundig.provider_identity (workspace, user_id);
comment on column kundig.provider_identity.sole is 'its user signs in by the provider only, not by password';

-- What providers know us by, encrypted; the rest of a provider is configuration.
create table kundig.provider_secret (
  id uuid not null constraint provider_secret_id_unique unique,
  workspace integer not null constraint provider_secret_workspace_fk references kundig.workspace on delete cascade,
  provider text not null,
  secret bytea not null,
  constraint provider_secret_pk primary key (workspace, provider)
);

-- The provider that a session was begun by; null: with a password.
alter table kundig.session add column provider text;
