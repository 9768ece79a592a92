"""Moving a record to another stage, from its page or a board; what the stage demands is asked for in a dialog."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import FormPart, FormView, controls_of
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.values import write_form
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.reading import asked


@post("/o/{object_name:str}/{id_:str}/stage", status_code=200)
async def move_to_stage(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Write the stage, together with what the dialog asked. On a board (`board=1`) the page stays, else it shows itself anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        field = stage_field(scope, object_, visit.value("field") or visit.query("field"))
        stage = visit.value("stage") or visit.query("stage")
        try:
            async with scope.connection.savepoint():
                written = await write_form(scope, object_, visit.form, id_=record_id(id_), more={field.name: stage})
        except Invalid as error:
            missing = [e.field for e in error.errors if e.field != field.name and e.field in object_.fields]
            if not missing:
                raise
            return await _asks(scope, visit, object_, id_, field, stage, error)
        label = next((label_in(c.label, visit.frame.language) for c in field.choices if c.key == stage), stage)
        told = notice(visit, t("Now in “{stage}”.", stage=label), undo=f"/changes/{written.change}/undo", event="kundig:moved")
        return Reply(headers=told) if visit.value("board") else Reply(to=visit.here, headers=told)

    return await page(request, work)


def stage_field(scope: Scope, object_: BoundObject, name: str = "") -> BoundField:
    """The pipeline field that is meant: the named one, else the first; raises Missing."""
    hidden = scope.rights(object_.name).hidden
    own = [field for field in object_.pipelines if field.name not in hidden and (not name or field.name == name)]
    if not own:
        raise Missing
    return own[0]


async def _asks(scope: Scope, visit: Visit, object_: BoundObject, id_: str, field: BoundField, stage: str, error: Invalid) -> Reply:
    """The dialog for what the stage demands; a second refusal says at the fields what is wrong."""
    record: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_.name, record_id(id_))).text)
    shown = formats(visit.frame.language, visit.frame.zone)
    names = {e.field for e in error.errors} - {field.name}
    again = any(asked(object_.fields[name], visit.form) for name in names if name in object_.fields)
    form, errors = (visit.form, error.errors) if again else (None, ())
    parts = controls_of(scope, object_, record, shown, form=form, errors=errors)
    wanted = tuple(c for part in parts for c in part.controls if c.field.name in names)
    label = next((label_in(c.label, visit.frame.language) for c in field.choices if c.key == stage), stage)
    view = FormView(
        object=object_.name,
        title=t("To “{stage}”", stage=label).render(visit.frame.language),
        action=f"/o/{object_.name}/{id_}/stage",
        parts=(FormPart("", tuple(replace(c, field=replace(c.field, required=True)) for c in wanted)),),
        back="",
        intro=t("This stage needs a little more.").render(visit.frame.language),
        hidden={"stage": stage, "field": field.name},
    )
    return Reply(render("pages/quick_form.html" if again else "pages/quick.html", view, visit.frame), 422 if again else 200)


ROUTES = (move_to_stage,)
