"""What a route answers: a status, headers and JSON text that is passed on as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.background_tasks import BackgroundTask

JSON = "application/json"
PROBLEM = "application/problem+json"
HEADERS: Mapping[str, str] = {"Cache-Control": "no-store"}
"""Of every answer, besides those of `interfaces/headers.py`: it is personal, so nobody on the way may keep it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `body` is JSON text, mostly made by PostgreSQL and never decoded on the way; empty for 204."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON

    def response(self, background: BackgroundTask | None = None) -> Response[bytes]:
        """The same for Litestar; `background` is done once it is sent."""
        headers = {**HEADERS, **self.headers}
        return Response(
            self.body.encode(), status_code=self.status, headers=headers, media_type=self.media_type, background=background
        )


def answer(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer from a Python value."""
    return Answer(status, as_json(value), headers)


def as_json(value: Any) -> str:
    """JSON text of plain values; ids become strings, times RFC 3339."""
    return msgspec.json.encode(value).decode()


def change_header(change: UUID | str | None) -> dict[str, str]:
    """The header that names the change set of a write; none when nothing changed."""
    return {} if change is None else {"Kundig-Change": str(change)}
