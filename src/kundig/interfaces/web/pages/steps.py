"""What is planned next with the cards of a board: late, today, later, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from litestar import Request, Response, get

from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render

MOST = 400
"""Cards that are asked about at once."""
READ = 1000
"""Planned records of one object that are looked through, the earliest first."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next one of a card. Without `at` there is none."""

    card: str
    state: Literal["none", "late", "today", "planned"] = "none"
    at: datetime | None = None
    icon: str = ""
    label: str = ""
    href: str = ""


def planned_objects(scope: Scope, object_: BoundObject) -> list[tuple[BoundObject, BoundField]]:
    """What can be planned about an object's records, with the link that says so, as far as the reader may know."""
    found = []
    for other in scope.model.objects.values():
        interaction, rights = other.definition.interaction, scope.access.objects.get(other.name)
        if interaction is None or rights is None or interaction.at == "created_at" or interaction.at in rights.hidden:
            continue
        links = [other.fields[name] for name in interaction.about if name in other.fields and name not in rights.hidden]
        found += [(other, link) for link in links if link.target in (None, object_.name)][:1]
    return found


def steps_address(object_name: str, ids: Sequence[str]) -> str:
    """Where it is told what is planned next with some cards; empty for none."""
    return f"/o/{object_name}/board/steps?" + urlencode({"id": list(ids[:MOST])}, doseq=True) if ids else ""


@get("/o/{object_name:str}/board/steps")
async def show_steps(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """A line for each card; one statement for each object that can be planned."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        ids = [str(record_id(id_)) for id_ in visit.request.query_params.getall("id", [])[:MOST]]
        found: dict[str, Step] = {}
        for other, link in planned_objects(scope, object_):
            for record in await _planned(scope, other, link, ids):
                for id_ in _about(record.get(link.name)) & set(ids):
                    step = _step(scope, other, id_, record)
                    known = found.get(id_)
                    if known is None or (known.at and step.at and step.at < known.at):
                        found[id_] = step
        return Reply(render("pages/board_steps.html", {"steps": [found.get(id_, Step(id_)) for id_ in ids]}, visit.frame))

    return await page(request, work)


async def _planned(scope: Scope, other: BoundObject, link: BoundField, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What is not over yet: what says so by itself, else what still comes."""
    interaction = other.definition.interaction
    assert interaction is not None
    now = scope.context.now.isoformat().replace("+00:00", "Z")
    still = {"none": [interaction.done]} if interaction.done else {"field": interaction.at, "op": "gte", "value": now}
    where = {"all": [{"field": link.name, "op": "in", "value": list(ids)}, {"field": interaction.at, "op": "not_empty"}, still]}
    query = ListQuery(other.name, where, ("id", "label", interaction.at, link.name), interaction.at, READ)
    return (await list_records(scope, query)).records() if ids else []


def _about(value: Any) -> set[str]:
    """The records that a link, or several, lead to."""
    links = value if isinstance(value, list) else [value] if value else []
    return {str(link["id"]) for link in links if isinstance(link, Mapping)}


def _step(scope: Scope, other: BoundObject, card: str, record: Mapping[str, Any]) -> Step:
    interaction = other.definition.interaction
    assert interaction is not None
    at = datetime.fromisoformat(record[interaction.at]).astimezone(scope.context.time_zone)
    now = scope.context.now.astimezone(scope.context.time_zone)
    state: Literal["late", "today", "planned"] = "late" if at < now else "today" if at.date() == now.date() else "planned"
    return Step(card, state, at, other.definition.icon, record["label"] or "", f"/o/{other.name}/{record['id']}")


ROUTES = (show_steps,)
