-- Labels in the order in which hits are shown, with what decides who sees them: a search passes what it may not show without reading
-- the entries. An index takes a third of a page of one entry at most, so the few that very many may see stand in one of their own.
drop index {ws}.search_entry_label;
drop index {ws}.search_entry_object_label;
create index search_entry_label on {ws}.search_entry (label_fold, record) include (object, audience)
    where cardinality(audience) <= 50;
create index search_entry_object_label on {ws}.search_entry (object, label_fold, record) include (audience)
    where cardinality(audience) <= 50;
create index search_entry_label_many on {ws}.search_entry (label_fold, record) include (object)
    where cardinality(audience) > 50;
-- That holds for pages that have been vacuumed since they were written: not after a fifth of all has changed, but a fiftieth.
alter table {ws}.search_entry set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
