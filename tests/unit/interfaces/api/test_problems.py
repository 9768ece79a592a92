"""Every kind of error is a problem document with the right status, in the reader's language."""

from __future__ import annotations

import json

import pytest
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from kundig.base.errors import Conflict, FieldError, Invalid, Kind, Missing, OutsideFault, Stale, TooMany, Unauthenticated
from kundig.base.i18n import t
from kundig.interfaces.api.problems import STATUS, http_problem, language_of, problem, unexpected


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(Kind)


def test_bad_fields_are_listed_with_their_place() -> None:
    given = problem(
        Invalid([FieldError("name", "required", t("This is needed."), "create", 3), FieldError("x", "y", t("Z."))]), "en"
    )
    body = json.loads(given.body)
    assert (given.status, given.media_type, body["status"]) == (422, "application/problem+json", 422)
    assert {"type", "title", "detail"} <= set(body)
    assert body["errors"] == [
        {"field": "name", "code": "required", "message": "This is needed.", "list": "create", "index": 3},
        {"field": "x", "code": "y", "message": "Z."},
    ]


def test_a_stale_batch_names_its_items() -> None:
    given = problem(Stale([FieldError("version", "stale", t("Old."), "update", 1)]), "en")
    assert given.status == 412
    assert json.loads(given.body)["errors"][0]["index"] == 1


def test_what_an_error_knows_besides_goes_along_but_replaces_nothing() -> None:
    body = json.loads(problem(Conflict(t("No."), conflicts=[{"field": "a"}], status=1), "en").body)
    assert body["conflicts"] == [{"field": "a"}]
    assert body["status"] == 409


def test_headers_that_the_statuses_need() -> None:
    assert problem(Unauthenticated(), "en").headers["WWW-Authenticate"].startswith("Bearer")
    assert problem(TooMany(t("Slow."), 7), "en").headers["Retry-After"] == "7"
    assert int(problem(OutsideFault(t("Away.")), "en").headers["Retry-After"]) > 0
    assert problem(OutsideFault(t("Away."), retry_after=2), "en").headers["Retry-After"] == "2"
    assert http_problem(MethodNotAllowedException(headers={"allow": "GET, POST"}), "en").headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("error", "status"), [(NotFoundException(), 404), (HTTPException(status_code=413), 413), (HTTPException(status_code=418), 400)]
)
def test_refusals_of_the_framework_are_problems_too(error: HTTPException, status: int) -> None:
    body = json.loads(http_problem(error, "en").body)
    assert body["status"] == status
    assert body["detail"]


def test_an_unexpected_error_gives_a_number_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    given = unexpected(RuntimeError("syntax error at or near secret"), "en", path="/x")
    body = json.loads(given.body)
    assert given.status == 500
    assert "secret" not in given.body
    assert body["id"] in body["detail"]
    (record,) = caplog.records
    assert record.problem == body["id"]  # type: ignore[attr-defined]
    assert record.exc_info


@pytest.mark.parametrize(
    ("accepted", "language"),
    [(None, "en"), ("", "en"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr, en;q=0.5", "en"), ("fr,de", "de"), ("*", "en")],
)
def test_the_language_of_a_stranger(accepted: str | None, language: str) -> None:
    assert language_of(accepted) == language


def test_missing_says_nothing_about_why() -> None:
    assert json.loads(problem(Missing(), "en").body)["detail"] == json.loads(http_problem(NotFoundException(), "en").body)["detail"]
