"""Sample products, leads and opportunities with their course from the first talk to the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from kundig.modules.contacts.demo import SampleCompany, SamplePerson
from kundig.modules.demo_events import Past

Follow = Callable[[datetime, int, list[tuple[str, UUID]]], None]
"""Told at each turn of a course, so that activities can be added."""

_PRODUCTS = (
    ("Gateway GW-2", "NW-GW2", 890, "hardware", "Stück", "good", 520),
    ("Gateway GW-2 Pro", "NW-GW2P", 1490, "hardware", "Stück", "good", 870),
    ("Schwingungssensor S1", "NW-S1", 240, "hardware", "Stück", "good", 118),
    ("Temperatursensor T1", "NW-T1", 120, "hardware", "Stück", "good", 49),
    ("Stromsensor A1", "NW-A1", 185, "hardware", "Stück", "good", 84),
    ("Drucksensor P1", "NW-P1", 265, "hardware", "Stück", "good", 131),
    ("Schaltschrankmodul", "NW-SM", 640, "hardware", "Stück", "good", 390),
    ("Ersatzakku", "NW-AK", 35, "hardware", "Stück", "good", 12),
    ("Lizenz Monitoring Basis", "NW-L10", 49, "software", "Monat", "subscription", 4),
    ("Lizenz Monitoring Plus", "NW-L20", 99, "software", "Monat", "subscription", 6),
    ("Lizenz Analytics", "NW-L30", 290, "software", "Monat", "subscription", 15),
    ("Schnittstelle ERP", "NW-IF1", 2400, "software", "Stück", "good", 300),
    ("Inbetriebnahme", "NW-D10", 1180, "service", "Tag", "service", 640),
    ("Anlagenanalyse", "NW-D20", 1450, "service", "Tag", "service", 690),
    ("Schulung Instandhaltung", "NW-D30", 1900, "service", "Tag", "service", 720),
    ("Wartungsvertrag Standard", "NW-W10", 1200, "service", "Jahr", "subscription", 380),
    ("Wartungsvertrag Premium", "NW-W20", 3600, "service", "Jahr", "subscription", 1100),
    ("Beratungsstunde", "NW-D40", 145, "service", "Stunde", "service", 70),
)

_PROJECTS = (
    "Zustandsüberwachung {place}",
    "Monitoring Produktionslinie",
    "Ausbau {place}",
    "Ersatz der Altanlage",
    "Lizenz Analytics Plus",
    "Wartungsvertrag Premium",
    "Schulung Instandhaltung",
    "Pilotprojekt Energiedaten",
    "Sensorik Kühlhaus",
    "Anbindung an das ERP-System",
)
_PLACES = ("Werk 1", "Werk 2", "Standort Süd", "Halle 3", "Lager Nord", "drei Standorte")
_NEXT_STEPS = ("Angebot nachfassen", "Termin vor Ort", "Technik einbinden", "Freigabe abwarten", "Vertrag senden", None)
_NEEDS = (
    "Überwachung von zwölf Antrieben, Alarm auf das Telefon der Schicht.",
    "Angebot für eine Pilotlinie mit drei Maschinen.",
    "Energieverbrauch je Maschine erfassen und monatlich auswerten.",
    "Ersatz für eine Anlage, die der Hersteller nicht mehr unterstützt.",
    "Wartungsvertrag für vorhandene Gateways gesucht.",
    "Messdaten sollen in das vorhandene ERP-System laufen.",
)
_OPEN_STAGES = ("needs_analysis", "proposal", "negotiation")
_LOST = ("price", "competitor", "no_budget", "no_decision", "timing", "product_fit", "no_response")


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """A product of the catalogue."""

    id: UUID
    price: int
    name: str


@dataclass(frozen=True, slots=True)
class _Line:
    product: SampleProduct
    quantity: int
    discount: int

    @property
    def total(self) -> Decimal:
        """The net amount."""
        return (Decimal(self.product.price * self.quantity * (100 - self.discount)) / 100).quantize(Decimal("0.01"))


def add_products(past: Past, actor: int) -> list[SampleProduct]:
    """The catalogue, there from the first day."""
    made = []
    for name, sku, price, family, unit, kind, cost in _PRODUCTS:
        id_ = past.create(
            past.begin, actor, "product", past.new_id(), name=name, sku=sku, price=_euro(price), family=family, unit=unit,
            kind=kind, cost=_euro(cost), tax_rate="19",
        )  # fmt: skip
        made.append(SampleProduct(id_, price, name))
    return made


def add_opportunity(past: Past, company: SampleCompany, products: list[SampleProduct], moment: datetime, follow: Follow) -> None:
    """An opportunity at a company, and what became of it."""
    chance = past.chance
    contact = chance.choice(company.people) if company.people else None
    length = chance.triangular(20, 170, 70)
    lines = _lines(past, products) if chance.random() < 0.4 else []
    total = sum(line.total for line in lines)
    amount = total or Decimal(int(min(400_000, max(900, chance.lognormvariate(9.6, 0.9))) // 50 * 50))
    id_ = past.create(
        moment,
        company.owner,
        "opportunity",
        past.new_id(),
        name=chance.choice(_PROJECTS).format(place=chance.choice(_PLACES)),
        account=str(company.id),
        primary_contact=str(contact.id) if contact else None,
        amount=_euro(amount),
        close_date=(moment + timedelta(days=length)).date().isoformat(),
        source=chance.choice(["referral", "event", "web_form", "phone", "partner", "email"]),
        type=chance.choices(["new", "upsell", "renewal", "cross_sell"], [55, 20, 15, 10])[0],
        next_step=chance.choice(_NEXT_STEPS),
        forecast_category=chance.choice(["pipeline", "best_case", "commit", None]),
    )
    for position, line in enumerate(lines, start=1):
        past.create(
            moment, company.owner, "opportunity_line", past.new_id(), opportunity=str(id_), product=str(line.product.id),
            quantity=str(line.quantity), discount=str(line.discount) if line.discount else None, position=position,
        )  # fmt: skip
    if contact is not None and chance.random() < 0.5:
        role = chance.choice(["decision_maker", "economic_buyer", "champion", "influencer", "evaluator"])
        past.create(
            moment, company.owner, "opportunity_contact", past.new_id(), opportunity=str(id_), contact=str(contact.id), role=role
        )
    about: list[tuple[str, UUID]] = [("opportunity", id_), *([("contact", contact.id)] if contact else [])]
    follow(moment, company.owner, about)
    _run_course(past, company, id_, moment, length, about, follow)


def _run_course(
    past: Past, company: SampleCompany, id_: UUID, begun: datetime, length: float, about: list[tuple[str, UUID]], follow: Follow
) -> None:
    """From stage to stage; some stop half-way and wait to be remembered."""
    chance = past.chance
    end = chance.choices(["won", "lost", None], [46, 40, 14])[0]
    reached = _OPEN_STAGES if end == "won" else _OPEN_STAGES[: chance.randrange(0, 4)]
    turns = len(reached) + 1
    for number, stage in enumerate(reached, start=1):
        moment = past.in_office(begun + timedelta(days=length * number / turns))
        past.update(moment, company.owner, "opportunity", id_, stage=stage)
        follow(moment, company.owner, about)
    closed = past.in_office(begun + timedelta(days=length))
    if end == "won":
        past.update(closed, company.owner, "opportunity", id_, stage="won", close_date=_day(closed), forecast_category="closed")
        if company.values["type"] == "prospect":
            company.values["type"] = "customer"
            past.update(closed, company.owner, "account", company.id, type="customer", customer_since=_day(closed))
    elif end == "lost":
        reason = chance.choice(_LOST)
        past.update(closed, company.owner, "opportunity", id_, stage="lost", lost_reason=reason, forecast_category="omitted")


def _lines(past: Past, products: list[SampleProduct]) -> list[_Line]:
    chance = past.chance
    return [
        _Line(product, chance.choice([1, 1, 2, 3, 5, 8, 12, 24]), chance.choice([0, 0, 5, 10]))
        for product in chance.sample(products, chance.randrange(1, 5))
    ]


def add_lead(past: Past, company: SampleCompany, person: SamplePerson, moment: datetime, follow: Follow) -> None:
    """Somebody who asked; qualified, converted, given up or still waiting."""
    chance = past.chance
    budget = _euro(chance.randrange(2, 90) * 1000) if chance.random() < 0.6 else None
    personal = {
        name: value
        for name, value in person.values.items()
        if name not in ("account", "department", "lead_source", "preferred_language")
    }
    id_ = past.create(
        moment,
        company.owner,
        "lead",
        past.new_id(),
        **personal,
        company_name=company.name,
        website=company.values["website"],
        address=company.values["billing_address"],
        industry=company.values["industry"],
        employees=company.values["employees"],
        source=chance.choice(["web_form", "web_form", "event", "referral", "phone", "email", "advertising", "partner"]),
        rating=chance.choice(["hot", "warm", "warm", "cold"]),
        need=chance.choice(_NEEDS),
        budget=budget,
        expected_close=_day(moment + timedelta(days=chance.randrange(60, 200))),
    )
    about: list[tuple[str, UUID]] = [("lead", id_)]
    path = ["contacted", *chance.choice([[], ["nurturing"]]), "qualified"]
    for stage in path[: chance.randrange(0, len(path) + 1)]:
        moment = past.later(moment, 1, 25)
        past.update(moment, company.owner, "lead", id_, status=stage)
        follow(moment, company.owner, about)
        if stage == "qualified" and chance.random() < 0.8:
            past.act(past.later(moment, 16, 30), company.owner, "lead", id_, "convert")
            return
    if chance.random() < 0.35:
        reason = chance.choice(["no_need", "no_budget", "no_authority", "competitor", "wrong_contact"])
        past.update(past.later(moment, 16, 40), company.owner, "lead", id_, status="disqualified", disqualified_reason=reason)


def _euro(amount: int | Decimal) -> dict[str, Any]:
    return {"amount": f"{amount:.2f}", "currency": "EUR"}


def _day(moment: datetime) -> str:
    day: date = moment.date()
    return day.isoformat()
