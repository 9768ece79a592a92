-- What the best hand-written program would send: the same rows, columns, links, rights and order as the request it is compared with.
-- Reviewed and FROZEN: tests/unit/bench/test_raw.py holds its hash, so that a change is deliberate. The benchmark compares the ids and
-- the columns that come back with those of the request before it measures anything.
--
-- {ws} is the workspace's schema, {other} another part of this file. Lines that begin with "own:" are for a user who sees only what
-- is theirs (%(who)s, principals %(reads)s), those with "all:" for an administrator. Links are told with id and label. Who wrote
-- this by hand would know that somebody sees few of many records ("few:", else "many:"), and read those first: a kept plan takes
-- them for as many as everybody else's. A page is found before its links are followed. Who asks comes from a SELECT where the planner
-- would otherwise plan anew every time.

-- name: contact_columns
c.id, c.label, c.salutation, c.academic_title, c.first_name, c.last_name, c.job_title, a.id as account__id, a.label as account__label,
       c.emails, c.phones, c.address__street, c.address__postcode, c.address__city, c.address__state, c.address__country,
       c.preferred_language, c.description, c.department, c.birthdate, c.linkedin, r.id as reports_to__id, r.label as reports_to__label,
       c.lifecycle, c.lead_source, c.preferred_channel, c.do_not_call, c.do_not_mail, c.tags, null as photo,
       coalesce(c.letter_salutation__override, c.letter_salutation) as letter_salutation,
       -- all: f.last_activity_at, f.next_activity_at, f.open_opportunities, f.won_revenue, f.won_revenue__currency,
       -- own: e.last_activity_at, e.next_activity_at, d.open_opportunities, d.won_revenue, 'EUR' as won_revenue__currency,
       f.open_tickets, c.version, c.created_at, cb.id as created_by__id, cb.label as created_by__label,
       c.updated_at, ub.id as updated_by__id, ub.label as updated_by__label,
       o.id as owner__id, o.label as owner__label, t.id as team__id, t.label as team__label,
       (select array_agg(x.system || ':' || x.value order by x.system || ':' || x.value) from {ws}.external_id x
         where x.object = 'contact' and x.record = c.id and x.live) as external_ids

-- name: contact_links
  left join {ws}.contact r on r.id = c.reports_to and r.deleted_at is null
  -- own: and r.owner_id = (select %(who)s::uuid)
  left join {ws}."user" o on o.id = c.owner_id and o.deleted_at is null
  left join {ws}.team t on t.id = c.team_id and t.deleted_at is null
  left join {ws}."user" cb on cb.id = c.created_by and cb.deleted_at is null
  left join {ws}."user" ub on ub.id = c.updated_by and ub.deleted_at is null
  left join {ws}.contact_rollup f on f.record = c.id
  -- own: left join lateral (select count(*) filter (where p.stage__status = 'open') as open_opportunities,
  -- own:        sum(p.amount__base) filter (where p.stage__status = 'won') as won_revenue from {ws}.opportunity p
  -- own:  where p.primary_contact = c.id and p.deleted_at is null and p.owner_id = (select %(who)s::uuid)) d on true
  -- own: left join lateral (select max(y.at) filter (where y.at <= now()) as last_activity_at,
  -- own:        min(y.at) filter (where y.at > now()) as next_activity_at from {ws}.timeline_entry y
  -- own:  where y.about_object = 'contact' and y.about = c.id and y.audience && (select %(reads)s::integer[])) e on true

-- name: list_default
select {contact_columns}
  from (select q.*
          -- many: from {ws}.contact q
          -- few: from (select * from {ws}.contact m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
         where q.deleted_at is null and q.last_name is not null
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by kundig.fold(q.last_name) collate "C", q.id limit 50) c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
{contact_links}
 order by kundig.fold(c.last_name) collate "C", c.id

-- name: list_twentieth
select {contact_columns}
  from (select q.*
          -- many: from {ws}.contact q
          -- few: from (select * from {ws}.contact m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
         where q.deleted_at is null and kundig.fold(q.last_name) collate "C" >= (select %(name)s::text)
           and (kundig.fold(q.last_name) collate "C" > (select %(name)s::text) or q.id > %(id)s)
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by kundig.fold(q.last_name) collate "C", q.id limit 50) c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
{contact_links}
 order by kundig.fold(c.last_name) collate "C", c.id

-- name: list_account_name
select {contact_columns}
  from (select q.id, b.id as account
          -- many: from {ws}.contact q
          -- few: from (select * from {ws}.contact m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
          join {ws}.account b on b.id = q.account
         where q.deleted_at is null and b.deleted_at is null and b.name is not null
         -- own: and q.owner_id = %(who)s and b.owner_id = %(who)s
         order by kundig.fold(b.name) collate "C", q.id limit 50) p
  join {ws}.contact c on c.id = p.id
  join {ws}.account a on a.id = p.account
{contact_links}
 order by kundig.fold(a.name) collate "C", c.id

-- name: filter_ten
select {contact_columns}
  from {ws}.contact c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
{contact_links}
 where c.deleted_at is null and kundig.fold(c.last_name) collate "C" = kundig.fold(%(rare)s)
 -- own: and c.owner_id = (select %(who)s::uuid)
 order by kundig.fold(c.last_name) collate "C", c.id limit 50

-- name: get
select {contact_columns}
  from {ws}.contact c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
{contact_links}
 where c.id = %(id)s and c.deleted_at is null
 -- own: and c.owner_id = (select %(who)s::uuid)

-- name: list_nullable_date
select p.id, p.label, p.name, a.id as account__id, a.label as account__label, c.id as primary_contact__id,
       c.label as primary_contact__label, p.stage, p.amount, p.amount__currency, p.close_date, p.probability, p.expected_revenue,
       p.source, p.next_step, p.lost_reason, p.lost_note, p.competitor, p.type, p.forecast_category, p.recurring_amount,
       p.recurring_amount__currency, p.recurring_period, p.campaign, p.tags, f.lines_total, f.lines_total__currency,
       p.stage__status as status, p.stage__changed_at as stage_changed_at, p.stage__closed_at as closed_at,
       (select json_agg(json_build_object('stage', h.stage, 'entered_at', h.entered_at, 'left_at', h.left_at) order by h.position)
          from {ws}.stage_history h where h.object = 'opportunity' and h.record = p.id) as stage_history,
       p.version, p.created_at, cb.id as created_by__id, cb.label as created_by__label,
       p.updated_at, ub.id as updated_by__id, ub.label as updated_by__label,
       o.id as owner__id, o.label as owner__label, t.id as team__id, t.label as team__label,
       (select array_agg(x.system || ':' || x.value order by x.system || ':' || x.value) from {ws}.external_id x
         where x.object = 'opportunity' and x.record = p.id and x.live) as external_ids
  from (select * from (
         (select q.*
           -- many: from {ws}.opportunity q
           -- few: from (select * from {ws}.opportunity m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
           where q.deleted_at is null and q.close_date is not null
           -- own: and q.owner_id = (select %(who)s::uuid)
           order by q.close_date desc, q.id desc limit 50)
         union all
         (select q.*
           -- many: from {ws}.opportunity q
           -- few: from (select * from {ws}.opportunity m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
           where q.deleted_at is null and q.close_date is null
           -- own: and q.owner_id = (select %(who)s::uuid)
           order by q.id desc limit 50)) b limit 50) p
  left join {ws}.account a on a.id = p.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
  left join {ws}.contact c on c.id = p.primary_contact and c.deleted_at is null
  -- own: and c.owner_id = (select %(who)s::uuid)
  left join {ws}."user" o on o.id = p.owner_id and o.deleted_at is null
  left join {ws}.team t on t.id = p.team_id and t.deleted_at is null
  left join {ws}."user" cb on cb.id = p.created_by and cb.deleted_at is null
  left join {ws}."user" ub on ub.id = p.updated_by and ub.deleted_at is null
  left join {ws}.opportunity_rollup f on f.record = p.id
 order by p.close_date desc nulls last, p.id desc

-- name: list_page
select c.id, c.label, c.job_title, a.id as account__id, a.label as account__label, c.emails, c.phones, o.id as owner__id,
       o.label as owner__label
  from (select q.*
          -- many: from {ws}.contact q
          -- few: from (select * from {ws}.contact m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
         where q.deleted_at is null and q.last_name is not null
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by kundig.fold(q.last_name) collate "C", q.id limit 50) c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
  left join {ws}."user" o on o.id = c.owner_id and o.deleted_at is null
 order by kundig.fold(c.last_name) collate "C", c.id

-- name: board
-- few: with mine as materialized (select m.id, m.label, m.stage, m.stage__changed_at, m.stage__closed_at, m.amount, m.amount__currency,
-- few:        m.close_date, m.next_step, m.account, m.owner_id, m.deleted_at
-- few:   from {ws}.opportunity m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null)
select p.id, p.label, p.stage, p.stage__changed_at as stage_changed_at, p.amount, p.amount__currency, p.close_date, p.next_step,
       a.id as account__id, a.label as account__label, o.id as owner__id, o.label as owner__label
  from unnest(%(stages)s::text[], %(closed)s::boolean[]) with ordinality as s(stage, closed, place)
 cross join lateral (
       (select q.*
         -- many: from {ws}.opportunity q
         -- few: from mine q
         where q.stage = s.stage and q.deleted_at is null and not s.closed
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by q.close_date, q.id limit 12)
       union all
       (select q.*
         -- many: from {ws}.opportunity q
         -- few: from mine q
         where q.stage = s.stage and q.deleted_at is null and s.closed and q.stage__closed_at is not null
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by q.stage__closed_at desc, q.id desc limit 12)) p
  left join {ws}.account a on a.id = p.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
  left join {ws}."user" o on o.id = p.owner_id and o.deleted_at is null
 order by s.place

-- name: single
select * from {ws}.contact where id = %(id)s

-- name: insert
insert into {ws}.contact (id, label, last_name, first_name, account, owner_id, created_by, updated_by, audience)
values (%(id)s, %(last_name)s, %(last_name)s, 'Anna', %(account)s, %(owner)s, %(owner)s, %(owner)s, %(audience)s)

-- name: search_word
select e.object, e.record as id, coalesce(c.label, a.label, p.label) as label, b.body as snippet
  from (select q.object, q.record, q.label_fold
        -- many: from {ws}.search_entry q
        -- few: from (select * from {ws}.search_entry m where m.audience && (select %(reads)s::integer[]) offset 0) q
         where q.label_fold >= %(from)s and q.label_fold < %(to)s
        -- many: and cardinality(q.audience) <= 50
        -- own: and q.audience && %(reads)s::integer[]
         order by q.label_fold, q.record limit 20) e
  join {ws}.search_entry b on b.object = e.object and b.record = e.record
  left join {ws}.contact c on e.object = 'contact' and c.id = e.record
  left join {ws}.account a on e.object = 'account' and a.id = e.record
  left join {ws}.opportunity p on e.object = 'opportunity' and p.id = e.record
 order by e.label_fold, e.record

-- name: search_phone
select e.object, e.record as id, c.label, e.body as snippet
  from {ws}.contact_point x
  join {ws}.search_entry e on e.object = x.object and e.record = x.record
  join {ws}.contact c on c.id = e.record and c.deleted_at is null
 where x.kind = 'phone' and x.value = %(phone)s and x.live
 -- own: and e.audience && (select %(reads)s::integer[])
 limit 20

-- name: calendar
select p.id, p.label, p.close_date, o.id as owner__id, o.label as owner__label
  from (select q.*
         -- many: from {ws}.opportunity q
         -- few: from (select * from {ws}.opportunity m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
         where q.deleted_at is null and q.close_date between %(first)s and %(last)s
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by q.close_date, q.id limit 500) p
  left join {ws}."user" o on o.id = p.owner_id and o.deleted_at is null
 order by p.close_date, p.id

-- name: home_due
select t.id, t.label, t.subject, t.due_at, t.priority
  from {ws}.task t
 where t.deleted_at is null and t.status in ('open', 'in_progress') and t.due_at < current_date + 1
 -- own: and t.owner_id = (select %(who)s::uuid)
 order by t.due_at, t.id limit 5

-- name: home_today
select m.id, m.label, m.subject, m.starts_at, m.location
  from {ws}.meeting m
 where m.deleted_at is null and m.starts_at >= current_date and m.starts_at < current_date + 1
 -- own: and m.owner_id = (select %(who)s::uuid)
 order by m.starts_at, m.id limit 5

-- name: home_steps
select p.id, p.label, p.name, a.id as account__id, a.label as account__label, p.stage, p.amount, p.amount__currency, p.close_date
  from (select q.*
         -- many: from {ws}.opportunity q
         -- few: from (select * from {ws}.opportunity m where m.owner_id = (select %(who)s::uuid) and m.deleted_at is null offset 0) q
         where q.deleted_at is null and q.stage__status = 'open' and q.next_step is null and q.close_date is not null
         -- own: and q.owner_id = (select %(who)s::uuid)
         order by q.close_date, q.id limit 5) p
  left join {ws}.account a on a.id = p.account and a.deleted_at is null
  -- own: and a.owner_id = (select %(who)s::uuid)
 order by p.close_date, p.id

-- name: home_quiet
select a.id, a.label, a.name, e.last_activity_at, e.next_activity_at
  from {ws}.account a
  -- all: join {ws}.account_rollup e on e.record = a.id
  -- own: cross join lateral (select max(y.at) filter (where y.at <= now()) as last_activity_at,
  -- own:        min(y.at) filter (where y.at > now()) as next_activity_at from {ws}.timeline_entry y
  -- own:  where y.about_object = 'account' and y.about = a.id
  -- own:    and (y.object = 'ticket' or y.audience && (select %(reads)s::integer[]))
  -- own:    and (y.through is null
  -- own:      or exists (select from {ws}.contact c where c.id = y.through and c.audience && (select %(reads)s::integer[]))
  -- own:      or exists (select from {ws}.opportunity c where c.id = y.through and c.audience && (select %(reads)s::integer[])))) e
 where a.deleted_at is null and e.last_activity_at < current_date - 30
 -- own: and a.owner_id = (select %(who)s::uuid)
 order by e.last_activity_at, a.id limit 5
