"""Clients whose deeds are followed by jobs: imports and their undo, mails, notifications. Each effect must come exactly once."""

from __future__ import annotations

import json
import time
import uuid
from functools import partial
from typing import Any

import httpx

from faults.client import Client
from faults.writers import Writer

ROWS = 1_500
"""More than one chunk of an import, and more than is undone within a request."""
_LONG = 180


class Importer(Writer):
    """Imports products from files and takes some of the imports back; both are jobs in chunks."""

    def __init__(self, client: Client, number: int, colleague: str) -> None:
        super().__init__(client, number, colleague)
        self.wanted: set[str] = set()

    def turn(self) -> None:
        """One import, more often than not undone again."""
        word = f"{self.tag} {uuid.uuid4().hex[:8]}"
        names = {f"{word} {n}" for n in range(ROWS)}
        content = "Nr;Name\n" + "".join(f"{name.replace(' ', '-')};{name}\n" for name in sorted(names))
        parts = {"object": "product", "mapping": json.dumps({"Nr": "sku", "Name": "name"}), "locale": "de"}
        files = {"file": ("products.csv", content.encode(), "text/csv")}
        answer = self.client.done_once("import", "/imports", data=parts, files=files)
        if not self.expect("import", answer, 202):
            return
        state = self._over(f"/imports/{answer.json()['id']}", "queued", "running")
        figures = (state["state"], state["created"], state["updated"], state["skipped"], state["failed"])
        if figures != ("done", ROWS, 0, 0, 0):
            self.ledger.strange(f"import {word}: {state}")
            return
        self.wanted |= names
        if self.chance.random() < 0.6:
            self._take_back(state["change"], names)

    def _take_back(self, change: str, names: set[str]) -> None:
        answer = self.client.done_once("undo", f"/changes/{change}/undo", json={})
        if not self.expect("undo", answer, 202):
            return
        state = self._over(f"/changes/{answer.json()['change']}", "running")
        if (state["state"], state["progress"], state["total"]) != ("applied", ROWS, ROWS):
            self.ledger.strange(f"undo of {change}: {state}")
        self.wanted -= names

    def _over(self, path: str, *meanwhile: str) -> dict[str, Any]:
        """The state, once the job has ended."""
        begun = time.monotonic()
        while time.monotonic() - begun < _LONG:
            state: dict[str, Any] = self.client.read(path)
            if state["state"] not in meanwhile:
                return state
            time.sleep(0.3)
        message = f"{path} is still {state['state']} after {_LONG} s"
        raise RuntimeError(message)

    def check(self) -> None:
        """The rows of all files that were not taken back, each once."""
        shown = [record["name"] for record in self.client.named("product", "name", self.tag).values()]
        for name in sorted(set(shown) ^ self.wanted)[:5]:
            self.ledger.strange(f"product {name}: {'lost' if name in self.wanted else 'nobody was told of it'}")
        if len(shown) != len(set(shown)):
            self.ledger.strange(f"products of {self.tag} are there twice")


class Inviter(Writer):
    """Adds users on the settings page, each with a mail that leaves with the transaction; checked in the database at the end."""

    def turn(self) -> None:
        """One user."""
        email = f"{self.tag}-{uuid.uuid4().hex[:8]}@example.com"
        form = {"name": email.partition("@")[0], "email": email, "role": "sales_representative", "send": "mail", "is_active": "1"}
        self.ledger.meant("invite", email, form)
        send = partial(self.client.pages.post, "/settings/users/new", data=form)
        answers = list(self.client.answers("invite", email, send))
        found = answers[-1]
        assert found is not None
        # After a lost answer the form comes back: the address is taken, by the request that did get through.
        taken = found.status_code == httpx.codes.UNPROCESSABLE_ENTITY and len(answers) > 1
        if not taken and not self.expect("invite", found, 200, 204, 303):
            return
        if not self.client.named("user", "email", email):
            self.ledger.strange(f"invite: {email} was acknowledged and is not there")
        self.stopping.wait(0.2)

    def check(self) -> None:
        """Nothing by the API; `faults.checks` counts users, mails and files."""


class Commenter(Writer):
    """Comments on an account and mentions a colleague, who must be told of each comment once."""

    def __init__(self, client: Client, number: int, colleague: str, colleague_name: str) -> None:
        super().__init__(client, number, colleague)
        self.mention = colleague_name
        self.account = ""
        self.texts: list[str] = []

    def turn(self) -> None:
        """One comment."""
        if not self.account:
            made = self.client.done_once("create", "/account", json={"name": f"{self.tag} comments"})
            self.account = made.raise_for_status().json()["id"]
        text = uuid.uuid4().hex
        path, form = f"/o/account/{self.account}/comments", {"text": f"@{self.mention} {text}"}
        self.ledger.meant("comment", text, form)
        while True:
            answer = next(self.client.answers("comment", text, partial(self.client.pages.post, path, data=form)))
            if answer is not None or text in self._shown():
                break
        if answer is not None and not self.expect("comment", answer, 200):
            return
        self.texts.append(text)
        self.stopping.wait(0.2)

    def _shown(self) -> str:
        return self.client.answered(self.client.pages, f"/o/account/{self.account}/comments").text

    def check(self) -> None:
        """Each comment once; `faults.checks` counts what was told of them."""
        shown = self._shown()
        for text in self.texts:
            if shown.count(text) != 1:
                self.ledger.strange(f"comment {text} is there {shown.count(text)} times")
