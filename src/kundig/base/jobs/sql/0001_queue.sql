-- What the program asks of the queue. A workspace's role reaches these two functions and no table.

grant usage on schema jobs to public;

-- Workers poll: a NOTIFY in the transaction of a write would make all commits wait for each other.
alter table jobs.procrastinate_jobs disable trigger procrastinate_jobs_notify_queue_job_inserted_v1;

-- A workspace can queue jobs for itself only. Null if the queueing lock is taken.
create function jobs.queue(task text, arguments jsonb, lock text, queueing_lock text, at timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = jobs, pg_temp
as $$
declare
  acting text := current_setting('role');
  item procrastinate_job_to_defer_v1 := row('default', task, 0, lock, queueing_lock, arguments, at);
begin
  if acting like 'kundig\_ws\_%' and 'kundig_' || coalesce(arguments ->> 'workspace', '') is distinct from acting then
    raise insufficient_privilege using message = 'a workspace queues jobs for itself only';
  end if;
  if queueing_lock is null then
    return (procrastinate_defer_jobs_v1(array[item]))[1];
  end if;
  begin
    return (procrastinate_defer_jobs_v1(array[item]))[1];
  exception when unique_violation then
    return null;
  end;
end
$$;

-- Steps of jobs that have been committed.
create table jobs.step_done (
  job bigint not null,
  step text not null,
  at timestamptz not null default now(),
  constraint step_done_pk primary key (job, step)
);

create function jobs.first_time(job bigint, step text) returns boolean
language sql volatile security definer
begin atomic
  with made as (insert into jobs.step_done (job, step) values (first_time.job, first_time.step) on conflict do nothing returning 1)
  select exists (select from made);
end;
