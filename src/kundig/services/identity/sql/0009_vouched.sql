-- Who a provider said it was that began a session there, so that it can end it again, and whether it vouched for a second step.
alter table kundig.session add column subject text, add column sid text, add column second_step boolean not null default false;
update kundig.session set second_step = true where provider is not null;
create index session_provider on kundig.session (workspace, provider, subject) where provider is not null;
comment on column kundig.session.sid is 'what the provider calls its own session';
comment on column kundig.session.second_step is 'the provider said that it had asked for a second step';

-- The same for a sign-in that began at a provider and waits for the second step here.
alter table kundig.sign_in_step add column provider text, add column subject text, add column sid text;
