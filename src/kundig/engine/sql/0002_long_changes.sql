-- Long changes go on where they were, and can be refused: then the conflicts are kept for who asked.
alter table {ws}.change_state add column of_change uuid;
alter table {ws}.change_state add column after_record uuid;
alter table {ws}.change_state add column conflicts jsonb not null default '[]';
alter table {ws}.change_state drop constraint change_state_state_check;
alter table {ws}.change_state add constraint change_state_known
    check (state in ('proposed', 'running', 'applied', 'undone', 'refused'));
create unique index change_state_of on {ws}.change_state (of_change) where state = 'running';
