"""The first step: the file, dropped, chosen or pasted, and what was recognised in it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile

from kundig.base.errors import Denied, Invalid, Malformed
from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.importing.steps import FILE, Steps, first_step, stepped, steps_of, told
from kundig.services.transfer.cells.style import DateOrder, Language
from kundig.services.transfer.drafts import Draft, begin_draft, change_order, choose_object, read_draft, reshape
from kundig.services.transfer.files.recognise import NO_DELIMITER
from kundig.services.transfer.imports import LARGEST_FILE
from kundig.services.transfer.offers import Offer, importable

ENCODINGS: Mapping[str, Text] = {
    "utf-8": t("Unicode (UTF-8)"),
    "cp1252": t("Western European (Windows-1252)"),
    "iso8859-15": t("Western European (ISO 8859-15)"),
    "cp850": t("Western European (DOS)"),
    "mac-roman": t("Western European (Mac)"),
    "cp1250": t("Central European (Windows-1250)"),
    "utf-16": t("Unicode (UTF-16)"),
}
_SAME = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
DELIMITERS: Mapping[str, Text] = {
    "semicolon": t("Semicolon"),
    "comma": t("Comma"),
    "tab": t("Tab"),
    "bar": t("Vertical bar"),
    "none": t("none, a single column"),
}
_MARKS = {"semicolon": ";", "comma": ",", "tab": "\t", "bar": "|", "none": NO_DELIMITER}
HEADED: Mapping[str, Text] = {"yes": t("the names of the columns"), "no": t("data already")}
STYLES: Mapping[str, Text] = {"de": t("1.234,50 and 31.12.2026"), "en": t("1,234.50 and 12/31/2026")}
DATES: Mapping[str, Text] = {"": t("as usual there"), "dmy": t("the day"), "mdy": t("the month"), "ymd": t("the year")}


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing that was recognised and can be chosen otherwise."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class NewView:
    """`importing/new.html`."""

    steps: Steps
    objects: tuple[Offer, ...]
    object: str


@dataclass(frozen=True, slots=True)
class FileView:
    """`importing/file.html`."""

    steps: Steps
    objects: tuple[Offer, ...]
    picks: tuple[Pick, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@get("/imports/new")
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """Object and file."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return stepped("pages/importing/new.html", _new_view(scope, visit.query("object")), visit, part=False)

    return await page(request, work)


def _new_view(scope: Scope, object_: str, errors: tuple[str, ...] = ()) -> NewView:
    objects = importable(scope)
    if not objects:
        raise Denied(t("Your role does not include this."))
    chosen = object_ if any(offer.field == object_ for offer in objects) else objects[0].field
    return NewView(replace(first_step(scope), errors=errors), objects, chosen)


@post("/imports/new", status_code=200, request_max_body_size=LARGEST_FILE + 2**20)
async def upload(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep the file, and go on with what was recognised in it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        form = await _sent(request)
        object_ = _one(form, "object")
        try:
            file, name = _file_of(form, scope)
            async with scope.connection.savepoint():
                id_ = await begin_draft(scope, object_, file, name)
        except Invalid as error:
            view = _new_view(scope, object_, tuple(told(error, visit.frame.language)))
            return stepped("pages/importing/new.html", view, visit, part=True, status=422)
        return Reply(to=f"/imports/{id_}/file")

    return await page(request, work)


async def _sent(request: Request[Any, Any, Any]) -> FormMultiDict:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Malformed(t("The form can't be read."))
    try:
        return await request.form()
    except (UnicodeDecodeError, LookupError):
        raise Malformed(t("The form can't be read.")) from None


def _one(form: FormMultiDict, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _file_of(form: FormMultiDict, scope: Scope) -> tuple[BinaryIO, str]:
    """The chosen file, or the pasted cells as one."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        opened = cast("BinaryIO", file.file)
        opened.seek(0)
        return opened, file.filename
    if pasted := _one(form, "pasted").strip("\r\n"):
        return io.BytesIO(pasted.encode()), t("Pasted cells").render(scope.context.language)
    raise Invalid.one("file", "required", t("Choose a file first, or paste cells."))


@get("/imports/{id_:str}/file")
async def show_file(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """What was recognised, and the first rows."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return stepped("pages/importing/file.html", _view(scope, await read_draft(scope, record_id(id_))), visit, part=False)

    return await page(request, work)


@post("/imports/{id_:str}/file", status_code=200)
async def correct_file(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Read it as somebody says."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        key = record_id(id_)
        draft = await read_draft(scope, key)
        try:
            async with scope.connection.savepoint():
                await _correct(scope, draft, visit)
        except Invalid as error:
            view = _view(scope, draft, tuple(told(error, visit.frame.language)))
            return stepped("pages/importing/file.html", view, visit, part=True, status=422)
        if visit.value("next"):
            return Reply(to=f"/imports/{id_}/columns")
        return stepped("pages/importing/file.html", _view(scope, await read_draft(scope, key)), visit, part=True)

    return await page(request, work)


async def _correct(scope: Scope, draft: Draft, visit: Visit) -> None:
    """What differs from what holds now is done; reading the file anew is left out where it would change nothing."""
    order, key, current = draft.order, draft.run.id, _current(draft)
    picks = {pick.name: pick for pick in _view(scope, draft).picks}
    offered = {name: {value for value, _ in pick.options} for name, pick in picks.items()}
    given = {name: value for name in current if (value := visit.value(name)) in offered.get(name, ())}
    if any(value != current[name] for name, value in given.items()):
        if "delimiter" in given:
            given["delimiter"] = _MARKS[given["delimiter"]]
        await reshape(scope, key, given)
        order = (await read_draft(scope, key)).order
    if (object_ := visit.value("object", order.object)) != order.object:
        await choose_object(scope, key, object_)
        order = (await read_draft(scope, key)).order
    language, dates = visit.value("locale"), visit.value("dates")
    if language in STYLES and dates in DATES:
        styled = msgspec.structs.replace(
            order, language=cast("Language", language), dates=cast("DateOrder", dates) if dates else None
        )
        await change_order(scope, key, styled)


def _current(draft: Draft) -> dict[str, str]:
    """What holds now, as the form sends it."""
    shape = draft.run.shape
    return {
        "encoding": _SAME.get(shape.encoding, shape.encoding),
        "delimiter": next((name for name, mark in _MARKS.items() if mark == shape.delimiter), ""),
        "headed": "yes" if shape.headed else "no",
        "sheet": shape.sheet or next(iter(draft.survey.sheets), ""),
    }


def _view(scope: Scope, draft: Draft, errors: tuple[str, ...] = ()) -> FileView:
    shape, order = draft.run.shape, draft.order
    current = _current(draft)
    options: dict[str, tuple[Text, tuple[tuple[str, str], ...]]] = {}
    if shape.format == "csv":
        options["delimiter"] = t("Columns are separated by"), _named(scope, DELIMITERS)
        options["encoding"] = t("Characters"), _named(scope, ENCODINGS)
    elif len(draft.survey.sheets) > 1:
        options["sheet"] = t("Sheet"), tuple((name, name) for name in draft.survey.sheets)
    options["headed"] = t("The first row holds"), _named(scope, HEADED)
    options["locale"] = t("Numbers and dates are written as"), _named(scope, STYLES)
    options["dates"] = t("Dates such as 03/04/2026 begin with"), _named(scope, DATES)
    current |= {"locale": order.language, "dates": order.dates or ""}
    language = scope.context.language
    return FileView(
        steps=steps_of(scope, draft, FILE, errors),
        objects=importable(scope),
        picks=tuple(Pick(name, label.render(language), given, current[name]) for name, (label, given) in options.items()),
        header=shape.header,
        rows=tuple(row + ("",) * (len(shape.header) - len(row)) for row in draft.survey.rows),
    )


def _named(scope: Scope, options: Mapping[str, Text]) -> tuple[tuple[str, str], ...]:
    return tuple((key, text.render(scope.context.language)) for key, text in options.items())


ROUTES = (new, upload, show_file, correct_file)
