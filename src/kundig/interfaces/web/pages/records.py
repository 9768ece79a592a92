"""The page of a record: facts, details edited in place, related lists, journal; the timeline is in `timelines.py`."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import label_in, t
from kundig.engine.history.journal import journal
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import layout_of, stored_shape
from kundig.engine.records.long_undo import begin_undo
from kundig.engine.records.reading import ListQuery, list_records, read_record
from kundig.engine.records.undo import JOB_FROM, change_size, undo
from kundig.engine.records.worth import owned_without_rate, without_rate
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.arrangement import narrowed
from kundig.interfaces.web.pages.composing import composer_of, composer_view
from kundig.interfaces.web.pages.details import RecordView, facts_of, parts_of, related_of, states_of
from kundig.interfaces.web.pages.emptiness import about
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.listing import column_at, named_as_person, short_columns
from kundig.interfaces.web.pages.occurrences import ask_reach, delete_reach, known_series, reach_of, recurs
from kundig.interfaces.web.pages.paths import path_of
from kundig.interfaces.web.pages.settings.navigation import CURRENCIES
from kundig.interfaces.web.pages.timelines import kinds_of
from kundig.interfaces.web.pages.verbs import verbs_of
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import describe

JOURNAL_PAGE = 20
RELATED_PAGE = 8
RELATED_COLUMNS = 2


async def record_view(scope: Scope, object_name: str, id_: str, visit: Visit) -> RecordView:
    """Everything that the record's template needs; raises Missing."""
    object_ = scope.object(object_name)
    record: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_name, record_id(id_))).text)
    rights, language = scope.rights(object_name), scope.context.language
    kinds = composer_of(scope, object_)
    stages = path_of(scope, object_, record)
    arranges, seen_as = scope.may(CONFIGURE), visit.query("as")
    role = seen_as if arranges and seen_as in scope.model.roles else None
    layout = layout_of(scope, object_name, role)
    shape = await stored_shape(scope, object_, layout, record_id(id_))
    return RecordView(
        object=object_name,
        id=id_,
        label=record["label"],
        title=label_in(object_.definition.label, language),
        icon=object_.definition.icon,
        person=named_as_person(object_),
        record=record,
        states=states_of(scope, object_, record, with_stage=not stages),
        facts=facts_of(scope, object_, record, layout),
        parts=parts_of(scope, object_, record, layout, shape),
        related=related_of(scope, object_, id_, layout),
        composer=bool(kinds),
        first=await composer_view(scope, visit, object_name, id_, kinds[0].href) if kinds else None,
        verbs=verbs_of(scope, object_, id_, record),
        stages=stages,
        kinds=kinds_of(scope, object_),
        may_edit=rights.edit != "none",
        crumb=Link(label_in(object_.definition.label_plural, language), f"/o/{object_name}"),
        unrated=tuple(await _unrated(scope, object_, record, visit)),
        rates=CURRENCIES if arranges else "",
        arrange=f"/o/{object_name}/layout" if arranges else "",
        seen_as=label_in(scope.model.roles[role].label, language) if role else "",
    )


async def _unrated(scope: Scope, object_: BoundObject, record: dict[str, Any], visit: Visit) -> list[str]:
    """What is said of amounts that no sum counts, as far as the reader sees them."""
    home, language, id_ = scope.context.workspace.currency, visit.frame.language, record_id(record["id"])
    foreign = [f.name for f in object_.amounts if (value := record.get(f.name)) and value["currency"] != home]
    dates, told = formats(language, visit.frame.zone), []
    for name, (currency, day) in (await without_rate(scope, object_, id_) if foreign else {}).items():
        if name in foreign:
            known = {"currency": currency, "day": dates.date(day), "field": object_.fields[name].definition.label}
            told.append(t("There is no exchange rate of {currency} for {day}, so “{field}” is missing from sums.", **known))
    for child, (lacking, day) in (await owned_without_rate(scope, object_, id_)).items():
        label = scope.model.objects[child].definition.label_plural
        known = {"currency": ", ".join(lacking), "day": dates.date(day), "object": label}
        told.append(t("There is no exchange rate of {currency} for {day}, so some of “{object}” are missing from sums.", **known))
    return [text.render(language) for text in told]


@get("/o/{object_name:str}/{id_:str}")
async def show_record(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The page."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/record.html", await record_view(scope, object_name, id_, visit), visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/{id_:str}/related/{path:str}")
async def show_related(request: Request[Any, Any, Any], object_name: str, id_: str, path: str) -> Response[str]:
    """The newest children that link here."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await read_record(scope, object_name, record_id(id_), ["label"])
        child_name, _, link = path.partition(".")
        child = scope.object(child_name)
        if (child_name, link) not in {(c.object, c.field) for c in scope.object(object_name).children}:
            raise Missing
        names = [name for name in short_columns(scope, child) if name != link]
        known = [column for name in names if (column := column_at(scope, child, name)) is not None]
        money = next((column for column in known if column.widget == "money"), None)
        columns = [
            *[c for c in known if c.widget not in ("money", "person", "phones", "emails")][:RELATED_COLUMNS],
            *([money] if money else []),
        ]
        where = {"field": link, "op": "is", "value": id_}
        fields = tuple(dict.fromkeys(["label", *(column.name for column in columns)]))
        found = await list_records(scope, ListQuery(child_name, where, fields, child.definition.order, RELATED_PAGE))
        view = {
            "name": child_name, "icon": child.definition.icon, "person": named_as_person(child),
            "columns": columns, "rows": found.records(),
            "none": about(scope, child), "figure": money.name if money else "",
            "all": narrowed(child_name, where) if found.next_cursor else "",
        }  # fmt: skip
        return Reply(render("pages/related.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/{id_:str}/journal")
async def show_journal(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Who changed what, newest first, with undo at each entry."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        found = await journal(scope, object_name, record_id(id_), limit=JOURNAL_PAGE, cursor=visit.query("cursor") or None)
        fields = scope.object(object_name).fields
        entries = []
        for entry in found["data"]:
            known = [name for name in entry["fields"] if name in fields]
            # What only follows from the rest (a stage's status and date) is told where there is nothing else to tell.
            names = [name for name in known if not fields[name].read_only] or known
            values = [(describe(scope, fields[name]), entry["fields"][name]["old"], entry["fields"][name]["new"]) for name in names]
            entries.append(entry | {"changes": values})
        more = f"/o/{object_name}/{id_}/journal?cursor={found['next_cursor']}" if found["next_cursor"] else ""
        may_edit = scope.rights(object_name).edit != "none"
        view = {"entries": entries, "more": more, "object": object_name, "id": id_, "may_edit": may_edit}
        return Reply(render("pages/journal.html", view, visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/delete")
async def delete_record(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """To the trash, with a way back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_, reach = scope.object(object_name), reach_of(visit)
        if reach is None and recurs(scope, object_, await _series(scope, object_, id_)):
            return ask_reach(visit, t("Move to the trash"), f"/o/{object_name}/{id_}/delete", {})
        change = await delete_reach(scope, object_, id_, reach or "one")
        told = notice(visit, t("Moved to the trash."), undo=f"/changes/{change.id}/undo")
        return Reply(to=f"/o/{object_name}", headers=told)

    return await page(request, work)


async def _series(scope: Scope, object_: BoundObject, id_: str) -> dict[str, Any]:
    """What tells whether a record is one of a series, if its object can recur at all."""
    name = known_series(scope, object_)
    if not name:
        return {}
    found: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_.name, record_id(id_), [name])).text)
    return found


@post("/changes/{change:str}/undo")
async def undo_change(request: Request[Any, Any, Any], change: str) -> Response[str]:
    """Take a change back; the page shows itself anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        id_, force = record_id(change), visit.value("force") == "1"
        if await change_size(scope, id_) > JOB_FROM:
            await begin_undo(scope, id_, force=force)
            return Reply(
                to=visit.here, headers=notice(visit, t("This is being taken back. It takes a while; you can go on working."))
            )
        await undo(scope, id_, force=force)
        return Reply(to=visit.here, headers=notice(visit, t("Taken back.")))

    return await page(request, work)


ROUTES = (show_record, show_related, show_journal, delete_record, undo_change)
