"""The history of the configuration: what may be taken back is offered, taken back once, and told as what it is."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.configuration.documents import Document

HISTORY = "/settings/history"
HERE = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test{HISTORY}"}


async def applied(crm: Crm, name: str, en: str) -> str:
    body = {"name": name, "label": {"en": en, "de": en}, "objects": {"account": {"read": "all"}}}
    return str((await crm.apply(Document("role", name, body))).id)


async def lines(caller: Caller) -> list[tuple[str, str]]:
    """What each says, and where its button leads."""
    text = html.unescape((await caller.pages.get(HISTORY)).text)
    parts = re.findall(r'<li class="is-tall">(.*?)</li>', text, re.DOTALL)
    titles = [re.findall(r'<b class="font-medium block">(.*?)</b>', part)[0] for part in parts]
    return [(title, "".join(re.findall(r'hx-post="([^"]+)"', part))) for title, part in zip(titles, parts, strict=True)]


async def take_back(caller: Caller, plan: str) -> Any:
    return await caller.pages.post(f"{HISTORY}/{plan}/undo", headers=HERE)


async def test_what_nothing_builds_on_is_taken_back_and_said_to_be(crm: Crm, admin: Caller, seller: Caller) -> None:
    first, second = await applied(crm, "guest", "Guest"), await applied(crm, "guest", "Visitor")
    other = await applied(crm, "clerk", "Clerk")
    offered = [address for _, address in await lines(admin)]
    assert offered[:3] == [f"{HISTORY}/{other}/undo", f"{HISTORY}/{second}/undo", ""]
    assert (await take_back(seller, second)).status_code == 403
    assert (await take_back(admin, first)).status_code == 409, "a later change builds on it"
    answer = await take_back(admin, second)
    assert answer.status_code == 200
    assert "Taken back." in answer.headers["HX-Trigger"]
    async with crm.system() as scope:
        assert scope.model.roles["guest"].label["en"] == "Guest"
    latest, *rest = await lines(admin)
    assert latest[0] == "Taken back: role guest"
    assert latest[1], "what was taken back can be brought again"
    assert [address for _, address in rest[:3]] == [f"{HISTORY}/{other}/undo", "", ""]
    assert (await take_back(admin, latest[1].split("/")[-2])).status_code == 200
    assert (await lines(admin))[0][0] == "Taken back: Taken back: role guest"
    async with crm.system() as scope:
        assert scope.model.roles["guest"].label["en"] == "Visitor"


async def proven(crm: Crm, caller: Caller, *, lately: bool) -> None:
    async with crm.database.transaction(None) as connection:
        await connection.execute(
            "update kundig.session set proven_at = now() - %(ago)s::interval where user_id = %(user)s",
            {"user": caller.user, "ago": "0" if lately else "1 hour"},
        )


PROVIDER = {"name": "idp", "label": {"en": "IdP", "de": "IdP"}, "issuer": "https://idp.example.com", "client_id": "kundig"}
RULE = {
    "name": "shown", "label": {"en": "Shown", "de": "Gezeigt"}, "object": "account",
    "where": {"field": "name", "op": "is", "value": "x"}, "to": ["role:sales_representative"],
}  # fmt: skip
ROLE = {"name": "passing", "label": {"en": "Passing", "de": "Vorübergehend"}}


@pytest.mark.parametrize(("kind", "body"), [("role", ROLE), ("sharing_rule", RULE), ("sign_in_provider", PROVIDER)])
async def test_who_it_is_is_asked_before_rights_and_sign_in_are_taken_back(
    crm: Crm, admin: Caller, kind: str, body: dict[str, Any]
) -> None:
    """PE-08: as before they are changed."""
    document = Document(kind, body["name"], body)
    plan = str((await crm.apply(document)).id)
    await proven(crm, admin, lately=False)
    asked = await take_back(admin, plan)
    assert asked.headers["X-Kundig-Prove"] == "/prove"
    assert (await lines(admin))[0][1] == f"{HISTORY}/{plan}/undo", "nothing was changed"
    await proven(crm, admin, lately=True)
    assert (await take_back(admin, plan)).status_code == 200
    assert (await lines(admin))[0][0] == f"Taken back: {kind} {body['name']}"


async def test_other_configuration_is_taken_back_without_being_asked(crm: Crm, admin: Caller) -> None:
    plan = str((await crm.apply(Document("workspace", "workspace", {"company": "Nordwind"}))).id)
    await proven(crm, admin, lately=False)
    answer = await take_back(admin, plan)
    await proven(crm, admin, lately=True)
    assert answer.status_code == 200


async def test_only_administrators_take_back_who_vouches_for_people(crm: Crm, admin: Caller) -> None:
    """Else a provider that administrators removed would be brought again by who may only configure."""
    await crm.configure("kind: role\nname: builder\nlabel: {en: B, de: B}\nrights: [manage_configuration, manage_roles]\n")
    builder = await crm.in_english("builder")
    plan = str((await crm.apply(Document("sign_in_provider", "idp", PROVIDER))).id)
    assert (await take_back(builder, plan)).status_code == 403
    assert (await take_back(admin, plan)).status_code == 200
