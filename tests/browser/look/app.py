"""A small application around the shell and the macros, so that scripts and styles are tested without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response, get, post

from kundig.interfaces.web.assets import static_file
from kundig.interfaces.web.error_page import error_page
from kundig.interfaces.web.frame import Frame, Link, LinkGroup, Shell
from kundig.interfaces.web.headers import PAGE_HEADERS
from kundig.interfaces.web.palette import Hit, HitGroup, PaletteResults
from kundig.interfaces.web.rendering import environment, render
from kundig.interfaces.web.sign_in_views import NewPassword, SignIn

NAVIGATION = (LinkGroup((Link("My day", "/", "house", key="m"), Link("Things", "/page/list", "box", "12", key="d"))),)
TABS = (
    Link("My day", "/", "house"),
    Link("Things", "/page/list", "box"),
    Link("Gone", "/gone", "x"),
    Link("Forms", "/page/form", "file-text"),
)
SHELL = Shell("Jana Küster", "Nordwind", NAVIGATION, TABS, (Link("Thing", "/page/form", "box"),), unread=3)
PAGES = Path(__file__).parent / "pages"
saved: list[dict[str, Any]] = []


def frame(request: Request[Any, Any, Any], *, shell: bool = True) -> Frame:
    asked = request.query_params
    return Frame(
        language=asked.get("language", "en"),
        theme=asked.get("theme", "light"),
        path=request.url.path,
        csrf="token",
        inner="HX-Boosted" in request.headers,
        shell=SHELL if shell else None,
        toasts=({"title": asked["toast"], "undo": "/undo"},) if "toast" in asked else (),
    )


def html(text: str, status: int = 200) -> Response[str]:
    return Response(text, media_type="text/html", status_code=status, headers=dict(PAGE_HEADERS))


@get("/page/{name:str}")
async def page(name: str, request: Request[Any, Any, Any]) -> Response[str]:
    shown = frame(request)
    template = environment(shown.language, shown.zone).from_string((PAGES / f"{name}.html").read_text())
    return html(template.render(view={}, frame=shown))


@get("/sign-in")
async def sign_in(request: Request[Any, Any, Any]) -> Response[str]:
    return html(render("sign_in.html", SignIn("Nordwind", "jana@nordwind.example", error="No."), frame(request, shell=False)))


@get("/setup")
async def setup(request: Request[Any, Any, Any]) -> Response[str]:
    return html(render("new_password.html", NewPassword("/setup", first=True, asks_name=True), frame(request, shell=False)))


@get("/gone")
async def gone(request: Request[Any, Any, Any]) -> Response[str]:
    return html(error_page(404, frame(request)), 404)


@get("/palette")
async def palette(request: Request[Any, Any, Any], q: str = "") -> Response[str]:
    hits = (
        Hit("1", "Hofmann <b>GmbH</b>", "/page/form", "building-2", "Company"),
        Hit("2", "Annegret Hofmann", "/page/list", person=True),
    )
    return html(render("palette_results.html", PaletteResults(q, (HitGroup("Best", hits),)), frame(request)))


@get("/keys")
async def keys(request: Request[Any, Any, Any]) -> Response[str]:
    return html(render("pages/keys.html", None, frame(request)))


@get("/edit/{row:str}/{field:str}")
async def edit(row: str, field: str) -> Response[str]:
    return html(
        f'<form class="k-editor" hx-post="/edit/{row}/{field}" hx-target="closest .ed" hx-swap="outerHTML" hx-status:422="swap:innerHTML"><input name="value" value="old"></form>'
    )


@post("/edit/{row:str}/{field:str}", status_code=200)
async def store(row: str, field: str, request: Request[Any, Any, Any]) -> Response[str]:
    form = await request.form()
    saved.append({"row": row, "field": field, "value": form["value"], "csrf": request.headers.get("x-csrftoken")})
    if form["value"] == "refused":
        return html(
            '<form class="k-editor"><input name="value" value="refused" aria-invalid="true"><span class="k-eder">No.</span></form>',
            422,
        )
    if form["value"] == "impossible":
        return Response("", status_code=422, headers={"X-Kundig-Message": "Not%20at%20all."}, media_type="text/html")
    return html(f'<td class="ed">{form["value"]}</td>')


@get("/saved")
async def what_was_saved() -> list[dict[str, Any]]:
    return saved


@post("/save", status_code=204)
async def save(request: Request[Any, Any, Any]) -> Response[None]:
    form = await request.form()
    saved.append({"row": "form", "value": form["name"]})
    return Response(None, status_code=204, headers={"HX-Trigger": '{"kundig:toast": {"title": "Saved <i>it</i>"}}'})


@post("/refuse")
async def refuse() -> Response[str]:
    return Response("no", status_code=403, headers={"X-Kundig-Message": "Nicht%20f%C3%BCr%20Sie"})


@get("/healthz")
async def health() -> str:
    return "ok"


@get("/worker.js")
async def worker() -> Response[bytes]:
    return Response(b"", media_type="text/javascript")


app = Litestar([worker, page, sign_in, setup, gone, palette, keys, edit, store, what_was_saved, save, refuse, static_file, health])
