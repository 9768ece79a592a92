"""How hard a password is to guess, told while it is being chosen: by the same measure that decides when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, post

from kundig.base.i18n import Text, t
from kundig.interfaces.web.edge import Reply, Visit
from kundig.interfaces.web.pages.signing_in import open_page
from kundig.interfaces.web.rendering import render
from kundig.services.identity.passwords import SHORTEST, judged


@dataclass(frozen=True, slots=True)
class StrengthView:
    """`strength.html`."""

    score: int
    enough: bool
    said: str


@post("/password-strength", status_code=200)
async def strength(request: Request[Any, Any, Any]) -> Response[str]:
    """A bar and a sentence; nothing is kept."""

    async def work(visit: Visit) -> Reply:
        password = visit.value("new") or visit.value("password")
        if not password:
            return Reply("")
        score, said = await _told(visit, password)
        enough = said is None
        view = StrengthView(score, enough, (said or t("Good: hard to guess.")).render(visit.frame.language))
        return Reply(render("strength.html", view, visit.frame))

    return await open_page(request, work)


async def _told(visit: Visit, password: str) -> tuple[int, Text | None]:
    if len(password) < SHORTEST:
        return 0, t("A password needs at least {least} characters.", least=SHORTEST)
    found = await judged(password, visit.value("name"), visit.value("email"))
    return max(found.score, 1), found.weakness


ROUTES = (strength,)
