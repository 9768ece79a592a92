"""Sample records by the million, for measuring: simpler than the story, in the same tables, loaded by COPY."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.uuid7 import uuid7
from kundig.engine.history.entries import ChangeHead, write_head
from kundig.engine.policy.principals import Principal, numbers, team, user
from kundig.engine.policy.scope import Scope
from kundig.engine.records.bulk import CHUNK, derive, store_rows
from kundig.engine.records.spare_indexes import SpareIndexes
from kundig.engine.schema.bound import BoundObject
from kundig.modules.contacts.demo import plain
from kundig.modules.contacts.demo_tables import FAMILIES, LEGAL_FORMS, MEN, POSITIONS, STREETS, TOWNS, TRADES, WOMEN
from kundig.modules.sales.pipelines import SALES

DAYS = 3 * 365
_STAGES = {stage.key: stage for stage in SALES.stages}
_SHARES = {"qualification": 9, "needs_analysis": 7, "proposal": 6, "negotiation": 3, "won": 40, "lost": 35}
_SUBJECTS = ("Messwerte fehlen", "Frage zur Rechnung", "Neuer Zugang", "Lieferung unvollständig", "Alarm ohne Grund")
_DOMAINS = {name: plain(name) for name in (*FAMILIES, *WOMEN, *MEN, *(part for trade in TRADES for part in trade.names))}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns records of the benchmark's world, and how many of its contacts."""

    user: UUID
    team: UUID | None
    contacts: int


async def fill(scope: Scope, size: int, owners: Sequence[Owner] = (), indexes: SpareIndexes | None = None) -> dict[str, int]:
    """Add `size` contacts, a fifth as many accounts, half as many opportunities and calls, a tenth as many tickets.

    What `owners` leave over belongs to nobody, so that only who reads all sees it. `indexes` were dropped before, and come back.
    """
    loading = _Loading(scope.because("demo"), random.Random(size), await _holders(scope, owners))  # noqa: S311 - no secret
    await write_head(loading.scope.context, loading.head)
    there = int(await scope.connection.value("select count(*) from {ws}.account"))
    accounts = await loading.load("account", _accounts(loading, size // 5 + 1, there))
    contacts = await loading.load("contact", _contacts(loading, size, accounts, owners))
    deals = await loading.load("opportunity", _opportunities(loading, size // 2, accounts, contacts))
    calls = await loading.load("call", _calls(loading, size // 2))
    await _relate_calls(loading, calls, contacts)
    column = scope.model.object("ticket").table.c["number"]
    drawn = await scope.connection.values(f"select {column.info['next']} from generate_series(1, {size // 10})")
    tickets = await loading.load("ticket", _tickets(loading, drawn, accounts, contacts))
    if indexes is not None:
        await indexes.restore([table.name for object_ in scope.model.objects.values() for table in _tables(object_)])
    await derive(loading.scope, "is_sample")
    if indexes is not None:
        await indexes.restore()
    made = {"account": accounts, "contact": contacts, "opportunity": deals, "call": calls, "ticket": tickets}
    return {name: len(ids) for name, ids in made.items()}


def _tables(object_: BoundObject) -> Iterator[sa.Table]:
    """The tables of an object; of its figures too, which are all there when the rows are."""
    yield from (object_.table, *object_.side_tables.values())
    if object_.rollups is not None:
        yield object_.rollups


@dataclass(frozen=True, slots=True)
class _Holder:
    user: UUID | None
    team: UUID | None
    audience: list[int]
    weight: int


async def _holders(scope: Scope, owners: Sequence[Owner]) -> list[_Holder]:
    """The owners with their principals, and nobody as the last."""
    wanted = {owner: [user(owner.user), *([team(owner.team)] if owner.team else [])] for owner in owners}
    found: dict[Principal, int] = dict(await numbers(scope.connection, [p for principals in wanted.values() for p in principals]))
    known = [_Holder(o.user, o.team, sorted(found[p] for p in wanted[o] if p in found), o.contacts) for o in owners]
    return [*known, _Holder(None, None, [], 0)]


class _Loading:
    """Rows on their way into the tables, a chunk at a time, all in one change."""

    def __init__(self, scope: Scope, chance: random.Random, holders: list[_Holder]) -> None:
        self.scope = scope
        self.chance = chance
        self.holders = holders
        self.head = ChangeHead(uuid7(), reason="sample data")
        self.begin = scope.context.now - timedelta(days=DAYS)
        self._tail = random.Random()  # noqa: S311 - ids differ from run to run, so that one can follow another

    def standard(self, place: float, label: str, holder: int) -> Row:
        """The standard columns of a record that was made at a `place` between 0 and 1 of the past."""
        at = self.begin + timedelta(days=DAYS * place)
        owner = self.holders[holder]
        kind = "user" if owner.user else "system"
        bits = self._tail.getrandbits
        id_ = UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (bits(12) << 64) | (2 << 62) | bits(62))
        return {
            "id": id_, "label": label, "created_at": at, "updated_at": at, "created_by": owner.user, "created_by__kind": kind,
            "updated_by": owner.user, "updated_by__kind": kind, "owner_id": owner.user, "team_id": owner.team, "origin": "demo",
            "is_sample": True, "audience": owner.audience,
        }  # fmt: skip

    def somebody(self, total: int) -> list[int]:
        """For each of `total` records the number of its holder, in the proportion of the contacts."""
        weights = [holder.weight for holder in self.holders]
        rest = max(total - sum(weights), 0)
        return self.chance.choices(range(len(weights)), [*weights[:-1], rest or 1], k=total)

    async def load(self, object_: str, rows: Iterator[Row]) -> list[UUID]:
        """Store all rows; their ids."""
        ids: list[UUID] = []
        while chunk := list(islice(rows, CHUNK)):
            columns = tuple(chunk[0])
            await store_rows(self.scope, object_, columns, [list(row.values()) for row in chunk], self.head)
            ids += [row["id"] for row in chunk]
        return ids


def _accounts(loading: _Loading, total: int, there: int) -> Iterator[Row]:
    chance = loading.chance
    for number, holder in enumerate(loading.somebody(total)):
        trade, (form, suffix, _) = chance.choice(TRADES), chance.choice(LEGAL_FORMS)
        family, part, town = chance.choice(FAMILIES), chance.choice(trade.names), chance.choice(TOWNS)
        name = f"{family} {part} {suffix}"
        domain = f"{_DOMAINS[family]}-{_DOMAINS[part]}-{there + number}.example"
        yield loading.standard(number / total, name, holder) | {
            "name": name, "legal_form": form, "industry": trade.industry, "type": chance.choice(("prospect", "customer")),
            "employees": chance.randrange(3, 4000), "website": f"https://www.{domain}", "domains": [domain],
            "emails": json.dumps([{"value": f"info@{domain}", "label": "work"}]),
            "billing_address__street": f"{chance.choice(STREETS)} {chance.randrange(1, 140)}",
            "billing_address__postcode": chance.choice(town.postcodes), "billing_address__city": town.name,
            "billing_address__state": town.state, "billing_address__country": town.country,
        }  # fmt: skip


def _contacts(loading: _Loading, total: int, accounts: list[UUID], owners: Sequence[Owner]) -> Iterator[Row]:
    chance = loading.chance
    holders = [number for number, owner in enumerate(owners) for _ in range(owner.contacts)][:total]
    holders += [len(owners)] * (total - len(holders))
    chance.shuffle(holders)
    for number, holder in enumerate(holders):
        salutation = chance.choice(("ms", "mr"))
        first, last = chance.choice(WOMEN if salutation == "ms" else MEN), chance.choice(FAMILIES)
        position, department = chance.choice(POSITIONS)
        address = f"{_DOMAINS[first]}.{_DOMAINS[last]}.{number}@kunde{number % 9973}.example"
        phone = f"+49171{39_200_000 + number % 60_000_000:08}"
        yield loading.standard(number / total, f"{first} {last}", holder) | {
            "salutation": salutation, "first_name": first, "last_name": last, "job_title": position, "department": department,
            "account": chance.choice(accounts), "preferred_language": "de",
            "birthdate": f"{chance.randrange(1955, 2005)}-{chance.randrange(1, 13):02}-11" if number % 4 == 0 else None,
            "emails": json.dumps([{"value": address, "label": "work"}]),
            "phones": json.dumps([{"value": phone, "label": "mobile", "display": phone}]),
        }  # fmt: skip


def _opportunities(loading: _Loading, total: int, accounts: list[UUID], contacts: list[UUID]) -> Iterator[Row]:
    chance = loading.chance
    keys, weights = list(_SHARES), list(_SHARES.values())
    for number, holder in enumerate(loading.somebody(total)):
        stage = _STAGES[chance.choices(keys, weights)[0]]
        base = loading.standard(number / total, f"Monitoring {chance.choice(FAMILIES)} {number}", holder)
        amount, closes = chance.randrange(900, 250_000, 50), base["created_at"] + timedelta(days=chance.randrange(20, 200))
        yield base | {
            "name": base["label"], "account": chance.choice(accounts), "primary_contact": chance.choice(contacts),
            "stage": stage.key, "stage__pipeline": SALES.name, "stage__status": stage.status,
            "stage__changed_at": base["created_at"], "stage__closed_at": None if stage.status == "open" else base["created_at"],
            "probability": stage.probability,
            "amount": amount, "amount__currency": "EUR", "amount__base": amount,
            "close_date": closes.date() if number % 7 else None,
            "lost_reason": "price" if stage.status == "lost" else None, "source": chance.choice(("referral", "event", "web_form")),
        }  # fmt: skip


def _calls(loading: _Loading, total: int) -> Iterator[Row]:
    for number, holder in enumerate(loading.somebody(total)):
        base = loading.standard(number / total, "Bedarf geklärt", holder)
        own = {
            "subject": base["label"],
            "direction": "outbound",
            "started_at": base["created_at"],
            "duration": 300,
            "outcome": "reached",
        }
        yield base | own


async def _relate_calls(loading: _Loading, calls: list[UUID], contacts: Sequence[UUID]) -> None:
    side = loading.scope.model.object("call").side_tables["related_to"]
    rows: Iterable[tuple[Any, ...]] = ((call, 0, loading.chance.choice(contacts), "contact") for call in calls)
    await loading.scope.connection.copy_in(f'{{ws}}."{side.name}"', ("record", "position", "target", "target_object"), rows)


def _tickets(loading: _Loading, drawn: list[str], accounts: list[UUID], contacts: list[UUID]) -> Iterator[Row]:
    chance = loading.chance
    for place, (holder, number) in enumerate(zip(loading.somebody(len(drawn)), drawn, strict=True)):
        subject, solved = chance.choice(_SUBJECTS), chance.random() < 0.9
        base = loading.standard(place / len(drawn), f"{number} {subject}", holder)
        yield base | {
            "number": number, "subject": subject, "priority": chance.choice(("low", "normal", "high")), "channel": "email",
            "status": "closed" if solved else "open", "status__pipeline": "ticket", "status__status": "won" if solved else "open",
            "status__changed_at": base["created_at"], "status__closed_at": base["created_at"] if solved else None,
            "account": chance.choice(accounts), "contact": chance.choice(contacts), "reopened_count": 0,
        }  # fmt: skip
