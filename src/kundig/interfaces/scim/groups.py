"""Groups for a directory: they are teams, and their members the people in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from scim2_models import InvalidValueException, Reference, Resource

from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import MAX_ITEMS, Change, Create, Delete, Update
from kundig.interfaces.scim.desk import Desk, Record, external_id, meta, pairs, renamed, where_of
from kundig.interfaces.scim.filters import Test, Where, text
from kundig.interfaces.scim.resources import Group, Member
from kundig.interfaces.scim.users import Users

PEOPLE = Users()


class Groups:
    """See `ResourceKind`."""

    model: type[Resource[Any]] = Group
    folder = "Groups"
    object = "team"
    fields: Sequence[str] = ("id", "name", "external_ids", "created_at", "updated_at", "version")
    visible: Where | None = None
    attributes: Mapping[str, Test] = {
        "id": text("id"),
        "displayname": text("name"),
        "meta.created": text("created_at"),
        "meta.lastmodified": text("updated_at"),
    }

    async def resources(self, desk: Desk, records: Sequence[Record], *, whole: bool) -> list[Any]:
        """The members of all of them are asked for at once, unless the directory does not want them."""
        members: dict[str, list[Member]] = defaultdict(list)
        for person in await self._people(desk, [record["id"] for record in records]) if whole else ():
            member = Member(value=person["id"], ref=Reference(desk.address("Users", person["id"])), type="User")
            for team in person["teams"]:
                members[team["id"]].append(member)
        return [
            Group(
                id=record["id"],
                external_id=external_id(record),
                meta=meta(desk, self, record),
                display_name=record["name"],
                members=members[record["id"]] or None,
            )
            for record in records
        ]

    async def create(self, desk: Desk, given: Group) -> UUID:
        """A new team with its people, as one change."""
        change = Change(desk.scope)
        [id_] = await change.write(self.object, [Create({"name": given.display_name}, None, pairs(given.external_id))])
        await self._fill(desk, change, id_, self._members(given))
        return id_

    async def change(self, desk: Desk, id_: UUID, before: Group, after: Group, version: int | None) -> None:
        """The team's name and people, as one change."""
        change = Change(desk.scope)
        values = {"name": after.display_name}
        if after.external_id == before.external_id:
            item = Update(id_, values, version)
        else:
            item = renamed(await where_of(desk, self, id_), after.external_id, values, version)
        await change.write(self.object, [item])
        await self._fill(desk, change, id_, self._members(after))

    async def remove(self, desk: Desk, id_: UUID, version: int | None) -> None:
        """To the trash; its people keep their other teams."""
        change = Change(desk.scope)
        await self._fill(desk, change, id_, frozenset())
        await change.write(self.object, [Delete(id_, version)])

    def _members(self, given: Group) -> frozenset[str]:
        return frozenset(member.value for member in given.members or () if member.value)

    async def _fill(self, desk: Desk, change: Change, team: UUID, wanted: Collection[str]) -> None:
        """Let exactly these people be in a team; their other teams stay."""
        present = {person["id"]: person for person in await self._people(desk, [str(team)])}
        coming = await self._named(desk, [id_ for id_ in wanted if id_ not in present])
        items = []
        for person in (*coming, *(person for id_, person in present.items() if id_ not in wanted)):
            teams = [other["id"] for other in person["teams"] or () if other["id"] != str(team)]
            items.append(Update(UUID(person["id"]), {"teams": [*teams, *([str(team)] if person["id"] in wanted else [])]}))
        for begin in range(0, len(items), MAX_ITEMS):
            await change.write(PEOPLE.object, items[begin : begin + MAX_ITEMS])

    async def _named(self, desk: Desk, ids: Sequence[str]) -> list[Record]:
        """Users by their ids; raises where one is none."""
        if not ids:
            return []
        found = await _all(desk, {"all": [{"field": "id", "op": "in", "value": [_uuid(id_) for id_ in ids]}, PEOPLE.visible]})
        if missing := set(ids) - {person["id"] for person in found}:
            raise InvalidValueException(detail=f"There is no user {min(missing)[:100]}.")
        return found

    async def _people(self, desk: Desk, teams: Sequence[str]) -> list[Record]:
        """Who is in one of the teams."""
        if not teams:
            return []
        return await _all(desk, {"all": [{"field": "teams", "op": "in", "value": list(teams)}, PEOPLE.visible]})


async def _all(desk: Desk, where: Where) -> list[Record]:
    """All users that a filter means, page by page."""
    found: list[Record] = []
    cursor: str | None = None
    while True:
        page = await list_records(desk.scope, ListQuery(PEOPLE.object, where, ["id", "teams"], "name", MAX_ITEMS, cursor))
        found += page.records()
        cursor = page.next_cursor
        if cursor is None:
            return found


def _uuid(text_: str) -> str:
    try:
        return str(UUID(text_))
    except ValueError:
        raise InvalidValueException(detail=f"There is no user {text_[:100]}.") from None
