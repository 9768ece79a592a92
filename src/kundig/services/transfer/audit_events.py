"""What transfer notes in the audit trail: what left the house as a file."""

from __future__ import annotations

from kundig.engine.extension import audit_event

_FORMAT = ("Format", "Format")

EXPORTED = audit_event(
    "export",
    ("Export", "Export"),
    ("exported {object}", "hat {object} exportiert"),
    format=_FORMAT,
    chosen=("Chosen records", "Gewählte Datensätze"),
    guarded_fields=("Fields", "Felder"),
    guarded_where=("Filter", "Filter"),
    guarded_order=("Order", "Sortierung"),
)
ERRORS_DOWNLOADED = audit_event(
    "import_errors_downloaded",
    ("Failed rows of an import downloaded", "Fehlerhafte Zeilen eines Imports geladen"),
    ("downloaded the failed rows of an import: {object}", "hat die fehlerhaften Zeilen eines Imports geladen: {object}"),
)
TRAIL_EXPORTED = audit_event(
    "audit_exported",
    ("Audit log exported", "Protokoll exportiert"),
    ("exported the audit log", "hat das Protokoll exportiert"),
    format=_FORMAT,
    person=("Person", "Person"),
    event=("Event", "Ereignis"),
    first=("From", "Von"),
    last=("To", "Bis"),
    guarded_object=("Object", "Objekt"),
)

EVENTS = (EXPORTED, ERRORS_DOWNLOADED, TRAIL_EXPORTED)
