"""Sample tickets: what customers asked for and how it went on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kundig.modules.demo_events import Past

_TOPICS = (
    (
        "Gateway meldet sich nicht mehr",
        "Seit heute früh kommen keine Messwerte mehr an. Die Leuchte blinkt rot.",
        "incident",
        "fault",
    ),
    (
        "Rechnung doppelt erhalten",
        "Die Rechnung für den Wartungsvertrag kam zweimal. Bitte stornieren Sie eine davon.",
        "request",
        "billing",
    ),
    ("Zugang für neue Kollegin", "Bitte legen Sie einen weiteren Zugang mit Leserechten an.", "request", "account"),
    ("Sensor zeigt falsche Temperatur", "Der Wert liegt dauerhaft 12 Grad zu hoch.", "problem", "fault"),
    ("Wie exportiere ich die Messreihen?", "Wir möchten die Daten in Excel weiterverarbeiten.", "question", "question"),
    ("Lieferung unvollständig", "Laut Lieferschein sind es zehn Sensoren, im Paket waren acht.", "complaint", "delivery"),
    ("Grenzwerte anpassen", "Nach dem Umbau brauchen wir andere Alarmgrenzen an Linie 2.", "request", "question"),
    ("Auswertung sehr langsam", "Die Monatsübersicht lädt mehrere Minuten.", "problem", "fault"),
    ("Frage zur Garantie", "Gilt die Garantie auch für die Akkus?", "question", "other"),
    ("Alarm in der Nacht ohne Grund", "Um drei Uhr kam ein Alarm, die Anlage stand aber still.", "incident", "fault"),
)

_SOLUTIONS = (
    "Neustart aus der Ferne, seither stabil.",
    "Gutschrift erstellt und versandt.",
    "Zugang angelegt, Anleitung verschickt.",
    "Sensor getauscht, Altgerät kommt zurück.",
    "Nachlieferung ist unterwegs.",
    "Einstellungen gemeinsam am Telefon angepasst.",
)


def add_ticket(past: Past, moment: datetime, actor: int, account: UUID, contact: UUID | None) -> None:
    """A ticket of a customer from its first to its last day; many end solved, the latest are still open."""
    chance = past.chance
    subject, description, type_, category = chance.choice(_TOPICS)
    id_ = past.create(
        moment,
        actor,
        "ticket",
        past.new_id(),
        subject=subject,
        description=description,
        type=type_,
        category=category,
        priority=chance.choices(["low", "normal", "high", "urgent"], [15, 55, 22, 8])[0],
        channel=chance.choices(["email", "phone", "web", "portal"], [50, 30, 15, 5])[0],
        account=str(account),
        contact=str(contact) if contact else None,
    )
    path = ["open", *chance.choice([[], ["waiting_customer"], ["waiting_internal"], ["waiting_customer", "open"]]), "resolved"]
    if chance.random() < 0.12:
        path += ["open", "resolved"]
    if chance.random() < 0.8:
        path.append("closed")
    for stage in path:
        moment = past.later(moment, 0.1, 6)
        solved = {"resolution": chance.choice(_SOLUTIONS)} if stage == "resolved" else {}
        past.update(moment, actor, "ticket", id_, status=stage, **solved)
