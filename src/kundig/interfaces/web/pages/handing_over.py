"""Assigning a record to somebody, in a dialog that offers what is open around it to go along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from kundig.base.errors import Conflict, Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.wording import child_label
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import describe
from kundig.interfaces.web.widgets.reading import typed_as
from kundig.interfaces.web.widgets.saying import CHOOSE
from kundig.services.lists.handing_over import OWNER, Around, around, hand_over, owner_of


@dataclass(frozen=True, slots=True)
class AlongView:
    """Records of one kind that could go along."""

    path: str
    label: str
    icon: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class HandOverView:
    """`pages/hand_over.html`."""

    address: str
    title: str
    owner: str
    was: str
    control: Control
    along: tuple[AlongView, ...]
    error: str = ""


@get("/o/{object_name:str}/{id_:str}/assign")
async def form(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The dialog: all that is open around the record is chosen to go along."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = _object(scope, object_name)
        return Reply(render("pages/hand_over.html", await _view(scope, visit, object_, record_id(id_), None), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/assign", status_code=200)
async def assign(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Hand over; the page shows itself anew, and one click takes all of it back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_, record = _object(scope, object_name), record_id(id_)
        to, along = parse_id(visit.value(OWNER)), visit.form.get("along", [])
        try:
            if to is None:
                raise Invalid.one(OWNER, "required", CHOOSE)
            async with scope.connection.savepoint():
                change = await hand_over(scope, object_, record, to, was=parse_id(visit.value("was")), along=along)
        except (Invalid, Conflict) as refused:
            told = refused.errors[0].text if isinstance(refused, Invalid) else refused.text
            view = await _view(scope, visit, object_, record, along, told.render(visit.frame.language))
            return Reply(render("pages/hand_over_form.html", view, visit.frame), 422 if isinstance(refused, Invalid) else 409)
        return Reply(to=visit.here, headers=notice(visit, t("Assigned."), undo=f"/changes/{change.id}/undo"))

    return await page(request, work)


def _object(scope: Scope, name: str) -> BoundObject:
    """An object whose records can be assigned by the reader's role."""
    object_, rights = scope.object(name), scope.rights(name)
    if OWNER not in object_.fields or OWNER in rights.hidden or rights.assign == "none":
        raise Missing
    return object_


async def _view(
    scope: Scope, visit: Visit, object_: BoundObject, record: UUID, along: Sequence[str] | None, error: str = ""
) -> HandOverView:
    """With `along` what was chosen, else everything."""
    label, owner, name, _ = await owner_of(scope, object_.name, record)
    field = describe(scope, object_.fields[OWNER])
    return HandOverView(
        address=f"/o/{object_.name}/{record}/assign",
        title=t("Assign: {record}", record=label).render(visit.frame.language),
        owner=name,
        was=str(owner or ""),
        control=Control(field, typed_as(OWNER, visit.form) if error else {"": []}),
        along=tuple(_along(scope, object_, item, along) for item in await around(scope, object_, record, owner)),
        error=error,
    )


def _along(scope: Scope, object_: BoundObject, item: Around, along: Sequence[str] | None) -> AlongView:
    path, definition = item.child.path, scope.model.objects[item.child.object].definition
    label = child_label(scope, object_, path) or label_in(definition.label_plural, scope.context.language)
    return AlongView(path, label, definition.icon, len(item.ids), along is None or path in along)


ROUTES = (form, assign)
