-- For which links the audiences hold the users whom what a record owns names as its readers.
alter table {ws}.principal drop constraint principal_kind_check;
alter table {ws}.principal add constraint principal_known
    check (kind in ('user', 'team', 'members', 'role', 'grant', 'forbid', 'rule', 'readers'));
