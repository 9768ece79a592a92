"""A small company, written through the write door into the installation of KUNDIG_DATA; prints nothing, fails loudly."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kundig import wiring
from kundig.base.database.opening import opened
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Create, write
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.signing_in import set_first_password

PASSWORD = "a long and good password"
PEOPLE = (
    ("Jana Küster", "jana@nordwind.example", "de"),
    ("Tom Baker", "tom@nordwind.example", "en"),
    ("Eva Lund", "eva@nordwind.example", "en"),
)
NAMES = ("Hofmann", "Bergmann", "Zürisee", "Weißbach", "Kröger", "Lindner", "Alpenglas", "Fichtenau", "Düring", "Tröndle")
KINDS = ("Präzisionstechnik GmbH", "Logistik AG", "Chemie GmbH", "Holzwerke KG", "Anlagenbau SE", "Solarbau GmbH", "Maschinen AG")
FIRST = ("Annegret", "Matthias", "Stefanie", "Jörg", "Beatrix", "Thomas", "Gülsüm")
STAGES = ("qualification", "needs_analysis", "proposal", "negotiation")


async def main() -> None:
    """Three administrators, 70 accounts, 63 contacts, 30 opportunities, 6 leads, tasks and notes."""
    settings = Settings.from_environment(os.environ)
    scopes = Scopes(wiring.modules(), Secrets(settings.secret_key))
    async with opened(settings) as database:
        async with database.transaction(wiring.MAIN) as connection:
            scope = await scopes.of_system(connection, wiring.MAIN, "cli")
            values = [
                {"name": n, "email": e, "role": ["administrator"], "language": lang, "time_zone": "Europe/Berlin"}
                for n, e, lang in PEOPLE
            ]
            users = await make(scope, "user", values)
            await fill(scope, str(users[0]))
        for user in users:
            async with database.transaction(wiring.MAIN) as connection:
                await set_first_password(connection, user, PASSWORD)


async def make(scope: Scope, object_: str, values: list[dict[str, Any]]) -> list[UUID]:
    return (await write(scope, object_, [Create(value) for value in values])).ids


async def fill(scope: Scope, owner: str) -> None:
    accounts = await make(
        scope,
        "account",
        [
            {
                "name": f"{name} {kind}", "type": ("customer", "prospect")[(a + b) % 2], "industry": "manufacturing", "owner": owner,
                "billing_address": {"street": f"Weg {a + 1}", "postcode": "73730", "city": "Esslingen", "country": "DE"},
                "phones": [{"value": f"+49711442{a}{b:03}"}],
            }
            for a, name in enumerate(NAMES) for b, kind in enumerate(KINDS)
        ],
    )  # fmt: skip
    contacts = await make(
        scope,
        "contact",
        [
            {"first_name": first, "last_name": last, "account": str(accounts[n]), "job_title": "Einkauf", "owner": owner,
             "emails": [{"value": f"{n}@example.com"}]}
            for n, (first, last) in enumerate((first, last) for first in FIRST for last in NAMES[:9])
        ],
    )  # fmt: skip
    day = datetime.now(ZoneInfo("Europe/Berlin")).date()  # theirs, who may be a day further
    await make(
        scope,
        "opportunity",
        [
            {"name": f"Anlage {n}", "account": str(accounts[n]), "primary_contact": str(contacts[n]), "stage": STAGES[n % 4],
             "amount": {"amount": f"{1000 + n * 350}.50", "currency": "EUR"}, "close_date": str(day + timedelta(days=n)), "owner": owner}
            for n in range(30)
        ],
    )  # fmt: skip
    await make(scope, "lead", [{"last_name": f"Neuhaus{n}", "company_name": f"Neuhaus {n} GmbH", "owner": owner} for n in range(6)])
    about = [{"object": "account", "id": str(accounts[0])}]
    due = datetime.now(UTC) + timedelta(days=1)
    tasks = [
        {"subject": f"Anrufen {n}", "due_at": (due + timedelta(days=n)).isoformat(), "related_to": about, "owner": owner}
        for n in range(3)
    ]
    await make(scope, "task", tasks)
    await make(scope, "note", [{"body": "<p>Halle 2 bekommt <b>drei</b> Pressen.</p>", "related_to": about, "owner": owner}])


if __name__ == "__main__":
    asyncio.run(main())
