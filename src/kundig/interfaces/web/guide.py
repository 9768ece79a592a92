"""Short help for each kind of page, and the tour: what stands beside the page. Its steps follow from what somebody may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.shell import navigation_objects


@dataclass(frozen=True, slots=True)
class Advice:
    """A heading and a few sentences, each about one thing."""

    title: Text
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tour: the page that it is about, and what to look at there (a selector)."""

    path: str
    advice: Advice
    shows: str = ""


HOME = Advice(
    t("My day"),
    (
        t("Each card is a list about you: what is late and due, meetings, what waits. Its title opens the whole list."),
        t("“Arrange” chooses the cards and their order. “All” shows them for everybody."),
    ),
)
LIST = Advice(
    t("Lists"),
    (
        t("Views are the tabs. A filter (F) adds to a view, the search (/) looks into it, a click on a column's head sorts."),
        t("Double-click a value to change it, Enter saves, Esc takes it back. J and K walk through the rows, Enter opens."),
        t("Tick rows to do something with all of them."),
    ),
)
BOARD = Advice(
    t("Boards"),
    (
        t("Each column is a stage. Drag a card, or focus it and press ← or →; what the stage needs is asked for then."),
        t("An amber edge says that a card has stood still for too long."),
    ),
)
RECORD = Advice(
    t("A record"),
    (
        t("Left are the details: a click changes one. In the middle is what happened."),
        t("Above it you write down a note (N), a task (T) or a call (A)."),
        t("Right is what hangs together with it. “Changes” shows who changed what, and takes it back."),
        t("Follow a record under “Comments” to hear of its changes."),
    ),
)
FORM = Advice(
    t("Forms"), (t("What you type is kept, even if the page is closed. Ctrl Enter saves."), t("Fields with a star are needed."))
)
CALENDAR = Advice(
    t("Calendar"),
    (t("Drag an entry to move it, its lower edge to make it longer. A click into an empty place makes a new one."),),
)
IMPORT = Advice(
    t("Bring your data"),
    (
        t("Drop a CSV or Excel file. You see what goes where and can change it; nothing is written before you say so."),
        t("Rows that can't be read are listed with the reason, and a whole import can be taken back."),
    ),
)
SETTINGS = Advice(
    t("Settings"), (t("Above is what concerns only you, below what concerns everybody, as far as your role includes it."),)
)
SEARCH = Advice(
    t("Search"),
    (t("Names, numbers, addresses, words in notes: type what you know. Ctrl K finds the same from every page, and more."),),
)
NEWS = Advice(
    t("Notifications"),
    (t("What you follow, where you are mentioned, what was given to you. Which of it, you choose in your settings."),),
)
KEYS = Advice(
    t("Without a mouse"),
    (t("Ctrl K finds and does everything. ? shows all keys. G and a letter lead to a place."),),
)

_PAGES: tuple[tuple[str, Advice], ...] = (
    (r"/", HOME), (r"/calendar.*|/o/\w+/calendar", CALENDAR), (r"/o/\w+/board", BOARD), (r"/o/\w+/(new|[0-9a-f-]{36}/edit)", FORM),
    (r"/o/\w+/[0-9a-f-]{36}", RECORD), (r"/o/\w+", LIST), (r"/imports.*", IMPORT), (r"/settings.*", SETTINGS), (r"/search", SEARCH),
    (r"/notifications", NEWS),
)  # fmt: skip


def help_for(path: str) -> Advice:
    """What helps on a page; on others, how to get along without a mouse."""
    return next((advice for pattern, advice in _PAGES if re.fullmatch(pattern, path)), KEYS)


def tour_of(scope: Scope) -> tuple[Step, ...]:
    """The steps for somebody's role, in order."""
    return tuple(_steps(scope))


def _steps(scope: Scope) -> Iterator[Step]:
    objects = navigation_objects(scope)
    welcome = Advice(
        t("Welcome"),
        (t("A few steps show what you will use most. Leave when you like: “Tour” in your menu goes on where you were."),),
    )
    yield Step("/", welcome)
    yield Step("/", HOME, "[hx-get='/home/arrange']")
    yield Step("/", KEYS, "[data-open=palette]")
    if objects:
        yield Step(f"/o/{objects[0].name}", LIST, ".k-viewbar")
    staged = next((o for o in objects if o.pipelines and any(f.pipeline and f.pipeline.amount for f in o.pipelines)), None)
    staged = staged or next((o for o in objects if o.pipelines), None)
    if staged is not None:
        yield Step(f"/o/{staged.name}/board", BOARD, ".k-col")
    yield Step("/calendar", CALENDAR)
    if any(rights.bring for rights in scope.access.objects.values()):
        yield Step("/imports", IMPORT)
    yield Step("/settings/me", SETTINGS, ".k-snav")
