"""The past of the sample company "Nordwind Systeme GmbH", which watches over other people's machines: eighteen months of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from kundig.modules.activities.demo import add_activity, add_plan
from kundig.modules.contacts.demo import Population, SampleCompany
from kundig.modules.demo_events import Event, Past
from kundig.modules.sales.demo import add_lead, add_opportunity, add_products
from kundig.modules.service.demo import add_ticket

COMPANY = "Nordwind Systeme GmbH"
SEED = 1847
DAYS = 548


class Colleague(NamedTuple):
    """Somebody of the sample company. The number in `CAST` is the `actor` of events."""

    name: str
    role: str
    teams: tuple[str, ...]


TEAMS = ("Vertrieb Nord", "Vertrieb Süd", "Kundenservice")
CAST = (
    Colleague("Katrin Ahlers", "sales_manager", ("Vertrieb Nord", "Vertrieb Süd")),
    Colleague("Jonas Petersen", "sales_representative", ("Vertrieb Nord",)),
    Colleague("Merle Hansen", "sales_representative", ("Vertrieb Nord",)),
    Colleague("Tobias Reuter", "sales_representative", ("Vertrieb Süd",)),
    Colleague("Aylin Demir", "sales_representative", ("Vertrieb Süd",)),
    Colleague("Lukas Bräuer", "sales_representative", ("Vertrieb Süd",)),
    Colleague("Sabine Vogt", "service_agent", ("Kundenservice",)),
    Colleague("Paweł Nowicki", "service_agent", ("Kundenservice",)),
)
MANAGER = 0
_SELLERS = tuple(number for number, colleague in enumerate(CAST) if colleague.role.startswith("sales"))
_AGENTS = tuple(number for number, colleague in enumerate(CAST) if colleague.role == "service_agent")

ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, TICKETS, CHECK_INS, PLANS = 200, 600, 150, 300, 180, 170, 90
_THERE_FROM_THE_BEGIN = 110
"""Accounts that the company brought along when it began to use Kundig."""


def tell_story(today: date, new_id: Callable[[], UUID]) -> list[Event]:
    """All events up to `today`, in the order in which they happened. The same day tells the same story."""
    chance = random.Random(SEED)  # noqa: S311 - chance that must repeat, no secret
    now = datetime.combine(today, time(11), UTC)
    past = Past(chance, today, now, now - timedelta(days=DAYS), new_id)
    population = Population(chance, today, new_id)
    companies = _companies(past, population)
    _people(past, population, companies)
    _sales(past, population, companies)
    _service(past, companies)
    _everyday(past, companies)
    return sorted(past.events, key=lambda event: event.moment)


def _companies(past: Past, population: Population) -> list[tuple[datetime, SampleCompany]]:
    made: list[tuple[datetime, SampleCompany]] = []
    for number in range(ACCOUNTS):
        moment = past.begin if number < _THERE_FROM_THE_BEGIN else past.some_moment()
        company = population.company(past.chance.choice(_SELLERS))
        past.create(moment, company.owner, "account", company.id, **company.values)
        made.append((moment, company))
    for number in range(0, 24, 2):
        child, parent = made[number][1], made[number + 1][1]
        past.update(past.later(past.begin, 20, 60), child.owner, "account", child.id, parent=str(parent.id))
    return made


def _people(past: Past, population: Population, companies: list[tuple[datetime, SampleCompany]]) -> None:
    private = 24
    spread = list(range(len(companies))) + past.chance.choices(range(len(companies)), k=CONTACTS - private - len(companies))
    for number in sorted(spread):
        moment, company = companies[number]
        person = population.person(company)
        company.people.append(person)
        past.create(moment, company.owner, "contact", person.id, **person.values)
    for _ in range(private):
        person = population.person(None)
        past.create(past.some_moment(), past.chance.choice(_SELLERS), "contact", person.id, **person.values)
    for moment, company in companies[30:42]:
        # Some people change their employer, which leaves a position behind.
        new = companies[past.chance.randrange(42, _THERE_FROM_THE_BEGIN)][1]
        person = company.people.pop()
        past.update(
            past.later(moment, 60, 400), company.owner, "contact", person.id, account=str(new.id), job_title="Projektleitung"
        )


def _sales(past: Past, population: Population, companies: list[tuple[datetime, SampleCompany]]) -> None:
    products = add_products(past, MANAGER)

    def follow(moment: datetime, actor: int, about: list[tuple[str, UUID]]) -> None:
        if past.chance.random() < 0.72:
            add_activity(past, past.later(moment, 0.5, 6), actor, about)

    for _ in range(OPPORTUNITIES):
        there, company = past.chance.choice(companies)
        add_opportunity(past, company, products, past.some_moment(past.later(there, 1, 3)), follow)
    for _ in range(LEADS):
        company = population.company(past.chance.choice(_SELLERS))
        add_lead(past, company, population.person(company), past.some_moment(), follow)


def _service(past: Past, companies: list[tuple[datetime, SampleCompany]]) -> None:
    customers = [company for moment, company in companies if moment == past.begin and company.values["type"] == "customer"]
    for number in range(TICKETS):
        company = past.chance.choice(customers)
        contact = past.chance.choice(company.people).id if company.people else None
        # a seventh of them came in these days, so that the queue is not empty
        moment = past.some_moment(past.now - timedelta(days=9) if number % 7 == 0 else past.begin + timedelta(days=30))
        add_ticket(past, moment, past.chance.choice(_AGENTS), company.id, contact)


def _everyday(past: Past, companies: list[tuple[datetime, SampleCompany]]) -> None:
    for _ in range(CHECK_INS):
        there, company = past.chance.choice(companies)
        about = [("contact", past.chance.choice(company.people).id)] if company.people else [("account", company.id)]
        add_activity(past, past.some_moment(past.later(there, 1, 20)), company.owner, about)
    for _, company in past.chance.sample(companies[:_THERE_FROM_THE_BEGIN], PLANS):
        about = [("contact", past.chance.choice(company.people).id)] if company.people else [("account", company.id)]
        add_plan(past, company.owner, about)
