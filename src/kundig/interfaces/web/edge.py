"""The edge of the pages: one request is one transaction; who asks is known by the session cookie, writes carry a token of it.

`page(request, work)` runs `work` for the signed-in person; what goes wrong becomes a page, or for htmx a short message that
changes nothing on the page it came from.
"""

from __future__ import annotations

import gzip
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from litestar import Request, Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException

from kundig.base.context import Workspace
from kundig.base.database import Database, retrying
from kundig.base.errors import Denied, FactorNeeded, Invalid, KundigError, Malformed, ProofNeeded, Unauthenticated
from kundig.base.i18n import LANGUAGES, Text, t
from kundig.base.secrets import Secrets
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.problems import STATUS
from kundig.interfaces.hosts import LOCAL
from kundig.interfaces.peers import address_of
from kundig.interfaces.reads import note_reads
from kundig.interfaces.refusing import note_refusal
from kundig.interfaces.web.error_page import error_page
from kundig.interfaces.web.frame import Frame, Theme
from kundig.interfaces.web.headers import PAGE_HEADERS
from kundig.interfaces.web.shell import shell_of
from kundig.interfaces.web.widgets.reading import Form
from kundig.services.delivery.post import Post
from kundig.services.delivery.push import PushRoute
from kundig.services.identity.passkeys import Site
from kundig.services.identity.providers.entering import Providers
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.signed import Signed, asking, note_use

SESSION_COOKIE, THEME_COOKIE, LANGUAGE_COOKIE = "kundig_session", "kundig_theme", "kundig_language"
SET_UP = "/second-factor"
"""Where somebody sets up the second factor that their role asks for; until then there is no other page for them."""
PROVE = "/prove"
"""The dialog in which somebody shows that it is still them."""
PRIVATE = ("/settings", "/notifications", "/imports", "/bulk", "/offline", "/tour", SET_UP, PROVE)
"""What is not shown to whoever looks with a colleague's eyes: secrets, preferences, files, what they are told of."""
MAX_FORM = 2_000_000
"""Bytes of a form without files: the application's limit, where a route sets none."""
_HTML = "text/html"
_UNREAD: Mapping[int, Text] = {
    408: t("What you sent did not arrive. Check the connection and try again."),
    413: t("The form is larger than what is accepted here."),
}
_SALT = 8
"""Characters of a form token that make it different on every page."""
_LEVEL, _WORTH_IT = 4, 1000
"""How hard pages are compressed, a millisecond for a long one, and from how many bytes on."""

_log = logging.getLogger("kundig.web")


@dataclass(frozen=True)
class Web:
    """What all pages share, made once in `wiring`."""

    database: Database
    scopes: Scopes
    """Who a session belongs to, and what that one may do."""
    secrets: Secrets
    post: Post
    """How mail goes out."""
    push: PushRoute
    """How devices are told of something."""
    workspace: Workspace
    """The one that the first start makes."""
    providers: Providers
    """Where one can sign in instead of with a password."""
    hint: Text | None = None
    """Shown on the sign-in page: the demo's log-in."""

    @property
    def base_url(self) -> str:
        """The address that people reach Kundig by, as the settings say."""
        return self.post.base_url

    @property
    def secure(self) -> bool:
        """Whether people reach Kundig by https: cookies are then marked for it."""
        return self.base_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """What a cookie is called: by https so that a browser takes it from this very host only, for all of it, encrypted."""
        return f"__Host-{name}" if self.secure else name


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page answers: HTML, or with `to` an address to go to."""

    html: str = ""
    status: int = 200
    to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[Cookie, ...] = ()
    type: str = "text/html"


@dataclass
class Visit:
    """One request for a page: what was sent, and the frame that the answer gets."""

    request: Request[Any, Any, Any]
    frame: Frame
    secret: str | None = None
    signed: Signed | None = None
    """Who has signed in, once that is known."""
    form: Form = field(default_factory=dict)
    body: bytes = b""
    own: bool = False
    """It is about the person who has signed in, whoever's eyes they look with."""
    setting_up: bool = False
    """The page is there also for who still has to set up a second factor."""

    @property
    def web(self) -> Web:
        """What all pages share."""
        found: Web = self.request.app.state.web
        return found

    @property
    def site(self) -> Site:
        """What passkeys are made for: the address of the settings, or of the request where the settings name this machine only."""
        own = Site.at(self.web.base_url)
        return Site.at(f"{self.request.url.scheme}://{self.request.url.netloc}") if own.host in LOCAL else own

    @property
    def htmx(self) -> bool:
        """Whether a script of ours asks for a part of a page."""
        return "hx-request" in self.request.headers

    @property
    def here(self) -> str:
        """The address of the page that a script of ours asks from."""
        return own_address(self.request.headers.get("hx-current-url", "/"))

    def query(self, name: str, default: str = "") -> str:
        """A value of the address."""
        return str(self.request.query_params.get(name, default))

    def value(self, name: str, default: str = "") -> str:
        """A single value of the form."""
        return next(iter(self.form.get(name, ())), default)


Work = Callable[[Scope, Visit], Awaitable[Reply]]


async def page(
    request: Request[Any, Any, Any],
    work: Work,
    *,
    write: bool | None = None,
    setting_up: bool = False,
    own: bool = False,
    elsewhere: bool = False,
) -> Response[Any]:
    """Run `work` as the signed-in person, in one transaction that is read-only for GET unless `write` says otherwise; what takes
    long and only reads may run `elsewhere`, on a replica.

    `setting_up`: the page is there also for who still has to set up a second factor. Somebody who looks with a colleague's eyes
    may only read, and nothing that is the colleague's own; `own`: it is about themselves all the same.
    """
    visit = visit_of(request)
    visit.setting_up, visit.own = setting_up, own
    try:
        await read_form(visit)
        if request.method not in ("GET", "HEAD"):
            check_origin(visit)
        reply = await retrying(partial(_once, visit, work, write if write is not None else request.method != "GET", elsewhere))
    except Exception as error:
        reply = refused(visit, error)
    answer = respond(visit, reply)
    if visit.signed is not None and visit.signed.stale:
        answer.background = BackgroundTask(note_use, visit.web.database, visit.signed, address_of(request))
    return answer


async def _once(visit: Visit, work: Work, write: bool, elsewhere: bool) -> Reply:
    if visit.secret is None:
        raise Unauthenticated
    database, asked = visit.web.database, asking("session", visit.secret)
    begun = database.reading(None, asking=asked) if elsewhere else database.transaction(None, readonly=not write, asking=asked)
    async with begun as connection:
        visit.request.state.connection = connection
        scope, visit.signed = await visit.web.scopes.of_session(
            connection, visit.secret, "web", address_of(visit.request), setting_up=visit.setting_up, own=visit.own
        )
        viewing = visit.signed.viewing is not None
        if viewing:
            check_looking(visit, write=write)
        whole = not visit.htmx or "hx-boosted" in visit.request.headers
        shell = await shell_of(scope, viewing=viewing) if whole else None
        visit.frame = replace(
            visit.frame,
            language=scope.context.language,
            zone=str(scope.context.time_zone),
            shell=shell,
            keys=shell is None or shell.keys,
            live="" if shell is None or viewing else f"/live?from={visit.signed.position}",
            theme=visit.frame.theme if shell is None or THEME_COOKIE in visit.request.cookies else shell.theme,
        )
        reply = await work(scope, visit)
        if write:
            await scope.sensitive.note(scope.context)
    if not write:
        await note_reads(visit.web.database, scope)
    return reply


def check_looking(visit: Visit, *, write: bool) -> None:
    """Refuse what is not for a look with somebody else's eyes; raises Denied."""
    path = str(visit.request.scope["path"])
    if write:
        raise Denied(t("You see Kundig as somebody else sees it: nothing can be changed. End the view first."))
    if any(path == private or path.startswith(f"{private}/") for private in PRIVATE):
        raise Denied(t("This is somebody’s own business and not shown to others. End the view to see yours."))


def _frame(request: Request[Any, Any, Any]) -> Frame:
    """The frame before it is known who asks."""
    theme: Theme = {"dark": "dark", "light": "light"}.get(request.cookies.get(THEME_COOKIE, ""), "auto")  # type: ignore[assignment]  # the three words
    web: Web = request.app.state.web
    secret = request.cookies.get(web.cookie(SESSION_COOKIE))
    return Frame(
        language=language_of(request),
        theme=theme,
        path=request.scope["path"],
        csrf=csrf_token(web.secrets, secret) if secret else "",
        inner="hx-request" in request.headers,
    )


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language for somebody who is not known yet: as chosen before, else as the browser prefers, else German."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    wanted = [chosen, *(part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))]
    return next((language for language in wanted if language in LANGUAGES), "de")


def csrf_token(secrets: Secrets, session: str, salt: str | None = None) -> str:
    """The token that forms of a session carry; nobody can make it who can't read our pages.

    Every page has another one, by its salt: pages are compressed, so their length could tell one that stays the same.
    """
    salt = token_hex(_SALT // 2) if salt is None else salt
    return salt + hmac.new(secrets.derive("csrf"), f"{salt} {session}".encode(), "sha256").hexdigest()[:32]


def _is_csrf_token(secrets: Secrets, session: str, given: str) -> bool:
    return hmac.compare_digest(given.encode(), csrf_token(secrets, session, given[:_SALT]).encode())


async def read_form(visit: Visit) -> None:
    """Read an urlencoded body; other bodies stay for the page to read."""
    kind = visit.request.headers.get("content-type", "").split(";")[0]
    if visit.request.method in ("GET", "HEAD") or kind != "application/x-www-form-urlencoded":
        return
    body = await visit.request.body()
    try:
        visit.form = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=5000)
    except ValueError:
        raise Malformed(t("The form can't be read.")) from None


def check_origin(visit: Visit) -> None:
    """A write comes from our own pages: its origin is ours, and it carries the token of the session."""
    origin = visit.request.headers.get("origin")
    if origin is not None and origin not in _own_origins(visit):
        raise Denied(t("This form comes from another site and was not accepted."))
    if visit.request.headers.get("sec-fetch-site") not in (None, "same-origin", "none"):
        raise Denied(t("This form comes from another site and was not accepted."))
    if visit.secret is None:
        return
    given = visit.request.headers.get("x-csrftoken") or visit.value("_csrf_token")
    if not _is_csrf_token(visit.web.secrets, visit.secret, given):
        raise Denied(t("The page was open for too long. Reload it and try again."))


def _own_origins(visit: Visit) -> set[str]:
    return {visit.web.base_url.rstrip("/"), f"{visit.request.url.scheme}://{visit.request.url.netloc}"}


def refused(visit: Visit, error: Exception) -> Reply:
    """What is answered when something went wrong; nothing inside is told. Refusals are noted for security's sake."""
    language = visit.frame.language
    if isinstance(error, Unauthenticated) and not isinstance(error, Denied):
        return to_sign_in(visit)
    if isinstance(error, FactorNeeded):
        return Reply(headers={"HX-Redirect": SET_UP}) if visit.htmx else Reply(to=SET_UP)
    if isinstance(error, ProofNeeded) and visit.htmx:
        return Reply(status=STATUS[error.kind], headers={"X-Kundig-Prove": PROVE})
    if isinstance(error, KundigError):
        if not isinstance(error, ProofNeeded):
            note_refusal(STATUS[error.kind], visit.request.scope)
        texts = [wrong.text for wrong in error.errors] if isinstance(error, Invalid) else [error.text]
        return _told(visit, STATUS[error.kind], " ".join(dict.fromkeys(text.render(language) for text in texts)))
    if isinstance(error, HTTPException):
        note_refusal(error.status_code, visit.request.scope)
        text = _UNREAD.get(error.status_code)
        return _told(visit, error.status_code, text.render(language) if text else "")
    reference = str(uuid7())
    _log.error("unexpected", exc_info=error, extra={"reference": reference, "path": visit.request.scope["path"]})
    return _told(visit, 500, "", reference)


def _told(visit: Visit, status: int, text: str, reference: str = "") -> Reply:
    headers = {"X-Kundig-Message": quote(text)} if text else {}
    if reference:
        headers["X-Request-Id"] = reference
    if visit.htmx and "hx-boosted" not in visit.request.headers:
        return Reply(status=status, headers=headers)
    return Reply(error_page(status, visit.frame, text=text, id=reference), status, headers=headers)


def to_sign_in(visit: Visit) -> Reply:
    """To the sign-in page, and back afterwards to where one was; htmx is told to load it as a whole."""
    request = visit.request
    if visit.htmx:
        address = visit.here
    elif request.method in ("GET", "HEAD"):
        query = request.scope.get("query_string", b"").decode("ascii", "ignore")
        address = request.scope["path"] + (f"?{query}" if query else "")
    else:  # what a form is sent to can't be gone to: back to the page that it stands on
        came_from = request.headers.get("referer", "")
        parts = urlsplit(came_from)
        address = own_address(came_from) if f"{parts.scheme}://{parts.netloc}" in _own_origins(visit) else "/"
    target = f"/sign-in?next={quote(address, safe='')}"
    return Reply(status=200, headers={"HX-Redirect": target}) if visit.htmx else Reply(to=target)


def own_address(address: str) -> str:
    """The path and query of an address, if it leads to us: the only thing that a `next` may be."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    good = path.startswith("/") and not path.startswith(("//", "/\\")) and all(ord(c) > 31 and c != "\\" for c in path)
    return path if good else "/"


def respond(visit: Visit, reply: Reply) -> Response[Any]:
    """The answer with the headers that every page has."""
    headers = {**PAGE_HEADERS, **reply.headers}
    if reply.to is not None:
        headers |= {"HX-Location": _swapped(reply.to)} if visit.htmx else {"Location": reply.to}
        status = 200 if visit.htmx else 303
        return Response(b"", status_code=status, headers=headers, media_type=_HTML, cookies=list(reply.cookies))
    body = reply.html.encode()
    if len(body) >= _WORTH_IT and "gzip" in visit.request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status_code=reply.status, headers=headers, media_type=reply.type, cookies=list(reply.cookies))


def _swapped(address: str) -> str:
    """What tells htmx to go to an address as a boosted link would: only the sheet is exchanged."""
    going = {"path": address, "target": "#main", "select": "#main", "swap": "outerHTML", "headers": {"HX-Boosted": "true"}}
    return json.dumps(going)


def page_for_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The page for what goes wrong before a route is found."""
    visit = visit_of(request)
    return respond(visit, refused(visit, error))


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """A visit before it is known who asks."""
    web: Web = request.app.state.web
    return Visit(request, _frame(request), request.cookies.get(web.cookie(SESSION_COOKIE)))
