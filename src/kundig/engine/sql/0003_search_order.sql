-- Labels in the order in which hits are shown, so that one letter reads twenty of them and not all (the column is in collation C,
-- so the index still serves beginnings).
drop index {ws}.search_entry_label;
create index search_entry_label on {ws}.search_entry (label_fold, record);
