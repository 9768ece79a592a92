-- From when on the trash is emptied: what lay in it before stays as long as what is deleted now, so that nobody is taken unawares.
create table {ws}.trash_since (
    since timestamptz not null default now()
);
insert into {ws}.trash_since default values;
