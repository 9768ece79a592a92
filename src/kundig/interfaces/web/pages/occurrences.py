"""How much of a series is meant by a change or a deletion of one of its records: asked in a dialog, or chosen in a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.records.series_writes import Reach, delete_series, update_series
from kundig.engine.records.writing import Change, Update, Written
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render

REACHES: tuple[Reach, ...] = get_args(Reach)
REACH = "reach"


@dataclass(frozen=True, slots=True)
class ReachView:
    """The view of `pages/reach.html`: what is asked, and where each answer goes with which values."""

    title: str
    address: str
    choices: tuple[tuple[str, str], ...]
    values: Mapping[str, str]


def known_series(scope: Scope, object_: BoundObject) -> str:
    """The field that names the series of a record; empty where records don't recur, or the reader may not know of it."""
    name = f"{object_.recurrence.name}_series" if object_.recurrence is not None else ""
    return "" if name in scope.rights(object_.name).hidden else name


def recurs(scope: Scope, object_: BoundObject, record: Mapping[str, Any]) -> bool:
    """Whether a record is one of a series, as far as the reader may know."""
    return bool(record.get(known_series(scope, object_)))


def reach_of(visit: Visit) -> Reach | None:
    """What was chosen; None where nothing was."""
    return next((reach for reach in REACHES if reach == visit.value(REACH)), None)


def choices_of(language: str) -> tuple[tuple[str, str], ...]:
    """The three answers, the smallest first."""
    words: dict[Reach, Text] = {
        "one": t("Only this one"),
        "following": t("This one and all that follow"),
        "all": t("All of the series"),
    }
    return tuple((reach, words[reach].render(language)) for reach in REACHES)


def ask_reach(visit: Visit, title: Text, address: str, values: Mapping[str, str]) -> Reply:
    """The dialog; its answers send the same values again, with what was chosen."""
    view = ReachView(title.render(visit.frame.language), address, choices_of(visit.frame.language), values)
    return Reply(render("pages/reach.html", view, visit.frame))


async def write_reach(scope: Scope, object_: BoundObject, item: Update, reach: Reach) -> Change:
    """Write a record of a series as far as was chosen. Raises Invalid where a rule is to be changed for one record only."""
    rule = object_.recurrence
    if reach == "one" and rule is not None and rule.name in item.values:
        current = msgspec.json.decode((await read_record(scope, object_.name, item.id, [rule.name])).text)[rule.name]
        if item.values[rule.name] != current:
            text = t("A rule holds for several. Choose below whether it is for all that follow or for all of the series.")
            raise Invalid.one(rule.name, "not_possible", text)
    change = Change(scope)
    await update_series(change, object_.name, item, reach)
    return change


async def save_reach(scope: Scope, object_: BoundObject, reach: Reach, item: Update) -> Written:
    """The same for a form, with what was written."""
    change = await write_reach(scope, object_, item, reach)
    return change.outcome([item.id])


async def delete_reach(scope: Scope, object_: BoundObject, id_: str, reach: Reach) -> Change:
    """Move a record of a series to the trash as far as was chosen."""
    change = Change(scope)
    await delete_series(change, object_.name, record_id(id_), reach)
    return change
