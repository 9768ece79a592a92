-- `kundig demo --size` built the journal's indexes again on the tables as a whole only, and not on the partitions, where the rows are:
-- whoever looked for the entries of a change read all of them.
do $$
declare
  spared record;
begin
  for spared in
    select indexrelid::regclass::text as name, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') as definition
    from pg_index where indrelid in ('{ws}.change'::regclass, '{ws}.change_entry'::regclass) and not indisvalid
  loop
    execute 'drop index ' || spared.name;
    execute spared.definition;
  end loop;
end
$$;
