-- The secret link of a person's calendar, one for each; only its hash.
create table kundig.feed (
  id uuid constraint feed_pk primary key,
  hash bytea not null constraint feed_hash_unique unique,
  workspace integer not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  constraint feed_user_unique unique (workspace, user_id),
  constraint feed_membership_fk foreign key (workspace, user_id) references kundig.membership on delete cascade
);
