"""Where rights can't be read nothing is answered: every route, discovered, while what says who may do what does not work."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Crm
from tests.integration.rights.test_anonymous import OPEN

from kundig.engine.policy.models import Models
from kundig.services.identity import scopes as scopes_module

CANARY = "Kanarienvogel"


class Broken(Exception):
    """What says who may do what does not answer."""


async def broken(*_: object, **__: object) -> object:
    raise Broken(CANARY)


@pytest.mark.parametrize("what", ["the model with its policy", "the version of both"])
async def test_without_rights_there_is_no_answer(
    new_crm: Callable[[], Awaitable[Crm]], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """16.5.3: an error, not everything, not a list that looks empty; and nothing of what went wrong is told."""
    crm = await new_crm()
    account = str(await crm.create("account", name=f"{CANARY} AG"))
    caller = await crm.caller(await crm.user("administrator"))
    given = {
        "object_name": "account", "record": account, "id_": account, "view_name": "all", "path": "contact.account", "other": "task",
        "name": "administrator", "number": "1",
    }  # fmt: skip
    if what == "the model with its policy":
        monkeypatch.setattr(Models, "at", broken)
    else:
        monkeypatch.setattr(scopes_module.Scopes, "open", broken)
        monkeypatch.setattr(scopes_module.Scopes, "of_session", broken)
        monkeypatch.setattr(scopes_module.Scopes, "of_feed", broken)
    tried = 0
    for route in crm.app.routes:
        assert isinstance(route, HTTPRoute)
        pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        if pattern in OPEN:
            continue
        path = pattern.format(**{name: given.get(name, str(uuid4())) for name in re.findall(r"\{(\w+)\}", pattern)})
        client = caller.api if path.startswith("/api/v1") else caller.pages
        for method in route.methods - {"OPTIONS", "HEAD"}:
            answer = await client.request(method, path)
            assert answer.status_code >= 400 or answer.status_code == 303, f"{method} {path}: {answer.status_code}"
            assert answer.status_code != 303 or answer.headers["location"].startswith("/sign-in"), f"{method} {path}"
            assert CANARY not in answer.text, f"{method} {path}"
            tried += 1
    assert tried > 120
