-- Which token acted, under its name of then; and an index for each way of filtering the trail, in the order in which it is read.
alter table {ws}.audit_event add column token uuid, add column token_name text;
drop index {ws}.audit_event_at_idx;
create index audit_event_at on {ws}.audit_event (at, id);
create index audit_event_by on {ws}.audit_event (by_id, at, id);
create index audit_event_event on {ws}.audit_event (event, at, id);
create index audit_event_object on {ws}.audit_event (object, at, id) where object is not null;
create index audit_event_record on {ws}.audit_event (record, at, id) where record is not null;
