"""For when the network is away: the installed app, what it keeps on a device, and taking in what was written meanwhile.

The service worker keeps files and one page without anybody's data; the page itself keeps the records that were seen, as they were
seen, until its person signs out. What was written goes in once, whatever is sent twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Stale
from kundig.base.i18n import LANGUAGES, label_in, t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import layout_of, stored_shape
from kundig.engine.records.reading import read_record
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.api.answers import JSON, answer, as_json
from kundig.interfaces.api.idempotency import checked_key, claim, fingerprint, keep
from kundig.interfaces.web.assets import asset, asset_version, contents, manifest
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.details import Control, controls_of, facts_of, parts_of
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.sections import short_names
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.signing_in import open_page
from kundig.interfaces.web.pages.values import write_form
from kundig.interfaces.web.rendering import render

NEEDS_NETWORK = frozenset({"link", "links", "person", "file", "stage"})
"""Controls that ask the server while one types, or whose change asks for more."""
FILES = (
    "app.css",
    "app.js",
    "offline.js",
    "theme.js",
    "icons.svg",
    "favicon.svg",
    "icon-192.png",
    "inter-latin.woff2",
    "inter-latin-ext.woff2",
)


@get("/manifest.webmanifest")
async def web_manifest(request: Request[Any, Any, Any]) -> Response[str]:
    """What makes the pages an app that can be installed."""

    async def work(visit: Visit) -> Reply:
        icons = [
            {"src": asset(f"icon-{kind}{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for kind, purpose in (("", "any"), ("mask-", "maskable"))
            for size in (192, 512)
        ]
        made = {
            "id": "/", "name": "Kundig", "short_name": "Kundig", "lang": visit.frame.language, "start_url": "/", "scope": "/",
            "display": "standalone", "background_color": "#f2f4f5", "theme_color": "#005d66", "icons": icons,
        }  # fmt: skip
        return Reply(as_json(made), type="application/manifest+json", headers={"Cache-Control": "public, max-age=3600"})

    return await open_page(request, work)


@get("/worker.js")
async def worker(request: Request[Any, Any, Any]) -> Response[str]:
    """The service worker, at the root so that it may answer for all pages."""

    async def work(_: Visit) -> Reply:
        script = contents()[manifest().files["worker.js"]].plain.decode()
        return Reply(script, type="text/javascript", headers={"Cache-Control": "no-cache"})

    return await open_page(request, work)


@get("/offline/files")
async def files(request: Request[Any, Any, Any]) -> Response[str]:
    """What the service worker keeps besides the page."""

    async def work(_: Visit) -> Reply:
        return Reply(as_json({"version": asset_version(), "files": [asset(name) for name in FILES]}), type=JSON)

    return await open_page(request, work)


@get("/offline")
async def offline_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The page, without anybody's data, in the `language` of who will see it: a service worker asks for it in nobody's name."""

    async def work(visit: Visit) -> Reply:
        asked = visit.query("language")
        language = asked if asked in LANGUAGES else visit.frame.language
        return Reply(render("offline.html", None, replace(visit.frame, language=language)))

    return await open_page(request, work)


@get("/offline/kit")
async def kit(request: Request[Any, Any, Any]) -> Response[str]:
    """Whose device this is, and the forms with which one can write without a network."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        forms = [_form(scope, visit, object_) for object_ in _written_on_the_way(scope)]
        return Reply(as_json({"user": str(me(scope)), "csrf": visit.frame.csrf, "forms": forms}), type=JSON)

    return await page(request, work)


def _written_on_the_way(scope: Scope) -> Iterator[BoundObject]:
    """What happens and whom one meets: interactions, and what can be reached."""
    for name, rights in scope.access.objects.items():
        object_ = scope.model.objects[name]
        met = (
            any(f.definition.main and f.type.contact for f in object_.fields.values()) and object_.definition.navigation is not None
        )
        if rights.create and (object_.definition.interaction is not None or met) and object_.definition.storage == "record":
            yield object_


def _form(scope: Scope, visit: Visit, object_: BoundObject) -> dict[str, Any]:
    label = label_in(object_.definition.label, visit.frame.language)
    defaults = {f.name: f.definition.default for f in object_.fields.values() if f.definition.default is not None}
    interaction = object_.definition.interaction
    about = next((name for name in (interaction.about if interaction else ()) if object_.fields[name].target is None), "")
    return {
        "object": object_.name, "title": t("New: {object}", object=label).render(visit.frame.language), "about": about,
        "html": _controls(scope, visit, object_, defaults, new=True),
    }  # fmt: skip


def _controls(scope: Scope, visit: Visit, object_: BoundObject, values: dict[str, Any], *, new: bool) -> str:
    """The main controls that need no network, as HTML."""
    parts = controls_of(scope, object_, values, formats(visit.frame.language, visit.frame.zone), new=new)
    short = short_names(scope, object_)
    controls = [c for part in parts for c in part.controls if c.field.widget not in NEEDS_NETWORK and _asked(short, c)]
    return render("pages/offline_controls.html", controls, visit.frame)


def _asked(short: list[str], control: Control) -> bool:
    return control.field.name in short or control.field.required


@get("/offline/record/{object_name:str}/{id_:str}")
async def record(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """A record to be kept: as it reads, and the form to change it with."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        found: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_name, record_id(id_))).text)
        layout = layout_of(scope, object_name)
        shape = await stored_shape(scope, object_, layout, record_id(id_))
        view = {"facts": facts_of(scope, object_, found, layout), "parts": parts_of(scope, object_, found, layout, shape)}
        may_edit = scope.rights(object_name).edit != "none"
        kept = {
            "label": found["label"] or "–",
            "kind": label_in(object_.definition.label, visit.frame.language),
            "version": found["version"],
            "html": render("pages/offline_record.html", view, visit.frame),
            "form": _controls(scope, visit, object_, found, new=False) if may_edit else "",
        }
        return Reply(as_json(kept), type=JSON)

    return await page(request, work)


@post("/offline/changes", status_code=200)
async def take_in(request: Request[Any, Any, Any]) -> Response[str]:
    """Take in what was written without a network: once for each key. Errors come back by field, a newer version is 409."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_, id_, version = scope.object(visit.value("_object")), visit.value("_id"), whole(visit.value("_version"))
        key, mark = checked_key(visit.value("_key")), fingerprint(b"offline", await visit.request.body())
        form = {name: values for name, values in visit.form.items() if not name.startswith("_")}
        try:
            async with scope.connection.savepoint():
                first = await claim(scope.connection, me(scope), key, mark)
                if first is not None:
                    return Reply(first.body, type=JSON)
                written = await write_form(scope, object_, form, id_=record_id(id_) if id_ else None, version=version)
                done = answer({"id": str(written.ids[0])})
                await keep(scope.connection, me(scope), key, done)
        except Stale as error:
            return Reply(as_json({"errors": [error.text.render(visit.frame.language)]}), 409, type=JSON)
        except Invalid as error:
            said = [_said(object_, e.field, e.text.render(visit.frame.language), visit) for e in error.errors]
            return Reply(as_json({"errors": said}), 422, type=JSON)
        return Reply(done.body, type=JSON)

    return await page(request, work)


def _said(object_: BoundObject, field: str, text: str, visit: Visit) -> str:
    """What is wrong, with the field's name before it."""
    known = object_.fields.get(field.split("[", maxsplit=1)[0].split(".", maxsplit=1)[0])
    return f"{label_in(known.definition.label, visit.frame.language)}: {text}" if known else text


ROUTES = (web_manifest, worker, files, offline_page, kit, record, take_in)
