"""Comments on a record, as a part that the record's page fetches when it comes into view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.rich_text import plain
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.services.collaboration.comments import (
    Comment,
    add_comment,
    change_comment,
    check_visible,
    comments_of,
    own_comment,
    people,
    remove_comment,
)
from kundig.services.collaboration.following import follow, follows, unfollow
from kundig.services.collaboration.reactions import Reaction, reactions_to
from kundig.services.collaboration.text import from_lines


@dataclass(frozen=True, slots=True)
class CommentsView:
    """`comments.html`: all comments of a record, with the form for another one, or to change `editing`."""

    object: str
    id: str
    comments: Sequence[Comment]
    reactions: Mapping[UUID, Sequence[Reaction]]
    follows: bool
    names: Sequence[str]
    text: str = ""
    editing: UUID | None = None
    error: str = ""

    @property
    def address(self) -> str:
        """Where the part comes from."""
        return f"/o/{self.object}/{self.id}/comments"


@get("/o/{object_name:str}/{id_:str}/comments")
async def show(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The comments; with `edit` one's own comment in the form."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        editing = record_id(visit.query("edit")) if visit.query("edit") else None
        text = plain((await own_comment(scope, editing))[2]) if editing else ""
        return await _shown(scope, visit, object_name, id_, text=text, editing=editing)

    return await page(request, work)


async def _shown(scope: Scope, visit: Visit, object_name: str, id_: str, *, status: int = 200, **more: Any) -> Reply:
    record = record_id(id_)
    comments = await comments_of(scope, object_name, record)
    names = sorted((person.name for person in await people(scope)), key=str.casefold)
    reactions = await reactions_to(scope, [comment.id for comment in comments])
    view = CommentsView(object_name, id_, comments, reactions, await follows(scope, object_name, record), names, **more)
    return Reply(render("pages/comments.html", view, visit.frame), status)


@post("/o/{object_name:str}/{id_:str}/comments", status_code=200)
async def write(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Add a comment, or change one's own."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        text, editing = visit.value("text"), record_id(visit.value("id")) if visit.value("id") else None
        try:
            if editing:
                await change_comment(scope, editing, from_lines(text))
            else:
                await add_comment(scope, object_name, record_id(id_), from_lines(text))
        except Invalid as error:
            said = error.errors[0].text.render(visit.frame.language)
            return await _shown(scope, visit, object_name, id_, status=422, text=text, editing=editing, error=said)
        return await _shown(scope, visit, object_name, id_)

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/comments/{comment:str}/remove", status_code=200)
async def remove(request: Request[Any, Any, Any], object_name: str, id_: str, comment: str) -> Response[str]:
    """Take one's own comment away."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await remove_comment(scope, record_id(comment))
        return await _shown(scope, visit, object_name, id_)

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/follow", status_code=200)
async def set_following(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Follow the record, or no longer."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await check_visible(scope, object_name, record_id(id_))
        begins = visit.query("to") == "1"
        await (follow if begins else unfollow)(scope, object_name, record_id(id_))
        told = t("You follow this record now.") if begins else t("You no longer follow this record.")
        return replace(await _shown(scope, visit, object_name, id_), headers=notice(visit, told))

    return await page(request, work)


ROUTES = (show, write, remove, set_following)
