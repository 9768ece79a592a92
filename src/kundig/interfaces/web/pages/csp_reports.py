"""What browsers tell of pages that wanted to load what our policy forbids: a mistake of ours, or somebody who slipped something in.

Noted is what helps to find it and says nothing of people: which rule, whose address, what kind of page. Whole addresses hold ids
and searches, and samples hold what people wrote. Anybody can send reports, so each is kept short and they are few.
"""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, post

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.interfaces.api.limits import RequestLimit
from kundig.interfaces.web.edge import Reply, Visit, check_origin, refused, respond, visit_of
from kundig.interfaces.web.headers import REPORTS
from kundig.interfaces.web.pages.signing_in import peer

LARGEST = 16 * 1024
"""Bytes of a report."""
_TYPE = "application/csp-report"
_WORD = re.compile(r"[a-z0-9][a-z0-9.:_-]{0,79}")
_security = logging.getLogger("kundig.security")
_of_one, _of_all = RequestLimit(0.2, 20), RequestLimit(2, 100)
"""Reports of one address, and of everybody, that a server process writes down."""


class _Report(msgspec.Struct, rename="kebab"):
    effective_directive: str = ""
    violated_directive: str = ""
    blocked_uri: str = ""
    document_uri: str = ""


class _Body(msgspec.Struct, rename="kebab"):
    csp_report: _Report


@post(REPORTS, status_code=200, request_max_body_size=LARGEST)
async def take_report(request: Request[Any, Any, Any]) -> Response[Any]:
    """Note a report; from our own pages only, signed in or not."""
    visit = visit_of(request)
    visit.secret = None
    try:
        check_origin(visit)
        _of_one.check(peer(visit) or "")
        _of_all.check("")
        _note(await _read(visit))
    except Exception as error:
        return respond(visit, refused(visit, error))
    return respond(visit, Reply(status=204))


async def _read(visit: Visit) -> _Report:
    if visit.request.headers.get("content-type", "").partition(";")[0] != _TYPE:
        raise Malformed(t("The form can't be read."))
    try:
        return msgspec.json.decode(await visit.request.body(), type=_Body).csp_report
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed(t("The form can't be read.")) from None


def _note(report: _Report) -> None:
    directive = (report.effective_directive or report.violated_directive).partition(" ")[0]
    page = "/" + _part(report.document_uri, "path").lstrip("/").partition("/")[0]
    blocked = _part(report.blocked_uri, "hostname") or report.blocked_uri.partition(":")[0]
    told = {"directive": _plain(directive), "blocked": _plain(blocked), "page": page if page == "/" else "/" + _plain(page[1:])}
    _security.warning("policy violated", extra=told)


def _part(address: str, part: str) -> str:
    try:
        return getattr(urlsplit(address), part) or ""
    except ValueError:
        return ""


def _plain(text: str) -> str:
    """A word as it is; anything else is not repeated."""
    return text if _WORD.fullmatch(text) else "?"


ROUTES = (take_report,)
