"""What is measured, and the raw query each is compared with."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
from psycopg.rows import dict_row

Call = Callable[[], object]
RAW = dict(part.split("\n", 1) for part in (Path(__file__).parent / "raw.sql").read_text(encoding="utf-8").split("-- name: ")[1:])


@dataclass
class World:
    """A running server with data in it, and a connection to its database."""

    url: str
    schema: str
    dsn: str
    tokens: Mapping[str, str]
    """By what the user sees: all, 0, 50, 5000, 150000."""
    session: str
    facts: dict[str, Any] = field(default_factory=dict)
    _connection: psycopg.Connection[Any] | None = None

    def api(self, path: str, who: str = "all", method: str = "GET", body: Callable[[], Any] | None = None) -> Call:
        """A call of the API with a connection of its own."""
        client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.tokens[who]}"}, timeout=60)

        def call() -> httpx.Response:
            answer = client.request(method, f"/api/v1{path}", json=body() if body else None)
            if answer.status_code >= 300:
                raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return answer

        return call

    def page(self, path: str) -> Call:
        """A page as the administrator sees it."""
        client = httpx.Client(base_url=self.url, cookies={"kundig_session": self.session}, timeout=60)

        def call() -> httpx.Response:
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            return answer

        return call

    def raw(self, name: str, params: Mapping[str, Any] | None = None, *, commit: bool = False) -> Call:
        """A raw query through psycopg, all rows fetched as dicts."""
        if self._connection is None:
            self._connection = psycopg.connect(self.dsn, autocommit=True, row_factory=dict_row)
        connection = self._connection
        sql = RAW[name].replace("{ws}", self.schema)

        def call() -> object:
            cursor = connection.execute(sql, params)
            return None if commit else cursor.fetchall()

        return call

    def statements(self, call: Call) -> str:
        """How many statements the server sends for a call, as it says itself."""
        answer = call()
        return answer.headers.get("kundig-statements", "") if isinstance(answer, httpx.Response) else ""


@dataclass(frozen=True)
class Case:
    """One line: the call, what it is compared with, and how many times that it may cost."""

    name: str
    call: Callable[[World], Call]
    raw: Callable[[World], Call] | None = None
    target: float | None = None
    throughput: bool = False


def _where(**leaf: Any) -> str:
    return quote(json.dumps(leaf))


def _twentieth(world: World) -> Call:
    """The 20th page by its cursor."""
    cursor = None
    for _ in range(19):
        body = world.api("/contact" + (f"?cursor={cursor}" if cursor else ""))()
        cursor = body.json()["next_cursor"]  # type: ignore[attr-defined]  # a response
    return world.api(f"/contact?cursor={cursor}")


_numbers = itertools.count()


def _new_contact(world: World) -> Any:
    return {"last_name": f"Bench {next(_numbers)}", "first_name": "Anna", "account": world.facts["account"]}


def _raw_insert(world: World) -> Call:
    facts = world.facts
    return world.raw("insert", {"account": facts["account"], "owner": facts["owner"], "audience": [1, 2]}, commit=True)


def _lists(who: str, target: float | None) -> list[Case]:
    """The lists of the API as a user who sees so many records."""
    tag = "" if who == "all" else f", sees {who}"
    lists = (
        (f"API list of 50, default order{tag}", "/contact", "list_default"),
        (f"API list by account's name{tag}", "/contact?order=account.name", "list_account_name"),
        (f"API list by a nullable date, descending{tag}", "/opportunity?order=-close_date", "list_nullable_date"),
    )
    return [Case(name, partial(_api, path, who), partial(_raw, raw), target, raw == "list_default") for name, path, raw in lists]


def _api(path: str, who: str, world: World) -> Call:
    return world.api(path, who)


def _page(path: str, world: World) -> Call:
    return world.page(path)


def _raw(name: str, world: World) -> Call:
    return world.raw(name)


def _record(world: World) -> str:
    return f"/contact/{world.facts['contact']}"


def _raw_record(name: str, world: World) -> Call:
    return world.raw(name, {"id": world.facts["contact"]})


CASES: tuple[Case, ...] = (
    *_lists("all", 4),
    Case("API list, 20th page", _twentieth, partial(_raw, "list_default"), 4),
    Case(
        "API filter that matches 10",
        lambda w: w.api("/contact?where=" + _where(field="last_name", op="is", value=w.facts["rare"])),
        lambda w: w.raw("filter_ten", {"ids": w.facts["rare_ids"]}),
        4,
    ),
    Case("API get", lambda w: w.api(_record(w)), partial(_raw_record, "get"), throughput=True),
    Case("API create", lambda w: w.api("/contact", method="POST", body=lambda: _new_contact(w)), _raw_insert, 12),
    Case("list page of 50", partial(_page, "/o/contact"), partial(_raw, "list_page"), 30, throughput=True),
    Case("board", partial(_page, "/o/opportunity/board"), partial(_raw, "list_nullable_date")),
    Case("record page", lambda w: w.page("/o" + _record(w)), partial(_raw_record, "single"), 60),
    Case("search for one letter", partial(_api, "/search?q=m", "all"), lambda w: w.raw("search_word", {"prefix": "m%"})),
    Case(
        "search for a phone number",
        lambda w: w.api("/search?q=" + quote(w.facts["phone"])),
        lambda w: w.raw("search_phone", {"phone": w.facts["phone"]}),
    ),
    *(case for who in ("0", "50", "5000", "150000") for case in _lists(who, None)),
)
