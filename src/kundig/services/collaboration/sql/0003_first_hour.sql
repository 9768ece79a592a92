-- When somebody chose how they work; high contrast; how far the tour went (0: not begun, n: at its nth step, -n: left there); whether the first hour's list was put away.
alter table {ws}.preference add column chosen_at timestamptz, add column high_contrast boolean not null default false, add column tour smallint not null default 0,
  add column checklist_gone boolean not null default false;
