"""Sample accounts and contacts, put together by chance that repeats: the same seed gives the same people."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kundig.modules.contacts.demo_tables import FAMILIES, LEGAL_FORMS, MEN, POSITIONS, STREETS, TOWNS, TRADES, WOMEN, Town

_PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ş": "s", "ğ": "g", "ç": "c", "é": "e", "ë": "e", "á": "a"}
)


@dataclass(slots=True)
class SamplePerson:
    """A contact of the sample world. `id` is None until it is planned as a record."""

    id: Any
    account: SampleCompany | None
    values: dict[str, Any]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.values['first_name']} {self.values['last_name']}"


@dataclass(slots=True)
class SampleCompany:
    """An account of the sample world with its people."""

    id: Any
    values: dict[str, Any]
    domain: str
    town: Town
    owner: int
    people: list[SamplePerson] = field(default_factory=list)
    phones: Iterator[str] | None = None

    @property
    def name(self) -> str:
        """The company's name."""
        return str(self.values["name"])


class Population:
    """Makes companies and people, no name and no telephone number twice."""

    def __init__(self, chance: random.Random, today: date, new_id: Callable[[], Any]) -> None:
        self.chance = chance
        self.today = today
        self.new_id = new_id
        self._names: set[str] = set()
        self._extensions = {town.name: iter(chance.sample(range(1000), 1000)) for town in TOWNS if town.exchange}
        self._mobiles = iter(chance.sample(range(1000), 1000))

    def company(self, owner: int) -> SampleCompany:
        """A company in some town and trade."""
        chance = self.chance
        trade = chance.choice(TRADES)
        form, suffix, _ = chance.choices(LEGAL_FORMS, [weight for *_, weight in LEGAL_FORMS])[0]
        name, domain = self._company_name(trade.names)
        town = chance.choices(TOWNS, [8 if town.exchange else 1 for town in TOWNS])[0]
        employees = int(min(5000, 4 + chance.lognormvariate(3.7, 1.1)))
        values = {
            "name": f"{name} {suffix}",
            "legal_name": f"{name} {suffix}",
            "legal_form": form,
            "industry": trade.industry,
            "type": chance.choices(["prospect", "customer", "partner", "supplier"], [60, 30, 6, 4])[0],
            "employees": employees,
            "annual_revenue": {"amount": f"{employees * chance.randrange(90, 260) * 1000}.00", "currency": "EUR"},
            "website": f"https://www.{domain}",
            "domains": [domain],
            "emails": [{"value": f"info@{domain}", "label": "work"}],
            "phones": self._landline(town),
            "billing_address": self._address(town),
            "rating": chance.choice(["hot", "warm", "warm", "cold", None]),
            "language": "de",
            "founded_on": date(
                chance.randrange(1921, self.today.year - 2), chance.randrange(1, 13), chance.randrange(1, 28)
            ).isoformat(),
            "payment_terms": chance.choice(["14 Tage netto", "30 Tage netto", "10 Tage 2 % Skonto, 30 Tage netto", None]),
        }
        if values["type"] == "customer":
            values["customer_since"] = (self.today - timedelta(days=chance.randrange(560, 3200))).isoformat()
        return SampleCompany(self.new_id(), values, domain, town, owner)

    def person(self, company: SampleCompany | None) -> SamplePerson:
        """A person, at a company or on their own."""
        chance = self.chance
        salutation, first, last = self._person_name()
        position, department = chance.choice(POSITIONS)
        domain = company.domain if company else "privat.example"
        values: dict[str, Any] = {
            "salutation": salutation,
            "academic_title": chance.choices([None, "Dr.", "Dipl.-Ing.", "Prof. Dr."], [88, 8, 3, 1])[0],
            "first_name": first,
            "last_name": last,
            "emails": [{"value": f"{plain(first)}.{plain(last)}@{domain}", "label": "work"}],
            "phones": self._landline(company.town) if company else [],
            "preferred_language": chance.choices(["de", "en"], [94, 6])[0],
            "lead_source": chance.choice(["referral", "event", "web_form", "phone", "email", "partner", None]),
        }
        if chance.random() < 0.25 and (number := next(self._mobiles, None)) is not None:
            values["phones"] = [*values["phones"], {"value": f"+4917604069{number:03}", "label": "mobile"}]
        if company is not None:
            values |= {"job_title": position, "department": department, "account": str(company.id)}
        else:
            values["address"] = self._address(chance.choice(TOWNS))
        return SamplePerson(self.new_id(), company, values)

    def _company_name(self, parts: tuple[str, ...]) -> tuple[str, str]:
        chance = self.chance
        while True:
            family, part = chance.choice(FAMILIES), chance.choice(parts)
            second = chance.choice(FAMILIES)
            pattern = chance.choices([f"{family} {part}", f"{part} {family}", f"{family} & {second} {part}"], [70, 15, 15])[0]
            domain = f"{plain(family)}-{plain(part)}.example"
            if domain not in self._names and family != second:
                self._names.add(domain)
                return pattern, domain

    def _person_name(self) -> tuple[str, str, str]:
        chance = self.chance
        while True:
            salutation = chance.choice(["ms", "mr"])
            first, last = chance.choice(WOMEN if salutation == "ms" else MEN), chance.choice(FAMILIES)
            if (name := f"{first} {last}") not in self._names:
                self._names.add(name)
                return salutation, first, last

    def _landline(self, town: Town) -> list[dict[str, str]]:
        number = next(self._extensions[town.name], None) if town.exchange else None
        return [] if number is None else [{"value": f"{town.exchange}{number:03}", "label": "work"}]

    def _address(self, town: Town) -> dict[str, Any]:
        street = f"{self.chance.choice(STREETS)} {self.chance.randrange(1, 140)}"
        return {
            "street": street,
            "postcode": self.chance.choice(town.postcodes),
            "city": town.name,
            "state": town.state,
            "country": town.country,
        }


def plain(text: str) -> str:
    """A word as it stands in addresses of the internet."""
    return re.sub("[^a-z0-9]+", "-", text.lower().translate(_PLAIN)).strip("-")
