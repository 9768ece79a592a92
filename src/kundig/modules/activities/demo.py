"""Sample activities: what people did about records, and what they plan to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kundig.modules.demo_events import Past

About = list[tuple[str, UUID]]

_CALLS = (
    ("Bedarf geklärt", "Anforderungen besprochen, Unterlagen folgen per E-Mail."),
    ("Rückfrage zum Angebot", "Lieferzeit und Zahlungsziel erläutert. Die Entscheidung fällt im nächsten Jour fixe."),
    ("Termin abgestimmt", "Vor-Ort-Termin vorgeschlagen, Bestätigung kommt noch."),
    ("Nachgefasst", "Budgetfreigabe steht noch aus. Nächste Woche wieder melden."),
    ("Erstkontakt", "Interesse an der Zustandsüberwachung, Ansprechpartner für die Technik genannt."),
    ("Status Lieferung", "Liefertermin bestätigt, Wareneingang wird informiert."),
)

_MEETINGS = (
    ("Vorstellung Zustandsüberwachung", "Videokonferenz"),
    ("Begehung der Anlage", "beim Kunden"),
    ("Angebotsbesprechung", "Videokonferenz"),
    ("Technische Abstimmung", "Videokonferenz"),
    ("Vertragsverhandlung", "beim Kunden"),
    ("Jahresgespräch", "Hamburg, Besprechungsraum Elbe"),
)

_NOTES = (
    "<p>Möchte die Auswertung im eigenen Rechenzentrum betreiben. <strong>Datenschutz</strong> ist wichtig.</p>",
    "<p>Wettbewerber hat ein günstigeres Angebot abgegeben, bietet aber keinen Service vor Ort.</p>",
    "<p>Entscheidung liegt bei der Geschäftsführung. Einkauf ist positiv gestimmt.</p>",
    "<ul><li>Pilotlinie mit drei Maschinen</li><li>Auswertung nach acht Wochen</li><li>Danach Ausbau auf das ganze Werk</li></ul>",
    "<p>Bevorzugt kurze E-Mails, telefonisch am besten vor 10 Uhr zu erreichen.</p>",
    "<p>Umzug in die neue Halle verschiebt sich auf das nächste Quartal.</p>",
    "<p>Schulung für die Instandhaltung gewünscht, etwa acht Personen.</p>",
)

_TASKS = (
    "Angebot nachfassen",
    "Referenzen zusenden",
    "Preisliste schicken",
    "Technische Rückfrage klären",
    "Vertragsentwurf prüfen lassen",
    "Termin vor Ort vereinbaren",
    "Rahmenvertrag vorbereiten",
    "Muster versenden",
)


def add_activity(past: Past, moment: datetime, actor: int, about: About) -> None:
    """Something was done about records at a moment in the past."""
    if moment > past.now:
        return
    chance = past.chance
    match chance.choices(["call", "meeting", "note", "task"], [34, 18, 26, 22])[0]:
        case "call":
            _call(past, moment, actor, about)
        case "meeting":
            _meeting(past, past.later(moment, 1, 9), actor, about, entered=moment)
        case "note":
            past.create(moment, actor, "note", past.new_id(), body=chance.choice(_NOTES), related_to=_links(about))
        case _:
            task = _task(past, moment, actor, about, due=moment + timedelta(days=chance.randrange(1, 9)))
            if chance.random() < 0.85:
                past.update(past.later(moment, 15, 30), actor, "task", task, status="done")


def add_plan(past: Past, actor: int, about: About) -> None:
    """Something is to be done about records: overdue, due soon, or a meeting in the next days."""
    chance = past.chance
    entered = past.in_office(past.now - timedelta(days=chance.randrange(1, 10)))
    entered = min(entered, past.now - timedelta(hours=1))
    if chance.random() < 0.3:
        starts = past.in_office(past.now + timedelta(days=chance.randrange(1, 15)))
        _meeting(past, starts, actor, about, entered=entered)
    else:
        _task(past, entered, actor, about, due=past.in_office(past.now + timedelta(days=chance.randrange(-6, 18))))


def _call(past: Past, moment: datetime, actor: int, about: About) -> None:
    subject, notes = past.chance.choice(_CALLS)
    outcome = past.chance.choices(["reached", "no_answer", "voicemail", "busy"], [70, 15, 10, 5])[0]
    reached = outcome == "reached"
    past.create(
        moment,
        actor,
        "call",
        past.new_id(),
        subject=subject,
        direction=past.chance.choices(["outbound", "inbound"], [75, 25])[0],
        started_at=moment.isoformat(),
        duration=past.chance.randrange(90, 1800) if reached else 20,
        outcome=outcome,
        notes=notes if reached else None,
        related_to=_links(about),
    )


def _meeting(past: Past, starts: datetime, actor: int, about: About, *, entered: datetime) -> None:
    subject, location = past.chance.choice(_MEETINGS)
    past.create(
        entered,
        actor,
        "meeting",
        past.new_id(),
        subject=subject,
        starts_at=starts.isoformat(),
        ends_at=(starts + timedelta(minutes=past.chance.choice([30, 60, 60, 90, 120]))).isoformat(),
        location=location,
        related_to=_links(about),
    )


def _task(past: Past, entered: datetime, actor: int, about: About, *, due: datetime) -> UUID:
    return past.create(
        entered,
        actor,
        "task",
        past.new_id(),
        subject=past.chance.choice(_TASKS),
        due_at=due.isoformat(),
        priority=past.chance.choices(["low", "normal", "high"], [15, 65, 20])[0],
        related_to=_links(about),
    )


def _links(about: About) -> list[dict[str, Any]]:
    return [{"object": object_, "id": str(id_)} for object_, id_ in about]
