-- Whose records a run hands over to somebody else, when they leave.
alter table {ws}.bulk_run add column given_up_by uuid;
create index bulk_run_given_up_by on {ws}.bulk_run (given_up_by) where given_up_by is not null;
