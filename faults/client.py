"""A client that does not give up: what has no answer is asked for again, under the same key, until it has one."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from faults.ledger import Ledger

ADMIN, PASSWORD = "faults@example.com", "a long and good password"
NO_ANSWER = (408, 409, 500, 502, 503, 504)
"""What says nothing about whether it was done; 409 says that the first request under this key is still at work.

500 is counted as strange besides: no fault of the surroundings may be told as one of the program.
"""
_PAUSE = 0.25
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


class Client:
    """The API as an administrator, and the pages as the same person."""

    def __init__(self, url: str, token: str, ledger: Ledger) -> None:
        self.ledger = ledger
        self.api = httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        self.pages = httpx.Client(base_url=url, timeout=30)

    def done_once(self, deed: str, path: str, *, between: Callable[[], None] | None = None, **body: Any) -> httpx.Response:
        """POST until there is an answer; the key makes sure that it is done once. `between` looks around before a repetition."""
        key = uuid.uuid4().hex
        self.ledger.meant(deed, key, body.get("json", path))
        for answer in self.answers(deed, key, lambda: self.api.post(path, headers={"Idempotency-Key": key}, **body)):
            if answer is not None:
                return answer
            if between is not None:
                between()
        raise AssertionError

    def answers(self, deed: str, key: str, send: Callable[[], httpx.Response]) -> Iterator[httpx.Response | None]:
        """Send again and again: None for each time without an answer, then the answer."""
        while True:
            try:
                answer = send()
                why = str(answer.status_code)
            except httpx.TransportError as error:
                answer, why = None, type(error).__name__
            if answer is not None and answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                self.ledger.strange(f"{deed}: {answer.status_code} {answer.text[:300]}")
            if answer is not None and answer.status_code not in NO_ANSWER:
                self.ledger.done(deed, key, f"{answer.status_code} {answer.text}")
                yield answer
                return
            self.ledger.again(deed, key, why)
            time.sleep(_PAUSE)
            yield None

    def answered(self, way: httpx.Client, path: str, **params: Any) -> httpx.Response:
        """A GET, repeated until it is answered."""
        while True:
            try:
                answer = way.get(path, params=params or None)
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return answer.raise_for_status()
            except httpx.TransportError:
                pass
            time.sleep(_PAUSE)

    def read(self, path: str, **params: Any) -> Any:
        """What the API shows."""
        return self.answered(self.api, path, **params).json()

    def named(self, object_: str, field: str, start: str) -> dict[str, dict[str, Any]]:
        """All live records whose text begins so, by id."""
        found: dict[str, dict[str, Any]] = {}
        where = f'{{"field": "{field}", "op": "starts_with", "value": "{start}"}}'
        cursor: str | None = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.read(f"/{object_}", where=where, fields=f"{field},version", limit=1000, **more)
            found |= {record["id"]: record for record in page["data"]}
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def sign_in(self) -> None:
        """Begin a session of the pages; kept through all faults, since sessions live in the database."""
        form = {"email": ADMIN, "password": PASSWORD}
        answer = self.pages.post("/sign-in", data=form)
        answer = self.pages.get("/settings/me")
        found = _TOKEN.search(answer.raise_for_status().text)
        assert found, "the page shows no token for its forms"
        self.pages.headers["X-CSRFToken"] = found[1]

    def prove(self) -> None:
        """Say once more who it is, which inviting people asks for after a while."""
        self.pages.post("/prove", data={"password": PASSWORD}).raise_for_status()

    def share_session(self, other: Client) -> None:
        """Go on in the session of another client."""
        self.pages.cookies, self.pages.headers = other.pages.cookies, other.pages.headers
