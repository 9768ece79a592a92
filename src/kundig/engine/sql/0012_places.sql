-- Lists in their usual order are found by who may see them (decision 0044): what let readers pass others' records in that order
-- goes, and with it the reason to vacuum those tables more often than others.
do $$
declare
  former record;
  home oid := (select relnamespace from pg_class where oid = '{ws}.search_entry'::regclass);
begin
  for former in
    select indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = home and c.relname ~ '_sight(_rest)?__ix$'
      and pg_get_indexdef(indexrelid) like '%cardinality(audience)%'
  loop
    execute 'drop index ' || former.name;
  end loop;
  for former in
    select oid::regclass::text as name from pg_class
    where relnamespace = home and relkind = 'r' and relname <> 'search_entry'
      and 'autovacuum_vacuum_scale_factor=0.02' = any(reloptions)
  loop
    execute format('alter table %s reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)', former.name);
  end loop;
end
$$;
