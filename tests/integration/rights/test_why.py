"""Explanations of rights: in random situations, flipping all that is named as deciding flips the answer.

KUNDIG_TEST_TIMES makes it as many times longer, KUNDIG_TEST_SEED takes other situations.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.errors import Missing, Unauthenticated
from kundig.base.uuid7 import uuid7
from kundig.engine.configuration.yaml import load
from kundig.engine.policy import principals
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.principals import Principal
from kundig.engine.policy.shares import grant_share, revoke_share
from kundig.engine.policy.why import DEEDS, Answer, Deed, Ground, why
from kundig.engine.records.writing import MAX_ITEMS, Change, Create, Delete, Item, Update

SITUATIONS = 300 * int(os.environ.get("KUNDIG_TEST_TIMES", "1"))
SEED = int(os.environ.get("KUNDIG_TEST_SEED", "4"))
LEVELS = ("none", "own", "team", "team_below", "all")
FILTER, FORBID = "where: {field: city, op: is, value: Rome}", "{object: house, where: {field: price, op: lt, value: 100}}"
ROLE = "kind: role\nname: {name}\nlabel: {{en: {name}, de: {name}}}\nobjects: {{{grant}}}\nforbids: [{forbid}]\n"
MARKS = ("mark", "reads_open", "edits_open")
"""Roles that give nothing by themselves: what is shared with them is."""
RULE = """kind: sharing_rule
name: {name}
label: {{en: {name}, de: {name}}}
object: house
where: {{field: name, op: is, value: {name}}}
to: ['role:{name}']
level: {level}
"""


@dataclass(frozen=True)
class Role:
    """A role for houses: its name says all of it, so that another one differs from it in one thing only."""

    read: str
    write: str
    filter: bool = False
    forbid: bool = False

    @property
    def name(self) -> str:
        return f"{'rome_' if self.filter else ''}{'not_cheap_' if self.forbid else ''}{self.read}_{self.write}"

    @property
    def text(self) -> str:
        writes = ", ".join(f"{deed}: {self.write}" for deed in DEEDS if deed != "read")
        grant = f"house: {{read: {self.read}, {writes}{', ' + FILTER if self.filter else ''}}}"
        return ROLE.format(name=self.name, grant=grant, forbid=FORBID if self.forbid else "")


PLAIN = [Role(read, write) for read in LEVELS for write in LEVELS]
ROLES = [
    *PLAIN,
    *(Role(read, write, filter=True) for read in ("none", "own", "all") for write in LEVELS),
    *(Role(read, write, forbid=True) for read in ("none", "own", "all") for write in LEVELS),
]
BY_NAME = {role.name: role for role in ROLES}


@dataclass
class Situation:
    """A person, a house, and what is asked about them."""

    deed: Deed
    roles: list[str]
    teams: list[UUID]
    active: bool
    house: dict[str, object]
    owned: bool
    invited: bool
    shares: list[tuple[Principal, str, datetime | None]]
    user: UUID = field(default_factory=uuid7)
    id: UUID = field(default_factory=uuid7)
    visitor: UUID = field(default_factory=uuid7)


@pytest.fixture(scope="module")
async def town(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> World:
    world = await World.made(database, await new_workspace())
    texts = [role.text for role in ROLES] + [ROLE.format(name=name, grant="", forbid="") for name in MARKS]
    texts += [RULE.format(name=name, level=name.partition("s_")[0].removesuffix("s")) for name in MARKS[1:]]
    await world.apply(*load("---\n".join(texts), "roles.yaml"))
    return world


async def test_flipping_what_is_named_flips_the_answer(town: World) -> None:
    random = Random(SEED)
    top = await town.team()
    teams = [top, await town.team(top), await town.team()]
    others = [await town.user("all_all") for _ in range(2)]
    situations = [_situation(random, teams) for _ in range(SITUATIONS)]
    await _make(town, situations, others[0])
    before = [await _asked(town, situation) for situation in situations]
    for situation, answer in zip(situations, before, strict=True):
        assert answer.grounds, f"seed {SEED}: nothing decides: {situation}"
    await _flip(town, situations, before, others[1])
    kinds = {(answer.deed, answer.may, ground.kind) for answer in before for ground in answer.grounds}
    assert {kind for _, _, kind in kinds} >= {
        "inactive",
        "unknown",
        "level",
        "owner",
        "team",
        "guest",
        "share",
        "rule",
        "filter",
        "forbid",
    }
    for situation, answer in zip(situations, before, strict=True):
        after = await _asked(town, situation)
        assert after.may != answer.may, f"seed {SEED}: {answer} does not decide in {situation}; after it: {after}"


def _situation(random: Random, teams: list[UUID]) -> Situation:
    user = uuid7()
    roles = random.sample([role.name for role in ROLES], random.choice([0, 1, 1, 1, 2, 2, 3])) + [
        m for m in MARKS if random.random() < 0.4
    ]
    own = random.sample(teams, random.choice([0, 1, 1, 2]))
    receivers = [principals.user(user), principals.role("mark"), *map(principals.members, own)]
    ends = (None, datetime.now(UTC) + timedelta(days=3))
    return Situation(
        deed=random.choice(DEEDS),
        roles=roles,
        teams=own,
        active=random.random() < 0.95,
        house={
            "name": random.choice(["plain", "plain", "reads_open", "edits_open"]),
            "city": random.choice(["Rome", "Oslo"]),
            "price": random.choice([50, 500]),
            "team": random.choice([None, *(str(team) for team in teams)]),
        },
        owned=random.random() < 0.3,
        invited=random.random() < 0.25,
        shares=[(to, random.choice(["read", "edit"]), random.choice(ends)) for to in receivers if random.random() < 0.25],
        user=user,
    )


async def _write(change: Change, object_: str, items: Sequence[Item]) -> None:
    """All of them, which at night are more than one list may hold."""
    for start in range(0, len(items), MAX_ITEMS):
        await change.write(object_, items[start : start + MAX_ITEMS])


async def _make(town: World, situations: list[Situation], stranger: UUID) -> None:
    async with town.system() as scope:
        users = [
            Create({"name": "x", "email": f"{s.user}@example.com", "role": s.roles, "teams": [str(t) for t in s.teams], "is_active": s.active}, s.user)
            for s in situations
        ]  # fmt: skip
        change = Change(scope)
        await _write(change, "user", users)
        owners = {s.id: str(s.user if s.owned else stranger) for s in situations}
        await _write(change, "house", [Create({**s.house, "owner": owners[s.id]}, s.id) for s in situations])
        guests = [Create({"house": str(s.id), "user": str(s.user)}, s.visitor) for s in situations if s.invited]
        await _write(change, "visitor", guests)
        for situation in situations:
            for to, level, until in situation.shares:
                await grant_share(scope, "house", situation.id, to, level, until)  # type: ignore[arg-type]  # one of the two words


async def _asked(town: World, situation: Situation) -> Answer:
    """The answer that is explained, which is the one that the doors give."""
    deed, ids = situation.deed, [situation.id]
    try:
        async with town.scope(situation.user) as scope:
            told = await why(scope, "house", situation.id)
            answer = next(answer for answer in told.answers if answer.deed == deed)
            seen = await visible_ids(scope, "house", ids) if deed == "read" else await allowed(scope, deed, "house", ids)
            assert answer.may == bool(seen), f"seed {SEED}: the doors say otherwise: {answer} {situation}"
            return answer
    except Unauthenticated:
        return Answer(deed, may=False, grounds=(Ground("inactive"),))


async def _flip(town: World, situations: list[Situation], answers: list[Answer], stranger: UUID) -> None:
    """Take away all that is named where the answer is yes, put right all that is named where it is no."""
    users: list[Update] = []
    houses: list[Update] = []
    left: list[Delete] = []
    async with town.system() as scope:
        for situation, answer in zip(situations, answers, strict=True):
            roles = _flipped(situation.roles, answer.grounds, may=answer.may)
            for ground in answer.grounds:
                match ground.kind:
                    case "owner":
                        houses.append(Update(situation.id, {"owner": str(stranger)}))
                    case "team":
                        houses.append(Update(situation.id, {"team": None}))
                    case "guest":
                        left.append(Delete(situation.visitor))
                    case "share":
                        kind, _, ref = ground.ref.partition(":")
                        await revoke_share(scope, "house", situation.id, Principal(kind, ref))
            if answer.grounds == (Ground("inactive"),):  # what they would see then is another question
                users.append(Update(situation.user, {"is_active": True, "role": ["all_all"]}))
            elif roles != situation.roles:
                users.append(Update(situation.user, {"role": roles}))
        change = Change(scope)
        await _write(change, "user", users)
        await _write(change, "house", _together(houses))
        await _write(change, "visitor", left)


def _flipped(names: list[str], grounds: tuple[Ground, ...], *, may: bool) -> list[str]:
    """The roles, each exchanged for the one that differs from it in what the grounds name."""
    now = {name: BY_NAME.get(name) for name in names}
    level = "none" if may else "all"
    for ground in grounds:
        if ground.kind == "unknown":
            now["all_all"] = BY_NAME["all_all"]
        elif ground.kind == "rule":
            del now[ground.ref]
        elif (role := now.get(ground.role)) is not None:
            if ground.kind == "level":
                role = replace(role, read=level) if ground.deed == "read" else replace(role, write=level)
            now[ground.role] = replace(
                role, filter=role.filter and ground.kind != "filter", forbid=role.forbid and ground.kind != "forbid"
            )
    return list(dict.fromkeys(name if role is None else role.name for name, role in now.items()))


def _together(updates: list[Update]) -> list[Update]:
    found: dict[UUID, dict[str, object]] = {}
    for update in updates:
        found.setdefault(update.id, {}).update(update.values)
    return [Update(id_, values) for id_, values in found.items()]


async def test_what_is_gone_is_not_explained(town: World) -> None:
    user = await town.user("all_all")
    async with town.scope(user) as scope:
        with pytest.raises(Missing):
            await why(scope, "house", UUID(int=5))
