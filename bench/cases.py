"""What is measured: the request, the raw query it is compared with, and what it may cost."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from bench.agreeing import Agree, board_agrees, calendar_agrees, cards_agree, list_agrees, page_agrees, record_agrees, search_agrees
from bench.world import ALL, Answer, Call, Rows, World
from kundig.base.uuid7 import uuid7

LIST, LIST_PAGE, RECORD_PAGE, CREATE = 4, 30, 60, 12
"""How many times the raw query a request may take."""
LIST_PAGE_STATEMENTS, RECORD_PAGE_STATEMENTS = 8, 12
LIST_PAGE_KILOBYTES = 60
SIGHTS = (ALL, "0", "50", "5000", "150000")
"""What users see: all (an administrator), or as a sales representative so many contacts."""


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table. `agree` says whether request and raw query give the same; it raises if not."""

    name: str
    call: Callable[[World], Call]
    raw: Callable[[World], Rows]
    target: float | None = None
    agree: Agree | None = None
    sees: str = ALL
    most_statements: int | None = None
    most_kilobytes: float | None = None


_numbers = itertools.count()


def _where(**leaf: Any) -> str:
    return quote(json.dumps(leaf))


def _api(path: str, sees: str, world: World) -> Call:
    return world.api(path.format(**world.facts[sees]), sees)


def _page(path: str, sees: str, world: World) -> Call:
    return world.page(path.format(**world.facts[sees]), sees)


def _raw(name: str, names: Sequence[str], sees: str, world: World) -> Rows:
    return world.raw(name, {key: world.facts[sees][key] for key in names}, sees)


def _twentieth(sees: str, world: World) -> Call:
    """The 20th page by its cursor, or the last there is."""
    path = "/contact"
    for _ in range(19):
        cursor = json.loads(world.api(path, sees)().body)["next_cursor"]
        if cursor is None:
            break
        path = f"/contact?cursor={cursor}"
    return world.api(path, sees)


def _raw_twentieth(sees: str, world: World) -> Rows:
    """The same page by the last name and id of the page before it."""
    name, id_ = "", UUID(int=0)
    for _ in range(19):
        rows = world.raw("list_twentieth", {"name": name, "id": id_}, sees)()
        if len(rows) < 50 or not world.raw("list_twentieth", _behind(world, rows), sees)():
            break
        name, id_ = _behind(world, rows).values()
    return world.raw("list_twentieth", {"name": name, "id": id_}, sees)


def _behind(world: World, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"name": world.folded(rows[-1]["last_name"]), "id": rows[-1]["id"]}


def _create(sees: str, world: World) -> Call:
    account = world.facts[sees]["account"]
    return world.api("/contact", sees, lambda: {"last_name": f"Bench {next(_numbers)}", "first_name": "Anna", "account": account})


def _raw_create(sees: str, world: World) -> Rows:
    facts = world.facts[sees]
    fixed = {"account": facts["account"], "owner": world.users[sees], "audience": facts["reads"]}
    return world.raw("insert", lambda: {**fixed, "id": uuid7(), "last_name": f"Bench {next(_numbers)}"}, sees)


HOME = {
    "": None, "/home/task/due": "home_due", "/home/meeting/today": "home_today", "/home/opportunity/no_step": "home_steps",
    "/home/account/my_quiet": "home_quiet",
}  # fmt: skip
"""What the first page fetches: itself and its cards, and the raw query of each."""
WEEK = {"first": date(2026, 11, 23), "last": date(2026, 11, 29)}


def _home(sees: str, world: World) -> Call:
    """The first page and its cards, one after the other; the administrator's are about everybody."""
    calls = [world.page((path or "/") + ("?whose=all" if path and sees == ALL else ""), sees) for path in HOME]

    def call() -> Answer:
        answers = [one() for one in calls]
        return Answer(b"".join(answer.body for answer in answers), compressed=False, statements=sum(a.statements for a in answers))

    return call


def _raw_home(sees: str, world: World) -> Rows:
    calls = [world.raw(name, {}, sees) for name in HOME.values() if name]
    return lambda: [row for call in calls for row in call()]


def _raw_calendar(sees: str, world: World) -> Rows:
    return world.raw("calendar", WEEK, sees)


def _cases(sees: str) -> Iterator[Case]:
    """All cases as a user who sees so much; who sees nothing has no record to ask for."""

    def case(name: str, call: Any, raw: Any, target: float | None = None, agree: Agree | None = None, **limits: Any) -> Case:
        told = name if sees == ALL else f"{name}, sees {int(sees):,}"
        return Case(told, partial(call, sees), partial(raw, sees), target, agree, sees, **limits)

    def api(path: str) -> Any:
        return partial(_api, path)

    def page(path: str) -> Any:
        return partial(_page, path)

    def raw(query: str, *names: str) -> Any:
        return partial(_raw, query, names)

    yield case("API list of 50, default order", api("/contact"), raw("list_default"), LIST, list_agrees)
    yield case("API list by account's name", api("/contact?order=account.name"), raw("list_account_name"), LIST, list_agrees)
    yield case(
        "API list by a nullable date, descending",
        api("/opportunity?order=-close_date"),
        raw("list_nullable_date"),
        LIST,
        list_agrees,
    )
    yield case("API list, 20th page", _twentieth, _raw_twentieth, LIST, list_agrees)
    rare = api("/contact?where=" + _where(field="last_name", op="is", value="RARE").replace("RARE", "{rare}"))
    yield case("API filter that matches 10", rare, raw("filter_ten", "rare"), LIST, list_agrees)
    limits = {"most_statements": LIST_PAGE_STATEMENTS, "most_kilobytes": LIST_PAGE_KILOBYTES}
    yield case("list page of 50", page("/o/contact"), raw("list_page"), LIST_PAGE, page_agrees, **limits)
    yield case("board", page("/o/opportunity/board"), raw("board", "stages", "closed"), None, board_agrees)
    week = page(f"/o/opportunity/calendar?span=week&day={WEEK['first']}&who=all&by=close_date")
    yield case("calendar, a week", week, _raw_calendar, None, calendar_agrees)
    yield case("home with its cards", _home, _raw_home, None, cards_agree)
    yield case("search for one letter", api("/search?q=m"), raw("search_word", "from", "to"), None, search_agrees)
    yield case("search for a phone number", api("/search?q={phone_quoted}"), raw("search_phone", "phone"), None, search_agrees)
    if sees == "0":
        return
    yield case("API get", api("/contact/{contact}"), raw("get", "id"), None, record_agrees)
    record = {"most_statements": RECORD_PAGE_STATEMENTS}
    yield case("record page", page("/o/contact/{contact}"), raw("single", "id"), RECORD_PAGE, None, **record)
    yield case("API create", _create, _raw_create, CREATE, None)


CASES: tuple[Case, ...] = tuple(case for sees in SIGHTS for case in _cases(sees))
