"""The audit trail: sign-ins, exports, reads of sensitive fields, changed rights; what the journal of records can't tell.

Write it by `note`, in the transaction of what happened, with an event that a module declares (`event.py`). The servers add to it
and read it, no more; only the owner's job forgets what is old (`forgetting.py`). `engine/history/trail.py` reads it.
"""

from kundig.engine.audit.event import AuditEvent, audit_event
from kundig.engine.audit.noting import Noted, note, note_all

__all__ = ["AuditEvent", "Noted", "audit_event", "note", "note_all"]
