"""Random teams, roles, owners, shares, rules, visitors, values, moves and deletions: what each user sees and may edit is what a simple model says.

KUNDIG_TEST_TIMES makes it as many times longer.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.integration.world import World

from kundig import wiring
from kundig.base.context import Workspace
from kundig.base.database import Database, migrate
from kundig.base.database.address import Address
from kundig.base.database.workspaces import create_workspace, drop_workspace
from kundig.engine.configuration.yaml import load
from kundig.engine.policy import principals
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.shares import grant_share, revoke_share
from kundig.engine.records.writing import Change, Delete, Restore, Update

LEVELS = ("level_own", "level_team", "level_team_below", "level_all")
READ = {
    **{name: name.removeprefix("level_") for name in LEVELS},
    "sees": "all",
    "in_rome": "own",
    "not_cheap": "all",
    "reads_all_edits_own": "all",
}
EDIT = {**{name: name.removeprefix("level_") for name in LEVELS}, "in_rome": "own", "reads_all_edits_own": "own"}


@dataclass
class Team:
    id: UUID
    parent: Team | None


@dataclass
class Person:
    id: UUID
    roles: tuple[str, ...]
    teams: tuple[Team, ...]


@dataclass
class House:
    id: UUID
    owner: Person | None
    team: Team | None
    city: str
    price: int | None
    live: bool = True
    shares: dict[tuple[str, Any], str] = field(default_factory=dict)
    rule: Opening | None = None
    """The sharing rule of now; the same for all houses."""


@dataclass
class Visitor:
    """Somebody who may read a house because a record that it owns names them."""

    id: UUID
    person: Person | None
    house: House
    listed: bool = True
    """Not in the trash but with the house."""


@dataclass(frozen=True)
class Opening:
    """A sharing rule: houses of a city for the holders of a role."""

    city: str
    role: str
    level: str


def sees(person: Person, house: House, visitors: list[Visitor]) -> bool:
    forbidden = "not_cheap" in person.roles and house.price is not None and house.price < 100
    levels = [READ[role] for role in person.roles]
    opened = any(level != "none" and reaches(level, person, house) for level in levels)
    matched = "in_rome" in person.roles and house.city == "Rome"
    shared = bool(levels) and bool(received(person, house))
    invited = bool(levels) and any(v.listed and v.person is person and v.house is house for v in visitors)
    return house.live and not forbidden and (opened or matched or shared or invited)


def may_edit(person: Person, house: House, visitors: list[Visitor]) -> bool:
    levels = [EDIT[role] for role in person.roles if role in EDIT]
    reached = any(reaches(level, person, house) for level in levels)
    shared = bool(levels) and "edit" in received(person, house)
    return sees(person, house, visitors) and (reached or shared)


def reaches(level: str, person: Person, house: House) -> bool:
    if level == "all" or house.owner is person:
        return True
    if level == "own" or house.team is None:
        return False
    return any(team is house.team or (level == "team_below" and under(house.team, team)) for team in person.teams)


def under(team: Team | None, top: Team) -> bool:
    while team is not None:
        if team is top:
            return True
        team = team.parent
    return False


def received(person: Person, house: House) -> set[str]:
    keys = [("user", person.id), *(("role", role) for role in person.roles), *(("members", team.id) for team in person.teams)]
    found = {house.shares[key] for key in keys if key in house.shares}
    opened = house.rule is not None and house.rule.city == house.city and house.rule.role in person.roles
    return found | {house.rule.level} if opened and house.rule else found


class Rights(RuleBasedStateMachine):
    """The same done to the system and to the model; compared after every step."""

    world: ClassVar[World]
    runner: ClassVar[asyncio.Runner]
    teams = Bundle("teams")
    persons = Bundle("persons")
    houses = Bundle("houses")
    trash = Bundle("trash")
    visitors = Bundle("visitors")

    def __init__(self) -> None:
        super().__init__()
        self.everybody: list[Person] = []
        self.everything: list[House] = []
        self.visiting: list[Visitor] = []
        self.opening: Opening | None = None

    def teardown(self) -> None:
        if self.opening is not None:
            self.change_rule(None)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize(target=teams)
    def first_teams(self) -> Any:
        top = Team(self.run(self.world.team()), None)
        return multiple(top, Team(self.run(self.world.team(top.id)), top))

    @initialize(target=persons, roles=st.permutations(sorted(READ)))
    def first_persons(self, roles: list[str]) -> Any:
        return multiple(*(self._person((role,), ()) for role in roles[:2]))

    @rule(target=teams, parent=teams)
    def add_team(self, parent: Team) -> Team:
        return Team(self.run(self.world.team(parent.id)), parent)

    @rule(team=teams, parent=teams)
    def move_team(self, team: Team, parent: Team) -> None:
        if not under(parent, team):
            self.run(self.world.update("team", team.id, parent=parent.id))
            team.parent = parent

    @rule(target=persons, roles=st.lists(st.sampled_from(sorted(READ)), max_size=2, unique=True), team=teams)
    def add_person(self, roles: list[str], team: Team) -> Person:
        return self._person(tuple(roles), (team,))

    @rule(person=persons, roles=st.lists(st.sampled_from(sorted(READ)), max_size=2, unique=True))
    def change_roles(self, person: Person, roles: list[str]) -> None:
        self.run(self.world.update("user", person.id, role=roles))
        person.roles = tuple(roles)

    @rule(person=persons, chosen=st.lists(teams, max_size=2, unique_by=id))
    def change_teams(self, person: Person, chosen: list[Team]) -> None:
        self.run(self.world.update("user", person.id, teams=[str(team.id) for team in chosen]))
        person.teams = tuple(chosen)

    @rule(
        target=houses,
        owner=persons,
        team=teams,
        city=st.sampled_from(["Rome", "Oslo"]),
        price=st.sampled_from([None, 50, 500]),
        guests=st.lists(persons, max_size=2),
    )
    def build(self, owner: Person, team: Team, city: str, price: int | None, guests: list[Person]) -> House:
        values = {"owner": owner.id, "team": team.id, "city": city, "price": price}
        id_ = self.run(self.world.create("house", name="x", **values, visitor=[{"user": str(guest.id)} for guest in guests]))
        house = House(id_, owner, team, city, price, rule=self.opening)
        self.everything.append(house)
        self.visiting += [Visitor(id_, guest, house) for id_, guest in zip(self.run(self._visitors(house)), guests, strict=True)]
        return house

    @rule(house=houses, owner=persons, team=st.none() | teams)
    def give_away(self, house: House, owner: Person, team: Team | None) -> None:
        self.run(self.world.update("house", house.id, owner=owner.id, team=team.id if team else None))
        house.owner, house.team = owner, team

    @rule(house=houses, city=st.sampled_from(["Rome", "Oslo"]), price=st.sampled_from([None, 50, 500]))
    def change_values(self, house: House, city: str, price: int | None) -> None:
        self.run(self.world.update("house", house.id, city=city, price=price))
        house.city, house.price = city, price

    @rule(
        house=houses,
        person=persons,
        kind=st.sampled_from(["user", "role", "members"]),
        level=st.sampled_from(["read", "edit", None]),
    )
    def share(self, house: House, person: Person, kind: str, level: Any) -> None:
        to = {
            "user": (principals.user(person.id), person.id),
            "role": (principals.role((*person.roles, "sees")[0]), (*person.roles, "sees")[0]),
        }
        if kind == "members" and person.teams:
            to["members"] = (principals.members(person.teams[0].id), person.teams[0].id)
        if kind in to:
            self.run(self._share(house, to[kind][0], level))
            house.shares.pop((kind, to[kind][1]), None)
            if level:
                house.shares[kind, to[kind][1]] = level

    @rule(
        opening=st.none()
        | st.builds(Opening, st.sampled_from(["Rome", "Oslo"]), st.sampled_from(sorted(READ)), st.sampled_from(["read", "edit"]))
    )
    def change_rule(self, opening: Opening | None) -> None:
        self.run(self._apply_rule(opening))
        self.opening = opening
        for house in self.everything:
            house.rule = opening

    @rule(target=visitors, house=houses, person=st.none() | persons)
    def invite(self, house: House, person: Person | None) -> Visitor:
        values = {"house": house.id, "user": person.id if person else None, "name": "x"}
        visitor = Visitor(self.run(self.world.create("visitor", **values)), person, house)
        self.visiting.append(visitor)
        return visitor

    @rule(visitor=visitors, house=houses, person=st.none() | persons)
    def invite_instead(self, visitor: Visitor, house: House, person: Person | None) -> None:
        if visitor.listed and visitor.house.live:
            values = {"house": house.id, "user": person.id if person else None}
            self.run(self.world.update("visitor", visitor.id, **values))
            visitor.person, visitor.house = person, house

    @rule(visitor=visitors)
    def take_off_or_put_back(self, visitor: Visitor) -> None:
        if visitor.house.live:
            self.run(self._write(Delete(visitor.id) if visitor.listed else Restore(visitor.id), "visitor"))
            visitor.listed = not visitor.listed

    @rule(target=trash, house=consumes(houses))
    def delete(self, house: House) -> House:
        self.run(self._write(Delete(house.id)))
        house.live = False
        return house

    @rule(target=houses, house=consumes(trash))
    def restore(self, house: House) -> House:
        self.run(self._write(Restore(house.id)))
        house.live = True
        return house

    @invariant()
    def everybody_sees_and_edits_what_the_model_says(self) -> None:
        for person in self.everybody:
            seen, editable, met = self.run(self._found(person))
            visible = {house.id for house in self.everything if sees(person, house, self.visiting)}
            assert seen == visible, person
            assert editable == {house.id for house in self.everything if may_edit(person, house, self.visiting)}, person
            assert met == {visitor.id for visitor in self.visiting if visitor.listed and visitor.house.id in visible}, person

    def _person(self, roles: tuple[str, ...], teams: tuple[Team, ...]) -> Person:
        person = Person(self.run(self.world.user(*roles, teams=tuple(team.id for team in teams))), roles, teams)
        self.everybody.append(person)
        return person

    async def _found(self, person: Person) -> tuple[set[UUID], set[UUID], set[UUID]]:
        """The houses that somebody sees and may edit, and the visitors whom they see."""
        ids, visitors = [house.id for house in self.everything], [visitor.id for visitor in self.visiting]
        async with self.world.scope(person.id) as scope:
            seen, editable = await visible_ids(scope, "house", ids), await allowed(scope, "edit", "house", ids)
            return seen, editable, await visible_ids(scope, "visitor", visitors)

    async def _visitors(self, house: House) -> list[UUID]:
        """Those of a new house, in the order in which they were given."""
        async with self.world.system() as scope:
            return await scope.connection.values("select id from {ws}.visitor where house = %(id)s order by id", {"id": house.id})

    async def _write(self, item: Delete | Restore | Update, object_: str = "house") -> None:
        async with self.world.system() as scope:
            await Change(scope).write(object_, [item])

    async def _apply_rule(self, opening: Opening | None) -> None:
        """Apply the document, then let the records follow, as the job does."""
        text = "kind: sharing_rule\nname: opening\n"
        if opening is None:
            text += "hidden: true"
        else:
            text += f"label: {{en: Opening, de: Öffnung}}\nobject: house\nwhere: {{field: city, op: is, value: {opening.city}}}\n"
            text += f"to: ['role:{opening.role}']\nlevel: {opening.level}"
        if opening is not None or self.opening is not None:
            await self.world.apply(*load(text, "rule.yaml"))
        await self.world.fill("house")

    async def _share(self, house: House, to: principals.Principal, level: Any) -> None:
        async with self.world.system() as scope:
            if level is None:
                await revoke_share(scope, "house", house.id, to)
            else:
                await grant_share(scope, "house", house.id, to, level)


def test_rights_are_those_of_the_model(address: Address, database: Database) -> None:
    """Its own event loop and pool, since Hypothesis calls the rules one by one from outside of any loop."""
    workspace = Workspace("stateful", "ws_stateful")
    with asyncio.Runner() as runner:
        opened = Database(address, size=2)

        async def begin() -> World:
            await opened.open()
            async with opened.owner() as connection:
                await create_workspace(connection, workspace)
            await migrate(opened, wiring.migration_sources())
            return await World.made(opened, workspace)

        async def end() -> None:
            await opened.close()
            async with opened.owner() as connection:
                await drop_workspace(connection, workspace.name)

        Rights.runner, Rights.world = runner, runner.run(begin())
        try:
            run_state_machine_as_test(
                Rights,
                settings=settings(
                    max_examples=12 * int(os.environ.get("KUNDIG_TEST_TIMES", "1")),
                    stateful_step_count=15,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(end())
