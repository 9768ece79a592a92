"""One's own API tokens: narrower than oneself if wished, made only right after the password was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.i18n import label_in, t
from kundig.base.whole import whole
from kundig.engine.policy.resolve import Narrowing
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.settings.navigation import TOKENS, settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.identity.tokens import add_token, end_tokens, tokens_of

DAYS = (30, 90, 365, 0)


@dataclass(frozen=True, slots=True)
class TokensView:
    """`settings/tokens.html`."""

    nav: tuple[LinkGroup, ...]
    tokens: Sequence[Mapping[str, Any]]
    objects: tuple[tuple[str, str], ...]
    token: str = ""
    name: str = ""
    days: int = 90
    read_only: bool = True
    chosen: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/tokens")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The tokens, without themselves, and the form for a new one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/settings/tokens.html", await _view(scope, visit), visit.frame))

    return await page(request, work)


@post("/settings/tokens", status_code=200)
async def make(request: Request[Any, Any, Any]) -> Response[str]:
    """Make one and show it this once."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        view = await _typed(scope, visit)
        if not view.name:
            wrong = replace(view, errors={"name": t("This is needed.").render(visit.frame.language)})
            return Reply(render_block("pages/settings/tokens.html", "tokens", wrong, visit.frame), 422)
        scope.require_proof()
        narrowing = Narrowing(read_only=view.read_only, objects=view.chosen or None)
        ends = scope.context.now + timedelta(days=view.days) if view.days else None
        token = await add_token(scope.context, me(scope), view.name, narrowing=narrowing, expires_at=ends)
        shown = replace(await _view(scope, visit), token=token)
        return Reply(render_block("pages/settings/tokens.html", "tokens", shown, visit.frame))

    return await page(request, work)


@post("/settings/tokens/{id_:str}/end", status_code=200)
async def end(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """End a token at once."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await end_tokens(scope.context, me(scope), only=record_id(id_))
        return Reply(to=TOKENS, headers=notice(visit, t("The token has ended.")))

    return await page(request, work)


async def _view(scope: Scope, visit: Visit) -> TokensView:
    language = visit.frame.language
    named = [
        (o.name, label_in(o.definition.label_plural, language))
        for o in scope.model.objects.values()
        if o.name in scope.access.objects
    ]
    return TokensView(
        nav=settings_navigation(scope),
        tokens=await tokens_of(scope.connection, me(scope)),
        objects=tuple(sorted(named, key=lambda item: item[1].casefold())),
    )


async def _typed(scope: Scope, visit: Visit) -> TokensView:
    days = whole(visit.value("days"))
    return replace(
        await _view(scope, visit),
        name=visit.value("name").strip()[:200],
        days=days if days in DAYS else 90,
        read_only=bool(visit.value("read_only")),
        chosen=frozenset(name for name in visit.form.get("object", []) if name in scope.access.objects),
    )


ROUTES = (show, make, end)
