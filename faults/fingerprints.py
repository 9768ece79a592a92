"""What an import has left behind, as hashes: equal for equal rows, whatever their ids and the time they were made."""

from __future__ import annotations

import psycopg

ROWS = {
    "contact": """
        select to_jsonb(c) - array['id', 'created_at', 'updated_at', 'account'] || jsonb_build_object('account', a.label)
          from {ws}.contact c left join {ws}.account a on a.id = c.account""",
    "contact_point": """
        select to_jsonb(p) - 'record' || jsonb_build_object('of', c.emails -> 0 -> 'value')
          from {ws}.contact_point p left join {ws}.contact c on c.id = p.record where p.object = 'contact'""",
    "search_entry": """
        select to_jsonb(e) - 'record' || jsonb_build_object('of', c.emails -> 0 -> 'value')
          from {ws}.search_entry e left join {ws}.contact c on c.id = e.record where e.object = 'contact'""",
    "figures of contacts": """
        select to_jsonb(r) - 'record' || jsonb_build_object('of', c.emails -> 0 -> 'value')
          from {ws}.contact_rollup r left join {ws}.contact c on c.id = r.record""",
    "figures of accounts": """
        select to_jsonb(r) - 'record' || jsonb_build_object('of', a.label)
          from {ws}.account_rollup r left join {ws}.account a on a.id = r.record""",
    "journal": """
        select to_jsonb(e) - array['change', 'at', 'record'] || jsonb_build_object('of', c.emails -> 0 -> 'value')
          from {ws}.change_entry e left join {ws}.contact c on c.id = e.record where e.object = 'contact'""",
    "changes": """
        select jsonb_build_object('rows', count(*), 'ids', count(distinct e.change), 'transactions', count(distinct e.at))
          from {ws}.change_entry e join {ws}.change h on h.id = e.change and h.at = e.at where e.object = 'contact'""",
    "import": """
        select to_jsonb(r) - array['id', 'change', 'created_at', 'started_at', 'ended_at'] from {ws}.import_run r
         where r.object = 'contact'""",
    "failed and deferred rows": """
        select to_jsonb(f) - 'import' from {ws}.import_error f union all select to_jsonb(l) - 'import' from {ws}.import_late l""",
}
_HASH = """
select count(*), coalesce(md5(string_agg(line, '' order by line)), '')
  from (select md5(row::text) as line from ({rows}) s (row)) l"""


def fingerprints(dsn: str, schema: str) -> dict[str, str]:
    """Number and hash of the rows of each kind."""
    found = {}
    with psycopg.connect(dsn) as connection:
        for name, rows in ROWS.items():
            text = _HASH.replace("{rows}", rows).replace("{ws}", schema)
            count, digest = connection.execute(text.encode()).fetchone() or (0, "")
            found[name] = f"{count} rows, {digest}"
    return found
