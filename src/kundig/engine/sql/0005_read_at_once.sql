-- Rows that are new to these indexes would wait in a list that every search reads through, up to 4 MB of it.
alter index {ws}.search_entry_audience set (fastupdate = off);
alter index {ws}.search_entry_vector set (gin_pending_list_limit = 256);
select gin_clean_pending_list('{ws}.search_entry_audience'::regclass), gin_clean_pending_list('{ws}.search_entry_vector'::regclass);
