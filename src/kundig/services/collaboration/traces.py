"""What this room keeps of records: it goes with them when they are removed for good."""

from __future__ import annotations

TRACES = (
    """delete from {ws}.reaction where target = any(%(ids)s)
       or target in (select id from {ws}.comment where object = %(object)s and record = any(%(ids)s))""",
    *(
        f"delete from {{ws}}.{table} where object = %(object)s and record = any(%(ids)s)"
        for table in ("notification", "comment", "follower", "pin", "reminded")
    ),
    "delete from {ws}.pin where pinned_object = %(object)s and pinned = any(%(ids)s)",
)
"""Statements about an `object` and the `ids` of its records, one after the other."""
