"""What identity notes in the audit trail: signing in, passwords, tokens, secret links, and who may do what."""

from __future__ import annotations

from kundig.engine.extension import audit_event

_DEVICE = ("Browser", "Browser")
_NAME = ("Name", "Name")
_PERSON = ("Person", "Person")

_PROVIDER = ("Provider", "Anmeldedienst")
_SUBJECT = ("Id there", "Kennung dort")
_DIRECTORY = ("Directory", "Verzeichnis")

SIGNED_IN = audit_event(
    "signed_in",
    ("Sign-in", "Anmeldung"),
    ("signed in", "hat sich angemeldet"),
    browser=_DEVICE,
    provider=_PROVIDER,
    subject=_SUBJECT,
)
SIGN_IN_REFUSED = audit_event(
    "sign_in_refused",
    ("Refused sign-in at a provider", "Abgewiesene Anmeldung bei einem Anmeldedienst"),
    ("came from a sign-in provider and was not let in", "kam von einem Anmeldedienst und wurde nicht eingelassen"),
    provider=_PROVIDER,
    reason=("Reason", "Grund"),
    said=("The provider said", "Antwort des Dienstes"),
)
IDENTITY_LINKED = audit_event(
    "identity_linked",
    ("Account at a provider connected", "Konto bei einem Anmeldedienst verbunden"),
    ("connected an account at a sign-in provider with {record}", "hat ein Konto bei einem Anmeldedienst mit {record} verbunden"),
    provider=_PROVIDER,
    subject=_SUBJECT,
)
IDENTITY_UNLINKED = audit_event(
    "identity_unlinked",
    ("Account at a provider disconnected", "Konto bei einem Anmeldedienst getrennt"),
    ("disconnected an account at a sign-in provider from {record}", "hat ein Konto bei einem Anmeldedienst von {record} getrennt"),
    provider=_PROVIDER,
    subject=_SUBJECT,
)
PROVIDER_CHANGED = audit_event(
    "provider_changed",
    ("Sign-in provider set up or changed", "Anmeldedienst eingerichtet oder geändert"),
    ("set a sign-in provider up, or changed it", "hat einen Anmeldedienst eingerichtet oder geändert"),
    provider=_PROVIDER,
    issuer=("Address", "Adresse"),
    secret=("New secret", "Neues Geheimnis"),
    count=("Sessions ended", "Sitzungen beendet"),
)
PROVIDER_REMOVED = audit_event(
    "provider_removed",
    ("Sign-in provider removed", "Anmeldedienst entfernt"),
    ("removed a sign-in provider", "hat einen Anmeldedienst entfernt"),
    provider=_PROVIDER,
    issuer=("Address", "Adresse"),
    count=("Sessions ended", "Sitzungen beendet"),
)
DIRECTORY_ADDED = audit_event(
    "directory_added",
    ("Directory let in", "Verzeichnis zugelassen"),
    ("let a directory provision users", "hat ein Verzeichnis zur Bereitstellung von Benutzern zugelassen"),
    directory=_DIRECTORY,
    roles=("Roles", "Rollen"),
)
DIRECTORY_REMOVED = audit_event(
    "directory_removed",
    ("Directory let in no more", "Verzeichnis nicht mehr zugelassen"),
    ("ended the token of a directory", "hat das Token eines Verzeichnisses beendet"),
    directory=_DIRECTORY,
)
SIGN_IN_FAILED = audit_event(
    "sign_in_failed",
    ("Failed sign-in", "Fehlgeschlagene Anmeldung"),
    ("tried to sign in as {record}, with a wrong password", "hat versucht, sich als {record} anzumelden, mit falschem Passwort"),
)
SIGNED_OUT = audit_event("signed_out", ("Sign-out", "Abmeldung"), ("signed out", "hat sich abgemeldet"))
SESSION_ENDED = audit_event(
    "session_ended",
    ("Sessions ended", "Sitzungen beendet"),
    ("ended sessions of {record}", "hat Sitzungen von {record} beendet"),
    count=("Sessions", "Sitzungen"),
)
SIGNED_OUT_BY_PROVIDER = audit_event(
    "signed_out_by_provider",
    ("Sessions ended by a provider", "Sitzungen durch einen Anmeldedienst beendet"),
    (
        "ended sessions of {record}, since the sign-in provider said so",
        "hat Sitzungen von {record} auf Weisung des Anmeldedienstes beendet",
    ),
    provider=_PROVIDER,
    subject=_SUBJECT,
    count=("Sessions", "Sitzungen"),
)
PASSWORD_CHANGED = audit_event(
    "password_changed", ("Password changed", "Passwort geändert"), ("changed the own password", "hat das eigene Passwort geändert")
)
PASSWORD_RESET = audit_event(
    "password_reset",
    ("Password set by a link", "Passwort über einen Link gesetzt"),
    ("set a password by a link", "hat über einen Link ein Passwort gesetzt"),
)
LINK_SENT = audit_event(
    "link_sent",
    ("Password link made", "Passwort-Link erstellt"),
    ("made a link for {record} to choose a password", "hat für {record} einen Link zur Passwortwahl erstellt"),
)
TOKEN_MADE = audit_event(
    "token_made",
    ("API token made", "API-Token erstellt"),
    ("made an API token for {record}", "hat ein API-Token für {record} erstellt"),
    name=_NAME,
    read_only=("Only reads", "Liest nur"),
    until=("Until", "Bis"),
    guarded_objects=("Objects", "Objekte"),
)
TOKEN_REVOKED = audit_event(
    "token_revoked",
    ("API token ended", "API-Token beendet"),
    ("ended API tokens of {record}", "hat API-Token von {record} beendet"),
    name=_NAME,
)
TOKEN_USED = audit_event(
    "token_used",
    ("API token used", "API-Token benutzt"),
    ("used the API token for the first time that day", "hat das API-Token an diesem Tag zum ersten Mal benutzt"),
)
FEED_MADE = audit_event(
    "feed_made",
    ("Calendar link made", "Kalender-Link erstellt"),
    ("made a secret calendar link", "hat einen geheimen Kalender-Link erstellt"),
)
FEED_ENDED = audit_event(
    "feed_ended",
    ("Calendar link ended", "Kalender-Link beendet"),
    ("ended the secret calendar link", "hat den geheimen Kalender-Link beendet"),
)
RIGHTS_CHANGED = audit_event(
    "user_rights_changed",
    ("Rights of a user changed", "Rechte geändert"),
    ("changed what {record} may do", "hat geändert, was {record} darf"),
    roles=("Roles", "Rollen"),
    teams=("Teams", "Teams"),
    active=("May sign in", "Darf sich anmelden"),
)
SECOND_STEP_FAILED = audit_event(
    "second_step_failed",
    ("Failed second step", "Fehlgeschlagener zweiter Schritt"),
    (
        "got past the first step of signing in as {record}, but gave no right code",
        "hat den ersten Schritt der Anmeldung als {record} geschafft, aber keinen richtigen Code angegeben",
    ),
)
FACTOR_ADDED = audit_event(
    "factor_added",
    ("Second step set up", "Zweiter Schritt eingerichtet"),
    ("set up a second step for signing in", "hat für die Anmeldung einen zweiten Schritt eingerichtet"),
    name=_NAME,
)
FACTOR_REMOVED = audit_event(
    "factor_removed",
    ("Second step removed", "Zweiter Schritt entfernt"),
    ("removed a second step from signing in", "hat einen zweiten Schritt der Anmeldung entfernt"),
    name=_NAME,
)
FACTORS_RESET = audit_event(
    "factors_reset",
    ("Second steps of somebody else removed", "Zweite Schritte anderer entfernt"),
    ("removed all second steps of {record}", "hat alle zweiten Schritte von {record} entfernt"),
    factors=("Second steps", "Zweite Schritte"),
    sessions=("Sessions", "Sitzungen"),
)
CODES_RENEWED = audit_event(
    "recovery_codes_renewed",
    ("Recovery codes made", "Wiederherstellungscodes erzeugt"),
    ("made new recovery codes", "hat neue Wiederherstellungscodes erzeugt"),
)
RECOVERY_CODE_USED = audit_event(
    "recovery_code_used",
    ("Recovery code used", "Wiederherstellungscode benutzt"),
    ("signed in with a recovery code", "hat sich mit einem Wiederherstellungscode angemeldet"),
    left=("Codes left", "Codes übrig"),
)
HANDED_OVER = audit_event(
    "handed_over",
    ("Records handed over", "Datensätze übergeben"),
    ("handed over what {record} owned", "hat übergeben, was {record} gehörte"),
    to=("To", "An"),
    count=("Records", "Datensätze"),
)
SAMPLES_REMOVED = audit_event(
    "samples_removed",
    ("Sample data removed", "Beispieldaten entfernt"),
    ("removed the sample data", "hat die Beispieldaten entfernt"),
    count=("Records", "Datensätze"),
)
VIEW_BEGUN = audit_event(
    "view_as_begun",
    ("View of a colleague begun", "Ansicht einer anderen Person begonnen"),
    ("began to see Kundig as {record} sees it", "hat begonnen, Kundig wie {record} zu sehen"),
)
VIEW_ENDED = audit_event(
    "view_as_ended",
    ("View of a colleague ended", "Ansicht einer anderen Person beendet"),
    ("no longer sees Kundig as {record} sees it", "sieht Kundig nicht mehr wie {record}"),
)

EVENTS = (
    SIGNED_IN, SIGN_IN_FAILED, SIGNED_OUT, SESSION_ENDED, PASSWORD_CHANGED, PASSWORD_RESET, LINK_SENT, TOKEN_MADE, TOKEN_REVOKED,
    TOKEN_USED, FEED_MADE, FEED_ENDED, RIGHTS_CHANGED, SECOND_STEP_FAILED, FACTOR_ADDED, FACTOR_REMOVED, FACTORS_RESET,
    CODES_RENEWED, RECOVERY_CODE_USED, HANDED_OVER, SAMPLES_REMOVED, SIGN_IN_REFUSED, IDENTITY_LINKED, IDENTITY_UNLINKED,
    PROVIDER_CHANGED, PROVIDER_REMOVED, SIGNED_OUT_BY_PROVIDER, DIRECTORY_ADDED, DIRECTORY_REMOVED, VIEW_BEGUN, VIEW_ENDED,
)  # fmt: skip
