"""OA-11, PE-10: nobody gives by a role or a rule what they don't have, and nobody is left without what they need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.integration.rights.crm import Crm

from kundig.base.errors import Conflict, Denied
from kundig.engine.configuration.changing import Plan
from kundig.engine.configuration.yaml import load
from kundig.engine.policy.configuring import configure, take_back

BASE = """
kind: role
name: keeper
label: {en: Keeper, de: Verwalter}
objects:
  account: {read: team, create: true, edit: own, fields: {rating: hidden}}
  contact: {read: all, edit: all, export: true}
rights: [manage_roles]
---
kind: role
name: worker
label: {en: Worker, de: Arbeiter}
objects:
  account: {read: own, fields: {rating: hidden}}
  contact: {read: own}
---
kind: role
name: held_back
label: {en: Held back, de: Beschränkt}
objects: {account: {read: all}}
forbids: [{object: account, where: {field: rating, op: is, value: hot}}]
"""


def worker(**grants: str) -> str:
    lines = "".join(f"\n  {name}: {grant}" for name, grant in grants.items())
    return f"kind: role\nname: worker\nlabel: {{en: Worker, de: Arbeiter}}\nobjects:{lines or ' {}'}"


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    made = await new_crm()
    await made.user("administrator")
    await made.configure(BASE)
    return made


async def applied(crm: Crm, *roles: str, text: str) -> Plan:
    user = await crm.user(*roles)
    async with crm.scope(user) as scope:
        return await configure(scope, crm.database, crm.scopes.models, list(load(text, "test.yaml")), note="test")


async def taken_back(crm: Crm, plan: Plan, *roles: str) -> None:
    user = await crm.user(*roles)
    async with crm.scope(user) as scope:
        await take_back(scope, crm.database, crm.scopes.models, plan.id)


@pytest.mark.parametrize(
    "text",
    [
        worker(account="{read: team, edit: own, fields: {rating: hidden}}", contact="{read: all, export: true}"),
        worker(account="{read: none}", contact="{read: none}"),
    ],
    ids=["as far as their own", "less"],
)
async def test_a_role_is_widened_as_far_as_ones_own_reach(crm: Crm, text: str) -> None:
    plan = await applied(crm, "keeper", text=text)
    assert plan.revisions
    await crm.configure(BASE)


@pytest.mark.parametrize(
    "text",
    [
        worker(account="{read: all}"),
        worker(account="{read: own, edit: team}"),
        worker(account="{read: own, export: true}"),
        worker(account="{read: own, fields: {rating: read}}"),  # it is hidden from the giver
        worker(account="{read: own}", ticket="{read: own}"),
        worker(account="{read: own, where: {field: type, op: is, value: partner}}"),
        worker(account="{read: own}") + "\nrights: [read_audit]",
        worker(account="{read: own}") + "\neverything: true",
        "kind: role\nname: held_back\nlabel: {en: x, de: x}\nobjects: {account: {read: own}}\nforbids: []",
        "kind: role\nname: held_back\nhidden: true",
        # whom a filter reaches would tell what is in a field that is hidden from the giver
        (
            "kind: sharing_rule\nname: sly\nlabel: {en: x, de: x}\nobject: contact\nwhere: {field: account.rating, op: is, value: hot}\n"
            "to: ['role:worker']"
        ),
        worker(contact="{read: own, where: {field: account.rating, op: is, value: hot}}"),
        worker(contact="{read: own}") + "\nforbids: [{object: account, where: {field: rating, op: is, value: hot}}]",
        "kind: role\nname: administrator\nlabel: {en: x, de: x}",
        "kind: role\nname: administrator\nhidden: true",
        "kind: sharing_rule\nname: open\nlabel: {en: x, de: x}\nobject: account\nwhere: {field: name, op: not_empty}\nto: ['role:worker']",
    ],
)
async def test_nobody_gives_more_than_they_have(crm: Crm, text: str) -> None:
    with pytest.raises(Denied):
        await applied(crm, "keeper", text=text)


async def test_a_rule_over_what_one_sees_all_of(crm: Crm) -> None:
    rule = "kind: sharing_rule\nname: open\nlabel: {en: x, de: x}\nobject: contact\nwhere: {field: last_name, op: not_empty}\nto: ['role:worker']"
    await taken_back(crm, await applied(crm, "keeper", text=rule), "keeper")


async def test_taking_back_gives_no_more_either(crm: Crm) -> None:
    plan = await applied(crm, "administrator", text=worker(account="{read: none}", contact="{read: none}"))
    wide = await applied(crm, "administrator", text=worker(account="{read: all, edit: all}"))
    narrow = await applied(crm, "administrator", text=worker(account="{read: none}"))
    assert plan.revisions
    with pytest.raises(Denied):
        await taken_back(crm, narrow, "keeper")
    await taken_back(crm, narrow, "administrator")
    await taken_back(crm, wide, "keeper")
    await crm.configure(BASE)


async def test_roles_and_rules_take_their_right(crm: Crm) -> None:
    await crm.configure(
        "kind: role\nname: builder\nlabel: {en: x, de: x}\nrights: [manage_configuration]\nobjects: {account: {read: all}}"
    )
    with pytest.raises(Denied):
        await applied(crm, "builder", text=worker(account="{read: none}"))
    with pytest.raises(Denied):
        await applied(
            crm, "keeper", text="kind: field\nobject: account\nname: size_class\ntype: text\nlabel: {en: Size, de: Größe}"
        )
    plan = await applied(crm, "administrator", text=worker(account="{read: none}"))
    with pytest.raises(Denied):
        await taken_back(crm, plan, "builder")
    await crm.configure(BASE)


async def test_nobody_is_left_without_a_role(crm: Crm) -> None:
    await crm.configure("kind: role\nname: lonely\nlabel: {en: Lonely, de: Einsam}")
    user = await crm.user("lonely")
    with pytest.raises(Conflict):
        await applied(crm, "administrator", text="kind: role\nname: lonely\nhidden: true")
    await crm.update("user", user, role=["lonely", "worker"])
    await applied(crm, "administrator", text="kind: role\nname: lonely\nhidden: true")


async def test_somebody_administers_always(crm: Crm) -> None:
    await crm.configure("kind: role\nname: second\nlabel: {en: x, de: x}\neverything: true")
    with pytest.raises(Conflict):
        await applied(crm, "administrator", text="kind: role\nname: administrator\nhidden: true")
