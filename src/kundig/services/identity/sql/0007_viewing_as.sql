-- Whose view a session has for a while instead of its user's own, to look only.
alter table kundig.session add column viewed uuid, add column viewed_until timestamptz,
  add constraint session_viewed_until_check check ((viewed is null) = (viewed_until is null));
