-- A job that goes back into the queue while another of its queueing lock waits there gives the lock up: both are done then, one after the
-- other. Refused, it stayed as one that is being done for ever, and all jobs of its lock waited for it.
create function jobs.yield_queueing_lock() returns trigger
language plpgsql
set search_path = jobs, pg_temp
as $$
begin
  if exists (select from procrastinate_jobs where queueing_lock = new.queueing_lock and status = 'todo' and id <> new.id) then
    new.queueing_lock := null;
  end if;
  return new;
end
$$;

create trigger yield_queueing_lock before update of status on jobs.procrastinate_jobs for each row
  when (new.status = 'todo' and old.status <> 'todo' and new.queueing_lock is not null)
  execute function jobs.yield_queueing_lock();
