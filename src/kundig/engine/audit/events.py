"""The events of the engine itself: rights, configuration, reads of sensitive fields, the key that encrypts."""

from __future__ import annotations

from kundig.engine.audit.event import audit_event

SENSITIVE_READ = audit_event(
    "sensitive_read",
    ("Sensitive data read", "Sensible Daten gelesen"),
    ("read sensitive fields: {object}", "hat sensible Felder gelesen: {object}"),
    count=("Records", "Datensätze"),
    guarded_fields=("Fields", "Felder"),
)
SHARED = audit_event(
    "record_shared",
    ("Record shared", "Datensatz freigegeben"),
    ("shared {record}", "hat {record} freigegeben"),
    to=("With", "Mit"),
    level=("Level", "Stufe"),
    until=("Until", "Bis"),
)
SHARE_ENDED = audit_event(
    "share_ended",
    ("Share ended", "Freigabe beendet"),
    ("ended the share of {record}", "hat die Freigabe von {record} beendet"),
    to=("With", "Mit"),
)
UNDONE = audit_event(
    "change_undone",
    ("Change of somebody else undone", "Änderung anderer zurückgenommen"),
    ("took back what {person} had changed", "hat zurückgenommen, was {person} geändert hatte"),
    person=("Changed by", "Geändert von"),
    count=("Entries", "Einträge"),
)
PURGED = audit_event(
    "records_purged",
    ("Removed from the trash for good", "Endgültig aus dem Papierkorb entfernt"),
    ("removed records from the trash for good: {object}", "hat Datensätze endgültig aus dem Papierkorb entfernt: {object}"),
    count=("Records", "Datensätze"),
)
RIGHTS_CONFIGURED = audit_event(
    "rights_configured",
    ("Roles, sharing rules or sign-in providers changed", "Rollen, Freigaberegeln oder Anmeldedienste geändert"),
    ("changed roles, sharing rules or sign-in providers", "hat Rollen, Freigaberegeln oder Anmeldedienste geändert"),
    guarded_why=("Why", "Grund"),
    count=("Documents", "Dokumente"),
    guarded_documents=("Which", "Welche"),
)
CONFIGURED = audit_event(
    "configured",
    ("Configuration changed", "Konfiguration geändert"),
    ("changed the configuration", "hat die Konfiguration geändert"),
    guarded_why=("Why", "Grund"),
    count=("Documents", "Dokumente"),
    guarded_documents=("Which", "Welche"),
)
CONFIGURATION_TAKEN_BACK = audit_event(
    "configuration_taken_back",
    ("Configuration taken back", "Konfiguration zurückgenommen"),
    ("took a change of the configuration back", "hat eine Änderung der Konfiguration zurückgenommen"),
    count=("Documents", "Dokumente"),
    guarded_documents=("Which", "Welche"),
)
KEY_EXCHANGED = audit_event(
    "key_exchanged",
    ("Secret key exchanged", "Geheimer Schlüssel getauscht"),
    ("exchanged the secret key", "hat den geheimen Schlüssel getauscht"),
)

EVENTS = (
    SENSITIVE_READ, SHARED, SHARE_ENDED, UNDONE, PURGED, RIGHTS_CONFIGURED, CONFIGURED, CONFIGURATION_TAKEN_BACK, KEY_EXCHANGED,
)  # fmt: skip
