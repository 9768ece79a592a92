"""Views that people keep: who sees them, who changes them, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from tests.integration.rights.crm import Crm

from kundig.base.errors import Denied, Invalid, Missing
from kundig.services.lists.views import (
    Definition,
    Sharing,
    change_view,
    delete_view,
    find_view,
    keep_view,
    kept_views,
    order_tabs,
    restore_view,
    set_defaults,
)

MINE = Definition(
    where={"field": "owner", "op": "is", "value": "me"}, columns=("label", "owner"), widths={"owner": 240}, group="owner"
)


@dataclass
class People:
    crm: Crm
    top: UUID
    north: UUID
    south: UUID
    lead: UUID
    """A sales manager of the team above: may share."""
    seller: UUID
    """In the team below."""
    other: UUID
    """In another team."""
    admin: UUID

    async def names(self, user: UUID, object_: str = "account") -> set[str]:
        async with self.crm.scope(user) as scope:
            return {view.name for view in (await kept_views(scope, object_)).saved.values()}

    async def keep(self, user: UUID, name: str, sharing: Sharing | None = None) -> UUID:
        async with self.crm.scope(user) as scope:
            return await keep_view(scope, "account", name, MINE, sharing)


@pytest.fixture(scope="module")
async def people(new_crm: Callable[[], Awaitable[Crm]]) -> People:
    crm = await new_crm()
    top = await crm.team()
    north, south = await crm.team(top), await crm.team(top)
    lead = await crm.user("sales_manager", teams=(top,))
    seller, other = await crm.user("sales_representative", teams=(north,)), await crm.user("service_agent", teams=(south,))
    return People(crm, top, north, south, lead, seller, other, await crm.user("administrator"))


async def test_a_private_view_is_its_owners_alone(people: People) -> None:
    id_ = await people.keep(people.seller, "  Nur   für mich ")
    assert "Nur für mich" in await people.names(people.seller)
    assert "Nur für mich" not in await people.names(people.seller, "contact")
    for somebody in (people.lead, people.other, people.admin):
        assert "Nur für mich" not in await people.names(somebody)
        async with people.crm.scope(somebody) as scope:
            with pytest.raises(Missing):
                await find_view(scope, "account", id_)
            with pytest.raises(Missing):
                await delete_view(scope, "account", id_)
    async with people.crm.scope(people.seller) as scope:
        saved = await find_view(scope, "account", id_)
    assert saved.definition == MINE
    assert saved.view("account").group == "owner"


async def test_a_team_and_the_teams_below_see_what_is_shared_with_it(people: People) -> None:
    await people.keep(people.lead, "Alle unter Top", Sharing(teams=(people.top,)))
    await people.keep(people.lead, "Nur Nord", Sharing(teams=(people.north,)))
    assert {"Alle unter Top", "Nur Nord"} <= await people.names(people.seller)
    seen = await people.names(people.other)
    assert "Alle unter Top" in seen
    assert "Nur Nord" not in seen


async def test_sharing_needs_the_right_and_ends_at_ones_own_teams(people: People) -> None:
    foreign = await people.crm.team()
    with pytest.raises(Denied):
        await people.keep(people.seller, "Für alle", Sharing(everybody=True))
    with pytest.raises(Denied):
        await people.keep(people.seller, "Fürs Team", Sharing(teams=(people.north,)))
    with pytest.raises(Denied):
        await people.keep(people.lead, "Für Fremde", Sharing(teams=(foreign,)))
    await people.keep(people.admin, "Für alle", Sharing(everybody=True))
    assert "Für alle" in await people.names(people.other)


async def test_only_owners_and_administrators_change_what_is_shared(people: People) -> None:
    id_ = await people.keep(people.lead, "Gemeinsam", Sharing(everybody=True))
    async with people.crm.scope(people.seller) as scope:
        with pytest.raises(Denied):
            await change_view(scope, "account", id_, name="Meins")
        with pytest.raises(Denied):
            await delete_view(scope, "account", id_)
    async with people.crm.scope(people.admin) as scope:
        await change_view(scope, "account", id_, name="Umbenannt")
    assert "Umbenannt" in await people.names(people.seller)
    async with people.crm.scope(people.lead) as scope:
        await change_view(scope, "account", id_, definition=Definition(order="name"), sharing=Sharing())
        assert (await find_view(scope, "account", id_)).name == "Umbenannt"
    assert "Umbenannt" not in await people.names(people.seller)


async def test_deleting_is_taken_back_by_those_who_may(people: People) -> None:
    id_ = await people.keep(people.seller, "Kurz weg")
    async with people.crm.scope(people.seller) as scope:
        with pytest.raises(Missing):
            await restore_view(scope, "account", id_)
        await delete_view(scope, "account", id_)
    assert "Kurz weg" not in await people.names(people.seller)
    async with people.crm.scope(people.admin) as scope:
        with pytest.raises(Missing):
            await restore_view(scope, "account", id_)
    async with people.crm.scope(people.seller) as scope:
        await restore_view(scope, "account", id_)
    assert "Kurz weg" in await people.names(people.seller)


async def test_the_order_of_tabs_is_everybodys_own(people: People) -> None:
    async with people.crm.scope(people.seller) as scope:
        await order_tabs(scope, "account", ["mine", "all", "mine"])
        assert (await kept_views(scope, "account")).tabs == ("mine", "all")
    async with people.crm.scope(people.other) as scope:
        assert (await kept_views(scope, "account")).tabs == ()


async def test_a_role_begins_with_the_view_that_was_set_for_it(people: People) -> None:
    async with people.crm.scope(people.lead) as scope:
        with pytest.raises(Denied):
            await set_defaults(scope, "account", "mine", ["sales_representative"])
    async with people.crm.scope(people.admin) as scope:
        await set_defaults(scope, "account", "customers", ["sales_representative", "service_agent", "nobody"])
        await set_defaults(scope, "account", "mine", ["sales_representative"])
    async with people.crm.scope(people.seller) as scope:
        assert (await kept_views(scope, "account")).default == "mine"
    async with people.crm.scope(people.other) as scope:
        assert (await kept_views(scope, "account")).default == "customers"
    async with people.crm.scope(people.admin) as scope:
        await set_defaults(scope, "account", "mine", [])
        assert (await kept_views(scope, "account")).defaults == {"service_agent": "customers"}


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
async def test_a_name_is_needed_and_fits(people: People, name: str) -> None:
    with pytest.raises(Invalid):
        await people.keep(people.seller, name)
