"""Everything that goes wrong, told as RFC 9457 problem documents: the only place where kinds of errors become statuses."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from litestar.exceptions import HTTPException

from kundig.base.errors import FieldError, Invalid, Kind, KundigError, Stale, TooMany
from kundig.base.i18n import Text, t
from kundig.base.uuid7 import uuid7
from kundig.interfaces.api.answers import PROBLEM, Answer, as_json

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.DENIED: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.INVALID: 422,
    Kind.TOO_MANY: 429,
    Kind.OUTSIDE: 503,
}

_TITLES: Mapping[int, Text] = {
    400: t("The request can't be read"),
    401: t("Not signed in"),
    403: t("Not allowed"),
    404: t("Not found"),
    405: t("Method not allowed"),
    409: t("Conflict"),
    412: t("Changed in the meantime"),
    413: t("Too large"),
    422: t("Some values can't be accepted"),
    429: t("Too many requests"),
    500: t("Internal error"),
    503: t("Not available at the moment"),
}

_DETAILS: Mapping[int, Text] = {
    404: t("This does not exist, or you may not see it."),
    405: t("This address does not know the method."),
    413: t("The request is larger than what is accepted here."),
}

TYPE = "/api/docs#problem-"
"""What `type` begins with: each problem has its place on the page that describes the API."""

_log = logging.getLogger("kundig.api")


def problem(error: KundigError, language: str) -> Answer:
    """An error that the caller can understand, in their language; bad fields one by one."""
    status = STATUS[error.kind]
    document = _document(status, error.code, error.text.render(language), language)
    errors = getattr(error, "errors", ())
    if isinstance(error, Invalid | Stale) and errors:
        document["errors"] = [_field(item, language) for item in errors]
    for name, value in error.extra.items():
        document.setdefault(name, value)
    return Answer(status, as_json(document), _headers(status, error), PROBLEM)


def http_problem(error: HTTPException, language: str) -> Answer:
    """What the framework itself refuses: no such address, a method that an address lacks, a body too large."""
    status = error.status_code if error.status_code in _TITLES else (500 if error.status_code >= 500 else 400)
    detail = _DETAILS.get(status) or _TITLES[status]
    methods = next((value for name, value in (error.headers or {}).items() if name.lower() == "allow"), None)
    allow = {"Allow": methods} if methods else {}
    return Answer(status, as_json(_document(status, _code(status), detail.render(language), language)), allow, PROBLEM)


def unexpected(error: BaseException, language: str, **where: str) -> Answer:
    """A mistake of ours: the log gets all of it under a number, the caller the number."""
    number = str(uuid7())
    _log.error("unexpected error in a request", exc_info=error, extra={"problem": number, **where})
    detail = t(
        "Something went wrong on our side. If it happens again, give this number to your administrator: {number}", number=number
    )
    document = _document(500, "internal", detail.render(language), language)
    return Answer(500, as_json({**document, "id": number}), {}, PROBLEM)


def explained_problems(language: str) -> list[tuple[str, int, str]]:
    """Every code that a problem's `type` may end in, with its status and title: what the page about the API lists."""
    kinds = {error.code: STATUS[error.kind] for error in _all_errors(KundigError)}
    found = kinds | {_code(status): status for status in (404, 405, 413, 500)}
    return [
        (code, status, _TITLES[status].render(language))
        for code, status in sorted(found.items(), key=lambda item: (item[1], item[0]))
    ]


def _all_errors(base: type[KundigError]) -> Iterable[type[KundigError]]:
    yield base
    for error in base.__subclasses__():
        yield from _all_errors(error)


def language_of(accepted: str | None) -> str:
    """The language for somebody who is not signed in: the first of ours that the browser names, else English."""
    for part in (accepted or "").split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in ("de", "en"):
            return language
    return "en"


def parameter_errors(error: Invalid, name: str) -> Invalid:
    """The same errors under the name of the query parameter that they came by, so that the caller finds the place."""
    return Invalid(FieldError(name, item.code, item.text) for item in error.errors)


def _document(status: int, code: str, detail: str, language: str) -> dict[str, Any]:
    return {"type": TYPE + code, "title": _TITLES[status].render(language), "status": status, "detail": detail, "code": code}


def _field(error: FieldError, language: str) -> dict[str, Any]:
    place = {"list": error.list, "index": error.index}
    told = {"field": error.field, "code": error.code, "message": error.text.render(language)}
    return told | {name: value for name, value in place.items() if value is not None}


def _headers(status: int, error: KundigError) -> dict[str, str]:
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.retry_after)}
    if status == 503:
        return {"Retry-After": str(error.extra.get("retry_after", 5))}
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}


def _code(status: int) -> str:
    codes: Iterable[tuple[int, str]] = ((404, "missing"), (405, "method_not_allowed"), (413, "too_large"), (429, "too_many"))
    return dict(codes).get(status, "internal" if status >= 500 else "malformed")
