"""XS-01, XS-12, XS-13: markup in every text of every object stays text on every page and fragment about it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Caller, Crm

from kundig.services.identity.sessions import begin_session

PIECES = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    '" onfocus="alert(1)" autofocus x="',
    "{{7*7191}}",
    "<b hx-get=/x>",
)
POISON = "".join(PIECES)
VESSEL = Path(__file__).parents[2] / "acceptance" / "documents" / "vessel.yaml"
"""An object of one's own with every type of field, a pipeline, views, a layout and a role."""


class Live(HTMLParser):
    """What a browser would make of a page: what there is in it that only the poison brings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = ["{{7*7191}} was worked out"] if "50337" in page else []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (name, value) in (("src", "x"), ("hx-get", "/x"), ("x", "")):
                self.found.append(f"<{tag} {name}={value}>")
        if tag == "script" and not any(name in ("src", "type") for name, _ in attrs):
            self.found.append("<script>")


def poisoned(document: Any) -> Any:
    """A document whose labels say more than they should."""
    if isinstance(document, list):
        return [poisoned(item) for item in document]
    if not isinstance(document, dict):
        return document
    if document.keys() == {"en", "de"}:
        return {language: f"{text} {POISON}" for language, text in document.items()}
    return {key: poisoned(value) for key, value in document.items()}


async def say_it_elsewhere(crm: Crm, caller: Caller, account: str) -> str:
    """In all places but records where words are kept: views, tokens, comments, files, names of browsers. Where the import goes on."""
    async with crm.database.transaction(None) as connection:
        find = "select id from kundig.workspace where schema = %(schema)s"
        number = await connection.value(find, {"schema": crm.workspace.schema})
        await begin_session(connection, number, caller.user, agent=POISON, address=None)
    for path, form in (
        ("/o/account/views", {"name": PIECES[0], "share": "everybody"}),
        ("/settings/tokens", {"name": POISON, "days": "30"}),
        (f"/o/account/{account}/comments", {"text": POISON}),
    ):
        answer = await caller.pages.post(path, data=form)
        assert answer.status_code < 400, f"{path}: {answer.text[:500]}"
    table = ("".join(f'"{text}"\n' for text in (POISON.replace('"', '""'), "x"))).encode()
    answer = await caller.pages.post("/imports/new", data={"object": "account"}, files={"file": (f"{POISON}.csv", table)})
    assert answer.status_code < 400, answer.text[:500]
    return answer.headers.get("hx-redirect") or answer.headers["location"]


async def test_texts_stay_texts(new_crm: Callable[[], Awaitable[Crm]]) -> None:
    crm = await new_crm()
    documents = [poisoned(document) for document in yaml.safe_load_all(VESSEL.read_text())]
    await crm.configure(yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False))
    caller = await crm.in_english("administrator", "harbour_master")
    described = (await caller.get("/meta/objects")).json()["data"]
    made: dict[str, str] = {}
    for object_ in described:
        texts: dict[str, str | None] = {
            field["name"]: POISON
            for field in object_["fields"]
            if field["type"] in ("text", "long_text", "rich_text") and not field["read_only"]
        }
        answer = await caller.api.post(f"/api/v1/{object_['name']}", json=texts)
        for shorter in (PIECES[0], None):  # some take no such text, or not so much of it
            if answer.status_code == 422:
                wrong = {error["field"] for error in answer.json()["errors"]}
                texts = {name: shorter if name in wrong else text for name, text in texts.items()}
                answer = await caller.api.post(f"/api/v1/{object_['name']}", json=texts)
        if answer.status_code == 201:
            made[object_["name"]] = answer.json()["id"]
    assert {"account", "contact", "lead", "task", "note", "vessel"} <= made.keys()
    imported = await say_it_elsewhere(crm, caller, made["account"])
    seen, held = 0, 0

    def check(where: str, answer: httpx.Response) -> None:
        nonlocal seen, held
        assert answer.status_code < 500, where
        if answer.headers.get("content-type", "").startswith("text/html"):
            seen += 1
            held += "onerror=alert(1)&gt;" in answer.text
            assert not Live(answer.text).found, f"{where}: {Live(answer.text).found}"
        for name in ("hx-redirect", "hx-location", "hx-trigger", "hx-push-url", "location", "content-disposition"):
            assert "<img" not in answer.headers.get(name, ""), f"{where}: {name}"

    for route in crm.app.routes:
        if (
            not isinstance(route, HTTPRoute)
            or "GET" not in route.methods
            or route.path == "/live"
            or route.path.startswith("/api/v1")
        ):
            continue
        pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        for object_name in made if "{object_name}" in pattern else ("account",):
            id_ = made[object_name]
            given: dict[str, Any] = {
                "object_name": object_name,
                "record": id_,
                "id_": id_,
                "view_name": "all",
                "path": "contact.account",
                "other": "task",
                "name": "administrator",
            }
            path = pattern.format(**{name: given.get(name, str(uuid4())) for name in re.findall(r"\{(\w+)\}", pattern)})
            for headers in ({}, {"HX-Request": "true"}):
                check(path, await caller.pages.get(path, headers=headers, params={"q": POISON, "words.q": "img", "next": POISON}))
    for address in (
        imported,
        "/search?q=img",
        "/palette?q=img",
        "/palette?q=onerror",
        *(f"/lookup/{name}?words.q=img" for name in made),
    ):
        check(address, await caller.pages.get(address))
    assert seen > 150
    assert held > 40, "expected the poison to be shown, as text, in many places"
