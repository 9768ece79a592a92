"""Who asks too much is told how long to wait, and is served again afterwards."""

from __future__ import annotations

import time

from tests.acceptance.conftest import running


def test_too_many_requests_are_429_until_the_time_is_over() -> None:
    with running(api_rate=5) as server, server.client() as client:
        answers = (client.get("/meta/objects") for _ in range(200))
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.headers["content-type"] == "application/problem+json"
        wait = int(refused.headers["retry-after"])
        assert wait > 0
        time.sleep(wait)
        assert client.get("/meta/objects").status_code == 200
