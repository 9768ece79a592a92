"""The conditions of a layout, edited in a dialog as the filter of a list is: when a part stands there, when it is needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from litestar import Request, Response, post

from kundig.base.i18n import Text, t
from kundig.engine.policy.configuring import RIGHT
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.arrangement import Part, parts_of
from kundig.interfaces.web.pages.filter_editor import EditorView, editor_view
from kundig.interfaces.web.pages.filter_texts import filter_from, filter_text
from kundig.interfaces.web.pages.filter_tree import changed, tree_from, tree_of
from kundig.interfaces.web.pages.wording import Wording, wording
from kundig.interfaces.web.rendering import render

EVENT = "kundig:condition"


@post("/o/{object_name:str}/layout/condition", status_code=200)
async def condition(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The editor in a dialog; then its form after a change; at the end the filter as a value for the layout's form (layout.js)."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        object_ = scope.object(object_name)
        heading = partial(_heading, scope, object_)
        return await ask_condition(scope, visit, object_, f"/o/{object_name}/layout/condition", heading)

    return await page(request, work, write=False)


async def ask_condition(scope: Scope, visit: Visit, object_: BoundObject, address: str, heading: Callable[[str], Text]) -> Reply:
    """The editor of one condition on records of an object: `about` names the value of the form that it stands in.

    `address` is where its changes go, `heading` says what the condition is for.
    """
    about = visit.value("query") or visit.value("about")
    headed = partial(replace, address=address, heading=heading(about).render(scope.context.language), query=about)
    if visit.value("query"):
        return await _changed(scope, visit, object_, about, headed)
    root = tree_of(parts_of(filter_from(visit.value(about))))
    focus = "" if root.parts else f"{changed(root, 'add:0')}.field"
    words = await wording(scope, object_, parts_of(filter_from(visit.value(about))))
    view, _ = editor_view(scope, object_, root, words, focus=focus, judged=False)
    return Reply(render("pages/laying_out/condition.html", headed(view), visit.frame))


async def _changed(scope: Scope, visit: Visit, object_: BoundObject, about: str, headed: Callable[..., EditorView]) -> Reply:
    root, judged = tree_from(visit.form), bool(visit.value("done"))
    added = changed(root, visit.value("do"))
    focus = f"{added}.field" if added else ""
    view, parts = editor_view(scope, object_, root, Wording(scope, object_, {}), focus=focus, judged=judged)
    if judged and not view.wrong:
        told = json.dumps({EVENT: {"name": about, "where": _text(parts)}})
        return Reply(headers={"HX-Trigger": told})
    words = await wording(scope, object_, parts)
    shown = headed(view, sentence=words.sentence(parts))
    return Reply(render("pages/filter_editor.html", shown, visit.frame), 422 if judged else 200)


def _heading(scope: Scope, object_: BoundObject, about: str) -> Text:
    name = about.removeprefix("f.").partition(".")[0]
    if not about.startswith("f.") or name not in object_.fields or name in scope.rights(object_.name).hidden:
        return t("The section is shown when")
    label = object_.fields[name].definition.label
    if about.endswith(".required"):
        return t("“{field}” must be filled when", field=label)
    return t("“{field}” is shown when", field=label)


def _text(parts: tuple[Part, ...]) -> str:
    if not parts:
        return ""
    return filter_text(parts[0] if len(parts) == 1 else {"all": list(parts)})


ROUTES = (condition,)
