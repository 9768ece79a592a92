-- Which cards somebody's first page has, in their order: null as it is for their role, else names (`object.view`, or one of the pages' own);
-- and whether its lists are about everybody instead of oneself.
alter table {ws}.preference add column home text[], add column home_of_all boolean not null default false;
