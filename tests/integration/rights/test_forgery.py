"""CS-01, CS-03, CS-08: what another site can make a signed-in person's browser send changes nothing, on any route, discovered."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Caller, Crm

GIVEN = {
    "object_name": "account", "view_name": "all", "path": "contact.account", "other": "task", "name": "administrator", "number": "1",
}  # fmt: skip
FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://sub.kundig.test"},
    {"Origin": "http://kundig.test.evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
)
FOR_PROGRAMS = ("/api/v1", "/scim/")
"""They know tokens only."""
BEFORE_SIGNING_IN = ("/sign-in", "/forgotten", "/setup/", "/password-strength", "/csp-report")
"""They are asked before there is a session that a token could be of; where they come from is looked at all the same."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json")


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


@pytest.fixture(scope="module")
async def admin(crm: Crm) -> Caller:
    return await crm.caller(await crm.user("administrator"))


def deeds(crm: Crm, record: str) -> Iterator[tuple[str, str]]:
    """Every route of the pages that is not read: its method and an address."""
    for route in crm.app.routes:
        assert isinstance(route, HTTPRoute)
        if route.path.startswith(FOR_PROGRAMS):
            continue
        pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        given = GIVEN | {"record": record, "id_": record}
        path = pattern.format(**{name: given.get(name, str(uuid4())) for name in re.findall(r"\{(\w+)\}", pattern)})
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}:
            yield method, path


async def state(crm: Crm) -> dict[str, Any]:
    """What any deed would change: the journal, sessions, the configuration, the audit trail of the workspace, mail, drafts."""
    async with crm.database.transaction(crm.workspace) as connection:
        tables = ("change", "change_entry", "document_revision", "share", "audit_event", "mail")
        found = {name: await connection.value(f"select count(*) from {{ws}}.{name}") for name in tables}
    async with crm.database.transaction(None) as connection:
        found["sessions"] = await connection.value("select count(*) from kundig.session")
        found["version"] = await connection.value("select kundig.version_of(%(s)s)", {"s": crm.workspace.schema})
    return found


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_form_of_another_site_does_nothing(crm: Crm, admin: Caller, headers: dict[str, str]) -> None:
    """Even with the right token: where it comes from is enough."""
    record = str(await crm.create("account", name="Ziel"))
    before, tried = await state(crm), 0
    for method, path in deeds(crm, record):
        answer = await admin.pages.request(method, path, headers=headers, data={"name": "x"})
        assert answer.status_code in (403, 405), f"{method} {path}: {answer.status_code}"
        tried += 1
    assert tried > 60
    assert await state(crm) == before


@pytest.mark.parametrize("token", ["", "x", "0" * 40, "of somebody else"])
async def test_a_form_without_the_token_does_nothing(crm: Crm, admin: Caller, token: str) -> None:
    """In whatever form a browser sends without asking first; a token is of one session only."""
    record = str(await crm.create("account", name="Ziel"))
    if token == "of somebody else":
        token = (await crm.caller(await crm.user("administrator"))).pages.headers["X-CSRFToken"]
    before = await state(crm)
    for number, (method, path) in enumerate(deeds(crm, record)):
        if path.startswith(BEFORE_SIGNING_IN):
            continue
        headers = {"X-CSRFToken": token, "Content-Type": FORMS[number % len(FORMS)], "Origin": "http://kundig.test"}
        answer = await admin.pages.request(method, path, headers=headers, content=b"name=x")
        assert answer.status_code in (400, 403), f"{method} {path}: {answer.status_code}"
    assert await state(crm) == before


async def test_deeds_are_not_done_by_reading(crm: Crm, admin: Caller) -> None:
    """GET where only a deed lives is no such address; where a page lives too it is only the page."""
    record = str(await crm.create("account", name="Ziel"))
    before = await state(crm)
    for _, path in deeds(crm, record):
        for headers in ({}, {"X-HTTP-Method-Override": "POST"}):
            answer = await admin.pages.get(path, headers=headers, params={"_method": "POST", "name": "x"})
            assert answer.status_code < 500, path
    assert await state(crm) == before


async def test_what_is_for_programs_knows_no_cookies(crm: Crm, admin: Caller) -> None:
    for route in crm.app.routes:
        if route.path.startswith(FOR_PROGRAMS):
            path = re.sub(r"\{\w+:\w+\}", "account", route.path)
            assert isinstance(route, HTTPRoute)
            for method in route.methods - {"HEAD", "OPTIONS"}:
                assert (await admin.pages.request(method, path, json={})).status_code == 401, f"{method} {path}"
