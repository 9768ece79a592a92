-- What the best hand-written program would send: the same rows, columns, links and order as the request it is compared with.
-- Reviewed once and then frozen. {ws} is the workspace's schema.

-- name: list_default
select c.*, a.label as account__label, r.label as reports_to__label, o.label as owner__label, t.label as team__label,
       cb.label as created_by__label, ub.label as updated_by__label, f.*,
       (select array_agg(x.system || ':' || x.value) from {ws}.external_id x where x.object = 'contact' and x.record = c.id and x.live)
  from {ws}.contact c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  left join {ws}.contact r on r.id = c.reports_to and r.deleted_at is null
  left join {ws}."user" o on o.id = c.owner_id
  left join {ws}.team t on t.id = c.team_id
  left join {ws}."user" cb on cb.id = c.created_by
  left join {ws}."user" ub on ub.id = c.updated_by
  left join {ws}.contact_rollup f on f.record = c.id
 where c.deleted_at is null and c.last_name is not null
 order by kundig.fold(c.last_name) collate "C", c.last_name, c.id limit 50

-- name: list_account_name
select c.*, a.label as account__label, r.label as reports_to__label, o.label as owner__label, t.label as team__label,
       cb.label as created_by__label, ub.label as updated_by__label, f.*,
       (select array_agg(x.system || ':' || x.value) from {ws}.external_id x where x.object = 'contact' and x.record = c.id and x.live)
  from {ws}.account a
  join {ws}.contact c on c.account = a.id
  left join {ws}.contact r on r.id = c.reports_to and r.deleted_at is null
  left join {ws}."user" o on o.id = c.owner_id
  left join {ws}.team t on t.id = c.team_id
  left join {ws}."user" cb on cb.id = c.created_by
  left join {ws}."user" ub on ub.id = c.updated_by
  left join {ws}.contact_rollup f on f.record = c.id
 where c.deleted_at is null and a.deleted_at is null and a.name is not null
 order by kundig.fold(a.name) collate "C", a.name, c.id limit 50

-- name: list_nullable_date
select p.*, a.label as account__label, c.label as primary_contact__label, o.label as owner__label, t.label as team__label,
       cb.label as created_by__label, ub.label as updated_by__label, f.*,
       (select json_agg(h order by h.position) from {ws}.stage_history h where h.object = 'opportunity' and h.record = p.id),
       (select array_agg(x.system || ':' || x.value) from {ws}.external_id x where x.object = 'opportunity' and x.record = p.id and x.live)
  from {ws}.opportunity p
  left join {ws}.account a on a.id = p.account and a.deleted_at is null
  left join {ws}.contact c on c.id = p.primary_contact and c.deleted_at is null
  left join {ws}."user" o on o.id = p.owner_id
  left join {ws}.team t on t.id = p.team_id
  left join {ws}."user" cb on cb.id = p.created_by
  left join {ws}."user" ub on ub.id = p.updated_by
  left join {ws}.opportunity_rollup f on f.record = p.id
 where p.deleted_at is null and p.close_date is not null
 order by p.close_date desc, p.id desc limit 50

-- name: list_page
select c.id, c.label, c.job_title, a.id as account, a.label as account__label, c.emails, c.phones, o.id as owner, o.label as owner__label
  from {ws}.contact c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  left join {ws}."user" o on o.id = c.owner_id
 where c.deleted_at is null and c.last_name is not null
 order by kundig.fold(c.last_name) collate "C", c.last_name, c.id limit 50

-- name: filter_ten
select c.*, a.label as account__label, o.label as owner__label
  from {ws}.contact c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  left join {ws}."user" o on o.id = c.owner_id
 where c.deleted_at is null and c.id = any(%(ids)s)
 order by kundig.fold(c.last_name) collate "C", c.last_name, c.id limit 50

-- name: get
select c.*, a.label as account__label, o.label as owner__label
  from {ws}.contact c
  left join {ws}.account a on a.id = c.account and a.deleted_at is null
  left join {ws}."user" o on o.id = c.owner_id
 where c.id = %(id)s and c.deleted_at is null

-- name: single
select * from {ws}.contact where id = %(id)s

-- name: insert
insert into {ws}.contact (id, label, last_name, first_name, emails, account, owner_id, created_by, updated_by, audience)
values (gen_random_uuid(), 'Bench', 'Bench', 'Anna', '[]', %(account)s, %(owner)s, %(owner)s, %(owner)s, %(audience)s)

-- name: search_word
select object, record, label_fold, body from {ws}.search_entry where label_fold like %(prefix)s order by label_fold limit 20

-- name: search_phone
select object, record from {ws}.contact_point where kind = 'phone' and value = %(phone)s and live limit 20
