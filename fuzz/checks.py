"""What Schemathesis checks besides its own: nobody gets what is not theirs. It loads this by `SCHEMATHESIS_HOOKS`."""

from __future__ import annotations

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis

from fuzz.actors import ACTOR, COUNTS, SERVICE, actors
from kundig.interfaces.api.problems import STATUS

Case = schemathesis.Case[Any]

_actor = next(actor for actor in actors("") if actor.name == os.environ[ACTOR])
_scim = os.environ[SERVICE] == "scim"
_counted: Counter[str] = Counter()
KNOWN = frozenset({*STATUS.values(), 405, 413, 414}) - {500}
"""Of both: what provisioning answers besides is in its description (`scim.py`)."""
NOTHING_DONE = b'{"change":null,"created":[],"updated":0,"deleted":0}'
"""What a batch of nothing is answered, to anybody who knows the object."""


@schemathesis.check
def nothing_unauthorised(_: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """A request that this actor may never make was answered."""
    status, path = response.status_code, case.operation.path
    _counted[f"{status // 100}xx"] += 1
    if status >= 400 or case.method == "OPTIONS" or _may(case.method, path):
        return
    if response.content != NOTHING_DONE and not _of_themselves(response, case):
        message = f"{case.method} {path} was answered {status} to {_actor.name}"
        raise AssertionError(message)


def _may(method: str, path: str) -> bool:
    return _actor.provisions if _scim else _actor.may(method, path)


def _of_themselves(response: schemathesis.Response, case: Case) -> bool:
    """Whether somebody changed their own record."""
    if _scim or not _actor.email or (case.method, case.operation.path) != ("PATCH", "/user/{id}"):
        return False
    return bool(json.loads(response.content)["email"] == _actor.email)


@schemathesis.check
def known_status(_: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """The description names its good statuses and one shape for all problems: these are the problems that there are."""
    if response.status_code >= 300 and response.status_code not in KNOWN:
        message = f"{case.method} {case.operation.path} was answered {response.status_code}"
        raise AssertionError(message)


@schemathesis.check
def nothing_told(_: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """No answer holds a piece of our inside: a trace, a statement, a driver's words."""
    text = response.content[:1_000_000]
    for word in (b"Traceback (most recent", b"psycopg", b"syntax error at or near", b"asyncpg", b"/site-packages/", b"$argon2"):
        if word in text:
            message = f"{case.method} {case.operation.path} tells {word.decode()}"
            raise AssertionError(message)


@atexit.register
def _count() -> None:
    Path(os.environ[COUNTS]).write_text(json.dumps(_counted))
