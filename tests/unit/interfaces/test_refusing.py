"""What is turned away is told to those who watch over security, without what nobody else may know."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from kundig.interfaces.refusing import note_refusal, refuse

SENT: list[Any] = []


async def send(message: Any) -> None:
    SENT.append(message)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ({"path": "/settings/roles", "path_template": "/settings/roles"}, "/settings/roles"),
        ({"path": "/o/account/7", "path_template": "/o/{object_name}/{id_}"}, "/o/account/7"),
        ({"path": "/setup/canary", "path_template": "/setup/{code}"}, "/setup/{code}"),
        ({"path": "/api/v1/contact/by/email/canary", "path_template": "/api/v1/{object_name}/by/{field}/{value}"},
         "/api/v1/{object_name}/by/{field}/{value}"),
        ({"path": "/setup/canary"}, "/setup"),
        ({"path": "//canary"}, "/canary"),
        ({"path": ""}, "/"),
    ],
)  # fmt: skip
def test_codes_and_values_are_kept_back(scope: Mapping[str, Any], told: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "kundig.security"):
        note_refusal(403, {"method": "GET", **scope})
    [noted] = caplog.records
    assert (noted.getMessage(), vars(noted)["status"], vars(noted)["path"]) == ("refused", 403, told)


@pytest.mark.parametrize(("status", "noted"), [(404, 0), (422, 0), (401, 1), (413, 1), (429, 1)])
def test_what_everybody_mistypes_is_not(status: int, noted: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "kundig.security"):
        note_refusal(status, {"method": "GET", "path": "/"})
    assert len(caplog.records) == noted


async def test_turned_away_before_anything_is_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "kundig.security"):
        await refuse({"method": "POST", "path": "/setup/canary"}, send, 421, "http://crm.example.com")
    assert SENT[0]["status"] == 421
    assert vars(caplog.records[0])["path"] == "/setup"
