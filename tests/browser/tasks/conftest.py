"""A company of its own for the tasks, so that each finds what it expects; `KUNDIG_TASKS_REPORT` names a file for the efforts.

One server and one signed-in window for each of two people serve them all. What a task leads to is asked of the server, not of the page.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page
from tests.browser.app.conftest import DESKTOP, Company, Sessions, Visitor, sessions, visiting
from tests.browser.tasks.hands import Hands, doing
from tests.serving import sample_company, serving

__all__ = ["sessions"]
Doing = Callable[..., AbstractContextManager[Hands]]


@dataclass(frozen=True)
class Office:
    """The installation: where it is, and what is in it by the API."""

    company: Company
    api: httpx.Client

    def found(self, object_: str, where: Mapping[str, Any] | None = None, **asked: Any) -> list[dict[str, Any]]:
        """The records that fit."""
        given = {"limit": 1000} | asked | ({"where": json.dumps(where)} if where else {})
        rows: list[dict[str, Any]] = self.api.get(f"/{object_}", params=given).raise_for_status().json()["data"]
        return rows

    def one(self, object_: str, **values: str) -> dict[str, Any]:
        """The only record with these values."""
        parts = [{"field": name, "op": "is", "value": value} for name, value in values.items()]
        [row] = self.found(object_, {"all": parts})
        return row

    def make(self, object_: str, **values: Any) -> dict[str, Any]:
        """A record that a task needs."""
        made: dict[str, Any] = self.api.post(f"/{object_}", json=values).raise_for_status().json()
        return made

    def change(self, object_: str, id_: str, **values: Any) -> None:
        """Another value that a task needs."""
        self.api.patch(f"/{object_}/{id_}", json=values).raise_for_status()


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    with serving(sample_company, KUNDIG_API_RATE="0") as served:
        token = served.run("token", "add", "jana@nordwind.example").strip().splitlines()[-1]
        with httpx.Client(base_url=f"{served.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60) as api:
            yield Office(Company(served.url), api)


@pytest.fixture(scope="session")
def company(office: Office) -> Company:
    return office.company


@pytest.fixture(scope="module")
def jana(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    """German, at a desk, for all tasks of a module."""
    yield from visiting(browser, company, sessions, "jana@nordwind.example", DESKTOP, locale="de-DE")


@pytest.fixture(scope="module")
def tom(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    """A colleague, at a desk too."""
    yield from visiting(browser, company, sessions, "tom@nordwind.example", DESKTOP)


@pytest.fixture
def task() -> Doing:
    """Begins a task on a page; `way` says in a few words how it is done."""
    named = os.environ.get("KUNDIG_TASKS_REPORT")

    def begin(page: Page, name: str, way: str) -> AbstractContextManager[Hands]:
        return doing(Hands(page), name, way, Path(named) if named else None)

    return begin
