"""What two worlds answer to the same request, with that made alike which must differ.

Allowed exceptions: `not_unique` (a unique value that a hidden record holds can't be taken), gaps in running numbers, and `circle`
(an account can't be put under one that stands below it, even where the steps between are hidden).
Only ids that the worlds make themselves (changes), points in time, cursors and signed tokens are made alike before comparing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
from tests.integration.rights.crm import Caller
from tests.integration.rights.requests import Request
from tests.integration.rights.twins import TAGGED, Twin

ALLOWED = {"not_unique", "circle"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Ids made while running are UUIDv7; those of the records that both worlds have are UUIDv5."""
_MADE_ALIKE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<instant>"),
    (re.compile(r'type="datetime-local" value="[^"]+"'), 'type="datetime-local" value="<instant>"'),
    # for how long a stage has lasted: the worlds live side by side, not at once
    (re.compile(r'"seconds" : \d+(\.\d+)?'), '"seconds" : <span>'),
    (re.compile(r'"next_cursor":"[^"]+"'), '"next_cursor":"<cursor>"'),
    (re.compile(r"cursor=[\w.%~-]+"), "cursor=<cursor>"),
    # where the feed is: transactions of the whole server are counted, a kind of time
    (re.compile(r"/live\?from=\d+"), "/live?from=<position>"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<csrf>"),
    (re.compile(r"\b\d{1,2}:\d\d(:\d\d)?( ?[AP]M)?\b"), "<time>"),
    (re.compile(r"(>)(now|just now|\d+ (sec|min)\. ago|\d+ (seconds?|minutes?) ago)(<)"), r"\1<ago>\5"),
    (re.compile(r"T-\d{6}"), "<number>"),
    (re.compile(r"ws_test_\w+|test_\w+_\d+"), "<workspace>"),
)


@dataclass
class World:
    """One of them, and who asks there."""

    twin: Twin
    actor: Caller

    @classmethod
    async def of(cls, twin: Twin) -> World:
        """With the clerk at work."""
        return cls(twin, await twin.crm.caller(twin.actor))

    async def send(self, request: Request) -> httpx.Response:
        client = self.actor.pages if request.page else self.actor.api
        if request.form:
            return await client.request(request.method, request.path, data=request.body)
        return await client.request(request.method, request.path, json=request.body)

    def told(self, answer: httpx.Response) -> str:
        """All that an answer says, with what must differ made alike."""
        names = (
            "etag",
            "content-type",
            "location",
            "allow",
            "hx-location",
            "x-kundig-message",
            "content-disposition",
            "retry-after",
        )
        text = "\n".join(
            [str(answer.status_code), *(f"{n}: {answer.headers[n]}" for n in names if n in answer.headers), answer.text]
        )
        return alike(text)


def alike(text: str) -> str:
    """A text in which all that must differ is the same."""
    made: dict[str, str] = {}
    text = _UUID.sub(lambda match: made.setdefault(match[0], f"<id {len(made)}>"), text)
    for pattern, shown in _MADE_ALIKE:
        text = pattern.sub(shown, text)
    return text


async def differences(worlds: tuple[World, World], requests: list[Request]) -> tuple[list[str], int]:
    """What answers differ or hold a hidden word, and how many answers were more than a refusal."""
    found, good = [], 0
    for request in requests:
        answers = [await world.send(request) for world in worlds]
        assert all(answer.status_code < 500 for answer in answers), f"{request}: {answers[0].text[:500]} {answers[1].text[:500]}"
        good += answers[0].status_code < 300
        told = [world.told(answer) for world, answer in zip(worlds, answers, strict=True)]
        if len(found) < 60 and told[0] != told[1] and not _excepted(answers):
            found.append(f"{request}\n{_first_difference(*told)}")
        for text in told:
            # a word that was asked for may be repeated in the answer
            held = [word for word in TAGGED.values() if word in text and word not in f"{request}"]
            found += [f"{request}\nholds {word}: …{text[max(0, text.index(word) - 200) : text.index(word) + 60]}…" for word in held]
    return found, good


def _excepted(answers: list[httpx.Response]) -> bool:
    for answer in answers:
        if answer.headers["content-type"].startswith("application/problem"):
            codes = {error.get("code") for error in answer.json().get("errors", ())}
            if codes and codes <= ALLOWED:
                return True
    return False


def _first_difference(one: str, other: str) -> str:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - 250)
    return f"  A …{one[start : at + 150]!r}\n  B …{other[start : at + 150]!r}"
