"""The action `convert`: a lead becomes account, contact and, if asked for, opportunity, in one change set."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.errors import Conflict, Denied, Invalid, Missing
from kundig.base.i18n import t
from kundig.engine.policy.decisions import allowed
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import limited_in
from kundig.engine.records.lookup import Records
from kundig.engine.records.writing import Change, Create, Update
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.contract import Reference
from kundig.modules.sales import carry
from kundig.modules.sales.actions import Convert
from kundig.modules.sales.domains import company_domains
from kundig.services.transfer.lookups import find_by


async def convert(scope: Scope, id_: UUID, body: Convert) -> dict[str, Any]:
    """Make or reuse account and contact, make the opportunity, move the lead's activities. Raises Conflict for a converted lead."""
    await _lock(scope, id_)
    lead = await _read(scope, "lead", id_)
    change = Change(scope)
    account, new_account = await _account(change, lead, body.account)
    contact = await _contact(change, lead, body.contact, account, address=not new_account)
    account = account or await _employer(scope, contact)
    opportunity = await _opportunity(change, lead, body.opportunity, account, contact)
    if contact is not None:
        await _move_activities(change, id_, "contact", contact)
    elif account is not None:
        await _move_activities(change, id_, "account", account)
    made = {"account": account, "contact": contact, "opportunity": opportunity}
    converted = {f"converted_{name}": str(record) for name, record in made.items() if record}
    at = scope.context.now.isoformat()
    await change.write_trusted("lead", [Update(id_, {"status": "converted", "converted_at": at, **converted})])
    links = {name: await _link(scope, name, record) if record else None for name, record in made.items()}
    return {"change": str(change.id), **links}


async def _lock(scope: Scope, id_: UUID) -> None:
    """Only one conversion of a lead at a time, by somebody who may edit it."""
    if id_ not in await allowed(scope, "edit", "lead", [id_]):
        await _read(scope, "lead", id_)
        raise Denied(t("Your role does not allow converting this lead."))
    table = scope.model.object("lead").table
    statement = sa.select(table.c.status).where(table.c.id == sa.bindparam("id", type_=sa.UUID())).with_for_update()
    if await scope.connection.value(statement, {"id": id_}) == "converted":
        raise Conflict(t("This lead has been converted already."))


async def _account(change: Change, lead: carry.Values, chosen: str | None) -> tuple[UUID | None, bool]:
    """The account and whether it is new: chosen, else known by domain, else by name, else made; None for a private customer."""
    scope = change.scope
    if chosen is not None:
        return await _chosen(scope, "account", chosen), False
    domains = company_domains(email["value"] for email in lead.get("emails") or ())
    known = await _first(scope, "account", "domains", domains)
    name = carry.account_name(lead, domains)
    if known is None and lead.get("company_name"):
        known = await _first(scope, "account", "label", [lead["company_name"]])
    if known is not None or name is None:
        return known, False
    taken = await _taken(scope, domains)
    free = [domain for domain in domains if domain not in taken] if _may_give(scope, "account", "domains") else []
    values = carry.account_values(lead, name, free) | _owner(scope, "account", lead)
    return (await change.write("account", [Create(values)]))[0], True


async def _contact(change: Change, lead: carry.Values, chosen: str | None, account: UUID | None, *, address: bool) -> UUID | None:
    """The contact: chosen, else known by an e-mail, else made; None for a lead that names a company only."""
    scope = change.scope
    if chosen is not None:
        known: UUID | None = await _chosen(scope, "contact", chosen)
    else:
        known = await _first(scope, "contact", "emails", [email["value"] for email in lead.get("emails") or ()])
    values = carry.contact_values(lead, str(account) if account else None, address=address)
    if known is not None:
        lacking = carry.missing(await _read(scope, "contact", known), values)
        if lacking and known in await allowed(scope, "edit", "contact", [known]):
            await change.write("contact", [Update(known, lacking)])
        return known
    if not carry.has_person(lead):
        return None
    return (await change.write("contact", [Create(values | _owner(scope, "contact", lead))]))[0]


async def _employer(scope: Scope, contact: UUID | None) -> UUID | None:
    """The account of a contact that was there before, for a lead that names no company."""
    link = (await _read(scope, "contact", contact)).get("account") if contact else None
    return UUID(link["id"]) if link else None


async def _opportunity(
    change: Change, lead: carry.Values, wanted: bool | dict[str, Any] | None, account: UUID | None, contact: UUID | None
) -> UUID | None:
    if wanted is None or wanted is False:
        return None
    values = carry.opportunity_values(lead, str(account) if account else None, str(contact) if contact else None)
    given = wanted if isinstance(wanted, dict) else {}
    try:
        return (await change.write("opportunity", [Create({**values, **_owner(change.scope, "opportunity", lead), **given})]))[0]
    except Invalid as fault:
        raise Invalid(replace(error, field=f"opportunity.{error.field}") for error in fault.errors) from None


def _owner(scope: Scope, object_: str, lead: carry.Values) -> dict[str, Any]:
    """The lead's owner, if the actor may give records to others; else the actor becomes the owner, as always."""
    owner = lead.get("owner")
    return {"owner": owner["id"]} if owner and scope.rights(object_).assign != "none" else {}


async def _chosen(scope: Scope, object_: str, key: str) -> UUID:
    records = Records(scope.context)
    reference = Reference(object_, key)
    await records.look_up(scope, [reference])
    found = records.record(reference)
    if found is None:
        raise Invalid.one(object_, "not_found", t("There is no such record, or you may not see it."))
    return found


async def _first(scope: Scope, object_: str, by: str, keys: list[str]) -> UUID | None:
    """The record that the first key with any finds; of several the oldest. What the actor may not know of finds none."""
    known = keys and object_ in scope.access.objects and by not in scope.rights(object_).hidden | limited_in(scope, object_)
    found = await find_by(scope, object_, by, keys) if known else {}
    return next((min(found[key]) for key in keys if found.get(key)), None)


def _may_give(scope: Scope, object_: str, field: str) -> bool:
    """Whether the actor may write a field of a new record: what is taken from a lead's address is then given."""
    rights = scope.access.objects.get(object_)
    return rights is not None and field not in rights.hidden | rights.fixed


async def _taken(scope: Scope, domains: list[str]) -> set[str]:
    """Domains that belong to an account already, be it one that the actor may not see."""
    statement = """select value from {ws}.contact_point
      where object = 'account' and field = 'domains' and value = any(%(domains)s) and live"""
    return set(await scope.connection.values(statement, {"domains": domains}))


async def _move_activities(change: Change, lead: UUID, object_: str, target: UUID) -> None:
    """Whatever is linked to the lead among records of any kind is linked to the contact or account instead."""
    for bound in change.scope.model.objects.values():
        updates: dict[UUID, dict[str, Any]] = defaultdict(dict)
        for name, side in bound.side_tables.items():
            if "target_object" in side.c:
                for record, links in (await _links_of(change.scope, bound, side, lead)).items():
                    updates[record][name] = [
                        {"object": object_, "id": str(target)} if link == ("lead", lead) else _item(link) for link in links
                    ]
        items = [Update(record, values) for record, values in updates.items()]
        for start in range(0, len(items), 500):
            await change.write_trusted(bound.name, items[start : start + 500])


def _item(link: tuple[str, UUID]) -> dict[str, str]:
    return {"object": link[0], "id": str(link[1])}


async def _links_of(scope: Scope, bound: BoundObject, side: sa.Table, lead: UUID) -> dict[UUID, list[tuple[str, UUID]]]:
    """All links of the live records that are linked to the lead, in their order."""
    of_lead = sa.select(side.c.record).where(side.c.target == sa.bindparam("lead", type_=sa.UUID()), side.c.target_object == "lead")
    statement = (
        sa.select(side.c.record, side.c.target_object, side.c.target)
        .join(bound.table, bound.table.c.id == side.c.record)
        .where(side.c.record.in_(of_lead), bound.table.c.deleted_at.is_(None))
        .order_by(side.c.record, side.c.position)
    )
    found: dict[UUID, list[tuple[str, UUID]]] = defaultdict(list)
    for row in await scope.connection.rows(statement, {"lead": lead}):
        found[row["record"]].append((row["target_object"], row["target"]))
    return found


async def _read(scope: Scope, object_: str, id_: UUID) -> dict[str, Any]:
    from kundig.engine.records.reading import read_record

    record: dict[str, Any] = json.loads((await read_record(scope, object_, id_)).text)
    return record


async def _link(scope: Scope, object_: str, id_: UUID) -> dict[str, Any] | None:
    """A link as it reads; null if the actor may not see the record, which can be when a rule takes it away at once."""
    try:
        record = await _read(scope, object_, id_)
    except Missing:
        return None
    return {"id": str(id_), "object": object_, "label": record["label"]}
