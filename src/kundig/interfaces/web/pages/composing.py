"""The composer on a record's page: short forms for a note, a task, a call, a meeting, whatever is an interaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import FieldError, Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import Control, controls_of, other_errors
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.sections import short_names
from kundig.interfaces.web.pages.shapes import shape_address, shape_of
from kundig.interfaces.web.pages.values import form_values, write_form
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.reading import Form

LETTERS = {0: "n", 1: "t", 2: "a"}
"""Keys for the first kinds: what was written down, what is to be done, what was said."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of interaction that can be written down here; `href` is its object."""

    label: str
    href: str
    icon: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class ComposerView:
    """The view of `pages/composer.html`."""

    kinds: tuple[Kind, ...]
    base: str
    object: str
    label: str
    controls: tuple[Control, ...]
    errors: tuple[str, ...] = ()
    shape: str = ""


def composer_of(scope: Scope, object_: BoundObject) -> tuple[Kind, ...]:
    """The interactions that can be about a record of this object: those without a time of their own first."""
    found = []
    for other in scope.model.objects.values():
        rights, interaction = scope.access.objects.get(other.name), other.definition.interaction
        if interaction is None or rights is None or not rights.create or other.name == object_.name:
            continue
        if about_field(other, object_.name):
            found.append(other)
    found.sort(key=lambda other: other.definition.interaction is not None and other.definition.interaction.at != "created_at")
    language = scope.context.language
    return tuple(
        Kind(label_in(o.definition.label, language), o.name, o.definition.icon, LETTERS.get(n, "")) for n, o in enumerate(found)
    )


def about_field(other: BoundObject, object_: str) -> str | None:
    """The field that says what an interaction is about, where it takes any object: only then it is written from a record's page."""
    fields = (other.fields[name] for name in _about(other))
    return next((f.name for f in fields if f.target is None and object_ in (getattr(f.options, "targets", ()) or (object_,))), None)


async def composer_view(
    scope: Scope, visit: Visit, object_name: str, id_: str, other: str, form: Form | None = None, errors: Sequence[FieldError] = ()
) -> ComposerView:
    """The short form: required and main fields, without what the record itself answers."""
    object_ = scope.object(other)
    shown = formats(visit.frame.language, visit.frame.zone)
    defaults = {f.name: f.definition.default for f in object_.fields.values() if f.definition.default is not None}
    shape = await shape_of(scope, object_, defaults if form is None else form_values(scope, object_, form))
    parts = controls_of(scope, object_, defaults, shown, form=form, errors=errors, new=True, shape=shape)
    short = set(short_names(scope, object_))
    asked = [c for part in parts for c in part.controls if c.field.name in short or (c.field.required and not c.away)]
    return ComposerView(
        kinds=composer_of(scope, scope.object(object_name)),
        base=f"/o/{object_name}/{id_}/compose",
        object=other,
        label=label_in(object_.definition.label, visit.frame.language),
        controls=tuple(control for control in asked if control.field.name not in _about(object_)),
        shape=shape_address(scope, object_),
        errors=other_errors(scope, parts, errors),
    )


def _about(object_: BoundObject) -> tuple[str, ...]:
    return object_.definition.interaction.about if object_.definition.interaction else ()


@get("/o/{object_name:str}/{id_:str}/compose/{other:str}")
async def compose_form(request: Request[Any, Any, Any], object_name: str, id_: str, other: str) -> Response[str]:
    """The short form of another kind."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await read_record(scope, object_name, record_id(id_), ["label"])  # what can't be seen has no form either
        return Reply(render("pages/composer.html", await composer_view(scope, visit, object_name, id_, other), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/compose/{other:str}", status_code=200)
async def compose(request: Request[Any, Any, Any], object_name: str, id_: str, other: str) -> Response[str]:
    """Write it down and show the timeline anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(other)
        about = about_field(object_, object_name)
        if about is None:
            raise Missing
        own = {about: [{"object": object_name, "id": id_}]}
        try:
            async with scope.connection.savepoint():
                written = await write_form(scope, object_, visit.form, more=own)
        except Invalid as error:
            view = await composer_view(scope, visit, object_name, id_, other, visit.form, error.errors)
            return Reply(render("pages/composer.html", view, visit.frame), 422)
        told = notice(visit, t("Written down."), undo=f"/changes/{written.change}/undo", event="kundig:timeline")
        view = await composer_view(scope, visit, object_name, id_, other)
        return Reply(render("pages/composer.html", view, visit.frame), headers=told)

    return await page(request, work)


ROUTES = (compose_form, compose)
