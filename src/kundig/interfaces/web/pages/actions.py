"""Verbs of modules in a dialog: their body, described by its types, becomes a small form."""

from __future__ import annotations

import types
from dataclasses import replace
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Conflict, Invalid, Malformed, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.extension import Action
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import Control, FormPart, FormView
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView
from kundig.interfaces.web.widgets.reading import only_named, typed_as
from kundig.interfaces.web.widgets.saying import CHOOSE


@get("/o/{object_name:str}/{id_:str}/actions/{name:str}")
async def action_form(request: Request[Any, Any, Any], object_name: str, id_: str, name: str) -> Response[str]:
    """The dialog."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await read_record(scope, object_name, record_id(id_), ["label"])
        return Reply(render("pages/quick.html", _view(scope, visit, _action(scope, object_name, name), id_), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/actions/{name:str}", status_code=200)
async def run_action(request: Request[Any, Any, Any], object_name: str, id_: str, name: str) -> Response[str]:
    """Do it, and go to the last record that it made or names."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        action = _action(scope, object_name, name)
        await read_record(scope, object_name, record_id(id_), ["label"])
        view = _view(scope, visit, action, id_)
        if any(control.error for part in view.parts for control in part.controls):
            return Reply(render("pages/quick_form.html", view, visit.frame), 422)
        try:
            body = msgspec.convert(_body(scope, action, visit), action.body)
            async with scope.connection.savepoint():
                done = await action.run(scope, record_id(id_), body)
        except msgspec.ValidationError:
            raise Malformed(t("The form can't be read.")) from None
        except (Invalid, Conflict) as error:
            said = [e.text for e in error.errors] if isinstance(error, Invalid) else [error.text]
            view = replace(view, errors=tuple(text.render(visit.frame.language) for text in said))
            return Reply(render("pages/quick_form.html", view, visit.frame), 422)
        links = [value for value in done.values() if isinstance(value, dict) and {"object", "id"} <= value.keys()]
        to = f"/o/{links[-1]['object']}/{links[-1]['id']}" if links else visit.here
        undo = f"/changes/{done['change']}/undo" if done.get("change") else ""
        return Reply(to=to, headers=notice(visit, t("Done: {action}", action=action.label), undo=undo))

    return await page(request, work)


def _action(scope: Scope, object_name: str, name: str) -> Action:
    found = scope.model.actions.get((scope.object(object_name).name, name))
    if found is None or scope.rights(object_name).edit == "none":
        raise Missing
    return found


def _fields(scope: Scope, action: Action) -> list[FieldView]:
    """What a body asks: a text named as an object is a link to one of its records, where yes is possible it is a box."""
    found = []
    for name, hint in get_type_hints(action.body).items():
        kinds = set(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else {hint}
        target = scope.access.objects.get(name) is not None and name in scope.model.objects
        label = (
            label_in(scope.model.objects[name].definition.label, scope.context.language)
            if target
            else name.replace("_", " ").capitalize()
        )
        if bool in kinds:
            found.append(
                FieldView(name, t("New: {object}", object=label).render(scope.context.language) if target else label, "boolean")
            )
        elif str in kinds and target:
            found.append(
                FieldView(
                    name, label, "link", target=name, help=t("Leave it empty to find or make one.").render(scope.context.language)
                )
            )
        elif str in kinds or int in kinds:
            found.append(FieldView(name, label, "text", required=type(None) not in kinds))
    return found


def _view(scope: Scope, visit: Visit, action: Action, id_: str) -> FormView:
    language = visit.frame.language
    controls = tuple(_control(visit, field) for field in _fields(scope, action))
    label = label_in(action.label, language)
    return FormView(
        object=action.object, title=label, action=f"/o/{action.object}/{id_}/actions/{action.name}",
        parts=(FormPart("", controls),), back="", submit=label,
    )  # fmt: skip


def _control(visit: Visit, field: FieldView) -> Control:
    if not visit.form:
        return Control(field, {"": ["1"] if field.widget == "boolean" else []})
    unchosen = field.widget == "link" and only_named(field.name, visit.form)
    return Control(field, typed_as(field.name, visit.form), CHOOSE.render(visit.frame.language) if unchosen else "")


def _body(scope: Scope, action: Action, visit: Visit) -> dict[str, Any]:
    """What was chosen; empty texts are left out."""
    body: dict[str, Any] = {}
    for field in _fields(scope, action):
        text = visit.value(field.name).strip()
        if field.widget == "boolean":
            body[field.name] = text == "1"
        elif text:
            body[field.name] = text
    return body


ROUTES = (action_form, run_action)
