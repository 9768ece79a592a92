"""What a form shows and requires while it is being filled: asked of the layout whenever something in it has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, post

from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import Shape, has_conditions, layout_of, typed_shape
from kundig.engine.records.writing import Change
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.details import Control, FormPart
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.sections import short_names
from kundig.interfaces.web.pages.values import form_values
from kundig.interfaces.web.rendering import render

QUICK = 8
"""Fields of a short form whose layout names none, besides required ones."""


@dataclass(frozen=True, slots=True)
class ShapeView:
    """The view of `pages/form_shape.html`: names of fields."""

    away: tuple[str, ...]
    required: tuple[str, ...]


async def shape_of(scope: Scope, object_: BoundObject, values: Mapping[str, Any], id_: str = "") -> Shape:
    """What the actor's layout makes of values as they stand in a form, over what is stored of `id_`."""
    given = {name: _as_written(value) for name, value in values.items()}
    layout = layout_of(scope, object_.name)
    return await typed_shape(Change(scope), object_, layout, given, record_id(id_) if id_ else None)


def _as_written(value: Any) -> Any:
    """Links as they are written, of values that are as they are read."""
    if isinstance(value, dict) and "object" in value:
        return value["id"]
    return [_as_written(item) for item in value] if isinstance(value, list) else value


def shape_address(scope: Scope, object_: BoundObject, id_: str = "") -> str:
    """Where a form asks; "" where nothing it shows depends on what is typed."""
    if not has_conditions(layout_of(scope, object_.name)):
        return ""
    return f"/o/{object_.name}/shape" + (f"?id={id_}" if id_ else "")


def short_parts(scope: Scope, object_: BoundObject, parts: Sequence[FormPart], given: Collection[str]) -> tuple[FormPart, ...]:
    """Of a form what a short one asks: the short names, what is required of a record as it stands, and what is given."""
    layout, short = layout_of(scope, object_.name), short_names(scope, object_)
    controls = {control.field.name: control for part in parts for control in part.controls}
    first = [name for name in controls if name in short][: None if layout and layout.quick else QUICK]
    shown = {name for name, c in controls.items() if (c.field.required and not c.away) or (c.error and name in short)}
    return tuple(replace(part, controls=tuple(_kept(part, {*first, *shown, *given}))) for part in parts)


def _kept(part: FormPart, names: Collection[str]) -> list[Control]:
    return [control for control in part.controls if control.field.name in names]


@post("/o/{object_name:str}/shape", status_code=200)
async def form_shape(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The fields of the form that do not stand there, and those that are required; nothing is written."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        shape = await shape_of(scope, object_, form_values(scope, object_, visit.form), visit.query("id"))
        known = object_.fields.keys() - scope.rights(object_name).hidden
        required = shape.required | {field.name for field in object_.required}
        view = ShapeView(tuple(sorted(shape.hidden & known)), tuple(sorted(required & known)))
        return Reply(render("pages/form_shape.html", view, visit.frame))

    return await page(request, work, write=False)


ROUTES = (form_shape,)
