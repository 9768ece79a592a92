-- Mail that is to leave, or has left. {ws} is the workspace's schema. The content is encrypted (it may hold one-time links) and
-- goes when the mail has gone; what stays says who was written to, when, why and with what success.
create table {ws}.mail (
    id uuid primary key,
    message_id text not null unique,
    recipient text not null,
    purpose text not null,
    content bytea,
    state text not null default 'queued'
        check (state in ('queued', 'sending', 'sent', 'filed', 'refused', 'withheld')),
    uncertain boolean not null default false,
    reason text,
    created_at timestamptz not null default now(),
    done_at timestamptz,
    constraint mail_content_goes check ((content is null) = (state not in ('queued', 'sending')))
);
create index mail_created_at on {ws}.mail (created_at desc);
