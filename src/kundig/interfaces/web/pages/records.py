"""The page of a record: facts, details edited in place, timeline with composer, related lists, journal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import label_in, t
from kundig.engine.history.journal import journal
from kundig.engine.history.timeline import timeline
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import ListQuery, list_records, read_many, read_record
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Delete, write
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import RecordView, composer_of, facts_of, parts_of, related_of
from kundig.interfaces.web.pages.listing import column_at, default_columns
from kundig.interfaces.web.rendering import render

TIMELINE_PAGE = 20
RELATED_PAGE = 10


def record_id(text: str) -> UUID:
    """The id in an address; what is none leads nowhere."""
    found = parse_id(text)
    if found is None:
        raise Missing
    return found


async def record_view(scope: Scope, object_name: str, id_: str) -> RecordView:
    """Everything that the record's template needs; raises Missing."""
    object_ = scope.object(object_name)
    record: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_name, record_id(id_))).text)
    rights, language = scope.rights(object_name), scope.context.language
    plural = label_in(object_.definition.label_plural, language)
    actions = tuple(
        Link(label_in(action.label, language), f"/o/{object_name}/{id_}/actions/{action.name}", action.icon)
        for (name, _), action in sorted(scope.model.actions.items())
        if name == object_name
    )
    return RecordView(
        object=object_name,
        id=id_,
        label=record["label"],
        title=label_in(object_.definition.label, language),
        icon=object_.definition.icon,
        record=record,
        facts=facts_of(scope, object_, record),
        parts=parts_of(scope, object_, record),
        related=related_of(scope, object_, id_),
        composer=composer_of(scope, object_),
        actions=actions,
        stages=_stages(scope, object_name, record),
        may_edit=rights.edit != "none",
        may_delete=rights.delete != "none",
        crumb=Link(plural, f"/o/{object_name}"),
    )


def _stages(scope: Scope, object_name: str, record: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """The path of the first pipeline: what lies behind, where the record stands, what comes."""
    fields = [field for field in scope.object(object_name).pipelines if field.name in record]
    if not fields or fields[0].pipeline is None:
        return ()
    stages = [stage for stage in fields[0].pipeline.stages if not stage.retired or stage.key == record[fields[0].name]]
    at = next((n for n, stage in enumerate(stages) if stage.key == record[fields[0].name]), 0)
    language = scope.context.language
    state = {-1: "done", 0: "current", 1: "next"}
    return tuple((s.key, label_in(s.label, language), state[(n > at) - (n < at)]) for n, s in enumerate(stages))


@get("/o/{object_name:str}/{id_:str}")
async def show_record(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The page."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/record.html", await record_view(scope, object_name, id_), visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/{id_:str}/timeline")
async def show_timeline(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """A page of the timeline: interactions with their texts, newest first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        found = await timeline(scope, object_name, record_id(id_), limit=TIMELINE_PAGE, cursor=visit.query("cursor") or None)
        entries = found["data"]
        by_object: dict[str, list[UUID]] = {}
        for entry in entries:
            by_object.setdefault(entry["object"], []).append(UUID(entry["id"]))
        records: dict[str, dict[str, Any]] = {}
        for name, ids in by_object.items():
            records |= {str(key): msgspec.json.decode(text) for key, text in (await read_many(scope, name, ids)).items()}
        icons = {name: scope.model.objects[name].definition for name in by_object}
        language = scope.context.language
        view = {
            "entries": [
                entry
                | {"icon": icons[entry["object"]].icon, "kind": label_in(icons[entry["object"]].label, language), "text": _text(scope, entry["object"], records.get(entry["id"], {}))}
                for entry in entries
            ],
            "more": f"/o/{object_name}/{id_}/timeline?cursor={found['next_cursor']}" if found["next_cursor"] else "",
            "first": not visit.query("cursor"),
        }  # fmt: skip
        return Reply(render("pages/timeline.html", view, visit.frame))

    return await page(request, work)


def _text(scope: Scope, object_name: str, record: dict[str, Any]) -> dict[str, Any]:
    """The long text of an interaction, if it has one, with how it is shown."""
    from kundig.interfaces.web.widgets.choosing import widget_of

    for field in scope.object(object_name).fields.values():
        if widget_of(field) in ("rich_text", "long_text") and record.get(field.name):
            return {"widget": widget_of(field), "value": record[field.name]}
    return {}


@get("/o/{object_name:str}/{id_:str}/related/{path:str}")
async def show_related(request: Request[Any, Any, Any], object_name: str, id_: str, path: str) -> Response[str]:
    """The newest children that link here."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await read_record(scope, object_name, record_id(id_), ["label"])
        child_name, _, link = path.partition(".")
        child = scope.object(child_name)
        if (child_name, link) not in {(c.object, c.field) for c in scope.object(object_name).children}:
            raise Missing
        names = [name for name in default_columns(child) if name != link][:4]
        columns = [column for name in names if (column := column_at(scope, child, name)) is not None]
        where = {"field": link, "op": "is", "value": id_}
        fields = tuple(dict.fromkeys(["label", *(column.name for column in columns)]))
        found = await list_records(scope, ListQuery(child_name, where, fields, child.definition.order, RELATED_PAGE))
        view = {"name": child_name, "columns": columns, "rows": found.records(), "all": _all_of(child_name, link, id_) if found.next_cursor else ""}
        return Reply(render("pages/related.html", view, visit.frame))

    return await page(request, work)


def _all_of(child: str, link: str, id_: str) -> str:
    from urllib.parse import quote

    where = msgspec.json.encode([{"field": link, "op": "is", "value": id_}]).decode()
    return f"/o/{child}?where={quote(where)}"


@get("/o/{object_name:str}/{id_:str}/journal")
async def show_journal(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Who changed what, newest first, with undo at each entry."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        from kundig.interfaces.web.widgets.described import describe

        found = await journal(scope, object_name, record_id(id_), limit=TIMELINE_PAGE, cursor=visit.query("cursor") or None)
        fields = scope.object(object_name).fields
        entries = [
            entry | {"changes": [(describe(scope, fields[n]), v["old"], v["new"]) for n, v in entry["fields"].items() if n in fields]}
            for entry in found["data"]
        ]
        more = f"/o/{object_name}/{id_}/journal?cursor={found['next_cursor']}" if found["next_cursor"] else ""
        view = {"entries": entries, "more": more, "object": object_name, "id": id_}
        return Reply(render("pages/journal.html", view, visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/delete")
async def delete_record(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """To the trash, with a way back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        written = await write(scope, object_name, [Delete(record_id(id_))])
        told = notice(visit, t("Moved to the trash."), undo=f"/changes/{written.change}/undo")
        return Reply(to=f"/o/{object_name}", headers=told)

    return await page(request, work)


@post("/changes/{change:str}/undo")
async def undo_change(request: Request[Any, Any, Any], change: str) -> Response[str]:
    """Take a change back; the page shows itself anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await undo(scope, record_id(change), force=visit.value("force") == "1")
        return Reply(headers={**notice(visit, t("Taken back.")), "HX-Refresh": "true"})

    return await page(request, work)


ROUTES = (show_record, show_timeline, show_related, show_journal, delete_record, undo_change)
