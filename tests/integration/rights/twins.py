"""Two workspaces that are the same for a restricted user and differ in everything hidden from that user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from tests.integration.rights.crm import Crm

from kundig.engine.records.writing import Change, Delete, Update

ROLE = """
kind: role
name: clerk
label: {en: Clerk, de: Sachbearbeitung}
objects:
  account:
    {read: own, create: true, edit: own, delete: own, assign: own, share: own, export: true, bring: true, bulk: true, fields: {annual_revenue: hidden,
      industry: hidden, phones: hidden, domains: hidden, parent: hidden, tags: hidden, billing_address: hidden, description: hidden,
      founded_on: hidden, vat_id: hidden}}
  contact:
    {read: own, create: true, edit: own, delete: own, export: true, bring: true, bulk: true, fields: {emails: hidden, birthdate: hidden, do_not_call: hidden,
      reports_to: hidden, address: read, job_title: hidden}}
  employment: {read: own, create: true, edit: own, export: true}
  opportunity: {read: own, create: true, edit: own, delete: own, export: true, bring: true, bulk: true, fields: {amount: hidden, competitor: hidden, close_date: hidden}}
  opportunity_line: {read: own, edit: own, fields: {discount: hidden}}
  lead: {read: all, create: true, edit: own, export: true, fields: {need: hidden, budget: hidden}}
  product: {read: all, export: true, fields: {cost: hidden, sku: hidden, tax_rate: hidden}}
  task: {read: own, create: true, edit: own, delete: own, export: true, fields: {description: hidden, priority: hidden}}
  meeting: {read: team_below, edit: own, export: true, fields: {location: hidden}}
  call: {read: own, fields: {outcome: hidden, duration: hidden}}
forbids:
  - {object: lead, where: {field: rating, op: is, value: hot}}
"""
TAGGED = {"A": "kanariealpha", "B": "kanariebeta"}
"""A word in every hidden text of a world; no answer may hold it."""


def id_of(name: str) -> UUID:
    """The id that a record has in both worlds."""
    return uuid5(NAMESPACE_URL, f"kundig:twins:{name}")


@dataclass
class Twin:
    """One of the two worlds. `pick` gives each its own hidden value."""

    crm: Crm
    name: str
    actor: UUID
    foreign: UUID
    ids: dict[str, list[UUID]]

    def pick(self, a: Any, b: Any) -> Any:
        return a if self.name == "A" else b

    @property
    def canary(self) -> str:
        return TAGGED[self.name]

    async def put(self, object_: str, key: str, *, mine: bool = True, **values: Any) -> UUID:
        """A record of both worlds, which the actor owns or somebody else."""
        id_ = id_of(f"{object_}/{key}")
        if object_ not in ("user", "team", "opportunity_line", "opportunity_contact", "attendee"):
            values |= {"owner": str(self.actor if mine else self.foreign), "team": values.get("team")}
        await self.crm.add(object_, values, id_)
        self.ids.setdefault(object_, []).append(id_)
        return id_

    async def change(self, object_: str, id_: UUID, **values: Any) -> None:
        async with self.crm.system() as scope:
            await Change(scope).write(object_, [Update(id_, values)])

    async def trash(self, object_: str, id_: UUID) -> None:
        async with self.crm.system() as scope:
            await Change(scope).write(object_, [Delete(id_)])


def link(object_: str, id_: UUID) -> dict[str, str]:
    """The value of a link to any object."""
    return {"object": object_, "id": str(id_)}


async def furnish(crm: Crm, name: str) -> Twin:
    """Fill a world."""
    await crm.configure(ROLE)
    twin = Twin(crm, name, id_of("user/clerk"), id_of("user/other"), {})
    team, other_team = id_of("team/mine"), id_of("team/other")
    await crm.add("team", {"name": "Nord"}, team)
    await crm.add("team", {"name": "Süd"}, other_team)
    people = {"clerk": ("clerk", team), "other": ("administrator", other_team)}
    for key, (role, of) in people.items():
        values = {"name": key.title(), "email": f"{key}@twins.example", "role": [role], "teams": [str(of)], "language": "en"}
        await crm.add("user", values, id_of(f"user/{key}"))
    foreign = await _foreign(twin)
    await _accounts(twin, foreign)
    await _sales(twin, foreign)
    await _activities(twin, foreign, str(team), str(other_team))
    return twin


async def _foreign(twin: Twin) -> list[UUID]:
    """Records that the actor may not see: in B others, and more of them."""
    word, found = twin.canary, []
    for n in range(twin.pick(3, 7)):
        values = {
            "name": f"{word} {n}", "industry": twin.pick("retail", "energy"), "tags": [word], "domains": [f"{word}{n}.example"],
            "phones": [f"+49301234{twin.pick(100, 500) + n}"], "emails": [f"{word}{n}@secret.example"],
        }  # fmt: skip
        found.append(await twin.put("account", f"foreign{n}", mine=False, **values))
    for n in range(twin.pick(2, 4)):
        await twin.put(
            "contact",
            f"foreign{n}",
            mine=False,
            last_name=f"{word} {n}",
            account=str(found[n % 2]),
            emails=[f"p{n}@{word}.example"],
        )
    for n in range(twin.pick(1, 3)):
        await twin.put("ticket", f"foreign{n}", mine=False, subject=f"{word} ticket {n}", account=str(found[0]))
        await twin.put("lead", f"hot{n}", mine=False, last_name=f"{word} {n}", rating="hot", company_name=word)
    await twin.trash("account", await twin.put("account", "foreign in the trash", mine=False, name=f"{word} gone"))
    return found


async def _accounts(twin: Twin, foreign: list[UUID]) -> None:
    word = twin.canary
    for n in range(12):
        hidden = {
            "annual_revenue": {"amount": str(twin.pick(1000 * n, 77_000 - n * 50)), "currency": "EUR"},
            "industry": twin.pick("retail", "energy") if n % 2 else twin.pick("media", None),
            "phones": [f"+4930555{twin.pick(1000, 2000) + n}"],
            "domains": [f"{word}-own{n}.example"],
            "parent": str(twin.pick(foreign[0], foreign[1])) if n % 3 else None,
            "tags": [word, *twin.pick([], ["more"])],
            "billing_address": {"city": word, "country": twin.pick("DE", "AT")},
            "description": f"{word} {n}",
            "founded_on": twin.pick("1990-01-01", "2001-02-03"),
            "vat_id": twin.pick("DE1", "DE2") + str(n),
        }
        shown = {
            "name": f"Konto {n:02}",
            "type": ["customer", "partner", None][n % 3],
            "employees": n * 10 or None,
            "website": f"https://k{n}.example",
        }
        account = await twin.put("account", f"{n}", **shown, **hidden)
        if n < 6:
            await twin.change("account", account, name=f"Konto {n:02} neu", vat_id=word + str(n), tags=[word, f"t{n}"])
            await twin.change("account", account, description=f"{word} again")
        await twin.put(
            "contact", f"{n}", first_name="Eva", last_name=f"Muster {n:02}", emails=[f"eva{n}@{word}.example"], job_title=word,
            birthdate=twin.pick("1970-01-01", "1980-05-05"), do_not_call=twin.pick(True, False), preferred_language=["de", "en"][n % 2],
            account=str(account if n % 2 else twin.pick(foreign[0], foreign[1])), reports_to=twin.pick(str(id_of("contact/foreign0")), None),
            address={"city": ["Berlin", "Bonn"][n % 2], "country": "DE"},
        )  # fmt: skip
        await twin.put(
            "employment", f"{n}", contact=str(id_of(f"contact/{n}")), role="x", account=str(account if n % 3 else twin.pick(foreign[1], foreign[0])),
            started_on="2020-01-01",
        )  # fmt: skip
    await twin.trash("account", await twin.put("account", "mine in the trash", name="Mein Müll", description=word, tags=[word]))


async def _sales(twin: Twin, foreign: list[UUID]) -> None:
    word = twin.canary
    stages = ["qualification", "proposal", "won", "negotiation"]
    for n in range(4):
        await twin.put("product", f"{n}", mine=False, name=f"Produkt {n}", sku=f"{word}{n}", price={"amount": "10.00", "currency": "EUR"},
                       cost={"amount": twin.pick("1.00", "9.00"), "currency": "EUR"}, tax_rate=twin.pick("7", "19"))  # fmt: skip
    for n in range(10):
        deal = await twin.put(
            "opportunity", f"{n}", name=f"Vorhaben {n}", stage=stages[n % 4], amount={"amount": str(twin.pick(100 + n, 5000 - n)), "currency": "EUR"},
            competitor=word, close_date=twin.pick("2026-12-24", "2027-01-31") if n % 2 else None,
            account=str(id_of(f"account/{n}") if n % 2 else twin.pick(foreign[0], foreign[1])),
            primary_contact=str(id_of(f"contact/{n}") if n % 3 else id_of("contact/foreign0")),
        )  # fmt: skip
        await twin.put("opportunity_line", f"{n}", opportunity=str(deal), product=str(id_of(f"product/{n % 4}")), quantity="2",
                       unit_price={"amount": "10.00", "currency": "EUR"}, discount=twin.pick("5", "10"), tax_rate="19")  # fmt: skip
        await twin.put("opportunity_contact", f"{n}", opportunity=str(deal), role="champion",
                       contact=str(id_of("contact/foreign0" if n % 2 else f"contact/{n}")))  # fmt: skip
        await twin.put("lead", f"{n}", mine=bool(n % 2), last_name=f"Interesse {n}", company_name="Offen GmbH", need=word, rating="cold",
                       budget={"amount": twin.pick("1.00", "999999.00"), "currency": "EUR"})  # fmt: skip
    for n in range(twin.pick(3, 8)):
        await twin.put("opportunity", f"foreign{n}", mine=False, name=f"{word} {n}", stage=stages[n % 4], account=str(id_of(f"account/{n % 3}")),
                       amount={"amount": str(twin.pick(500, 90000)), "currency": "EUR"}, primary_contact=str(id_of("contact/1")))  # fmt: skip


async def _activities(twin: Twin, foreign: list[UUID], team: str, other_team: str) -> None:
    word = twin.canary
    for n in range(8):
        about = [link("account", id_of(f"account/{n}")), *([link("account", foreign[n % 2])] if n % 2 else [])]
        await twin.put("task", f"{n}", subject=f"Aufgabe {n}", due_at=f"2026-11-{10 + n}T09:00:00Z", related_to=about, description=word,
                       priority=twin.pick("low", "high"), status=["open", "done"][n % 2])  # fmt: skip
        await twin.put("call", f"{n}", subject=f"Anruf {n}", started_at=f"2026-10-{10 + n}T09:00:00Z", related_to=about,
                       outcome=twin.pick("reached", "busy"), duration=twin.pick(60, 3600))  # fmt: skip
        meeting = await twin.put("meeting", f"{n}", mine=False, team=team, subject=f"Termin {n}", starts_at=f"2026-09-{10 + n}T09:00:00Z",
                                 location=word, related_to=about)  # fmt: skip
        await twin.put(
            "attendee", f"{n}", meeting=str(meeting), contact=str(id_of("contact/foreign0" if n % 2 else f"contact/{n}"))
        )
    await _invitations(twin, other_team)
    for n in range(twin.pick(2, 6)):
        about = [
            link("account", id_of(f"account/{n % 4}")),
            link("contact", id_of("contact/1")),
            link("opportunity", id_of("opportunity/1")),
        ]
        await twin.put("note", f"foreign{n}", mine=False, body=f"<p>{word} note {n}</p>", related_to=about)
        await twin.put(
            "task", f"foreign{n}", mine=False, subject=f"{word} {n}", due_at=f"2026-11-{20 + n}T09:00:00Z", related_to=about
        )
        await twin.put(
            "meeting",
            f"foreign{n}",
            mine=False,
            team=other_team,
            subject=word,
            starts_at=f"2026-12-{1 + n:02}T09:00:00Z",
            related_to=about,
        )
        await twin.put(
            "ticket", f"more{n}", mine=False, subject=word, account=str(id_of("account/1")), contact=str(id_of("contact/1"))
        )


async def _invitations(twin: Twin, other_team: str) -> None:
    """What the actor sees only as a guest, and what no longer since they were taken off the list."""
    for key, subject in (("invited", "Einladung"), ("no longer invited", twin.canary)):
        values = {"starts_at": "2026-09-25T09:00:00Z", "location": twin.canary, "related_to": [link("account", id_of("account/2"))]}
        meeting = await twin.put("meeting", key, mine=False, team=other_team, subject=subject, **values)
        guest = await twin.put("attendee", key, meeting=str(meeting), user=str(twin.actor))
        await twin.put("attendee", f"{key}, another", meeting=str(meeting), contact=str(id_of("contact/foreign0")))
        if subject == twin.canary:
            await twin.trash("attendee", guest)
