"""Cursors: where a page ended, signed, and good only for the same user, list and version of model and policy."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import msgspec

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.base.secrets import Secrets
from kundig.engine.policy.scope import Scope

_PURPOSE = "cursor"
_PROCESS = Secrets(os.urandom(32))
"""Signs where a context has no secrets (a job that walks through a list by itself): such cursors are good in this process only."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """The last record of a page: the segment it is in, its sort keys as texts, its id."""

    segment: int
    keys: tuple[str | None, ...]
    id: str


def write_cursor(scope: Scope, query: Sequence[Any], place: Place) -> str:
    """The cursor that continues after `place` in the list that `query` describes."""
    return _secrets(scope).sign(msgspec.json.encode(place), _PURPOSE, _binding(scope, query))


def read_cursor(scope: Scope, query: Sequence[Any], cursor: str) -> Place:
    """Where to continue; raises Malformed for anything that was not made for this user, list and policy."""
    content = _secrets(scope).verify(cursor, _PURPOSE, _binding(scope, query))
    try:
        return msgspec.json.decode(content, type=Place)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Malformed(t("This is no cursor of this list. Start again without it.")) from error


def _secrets(scope: Scope) -> Secrets:
    return scope.context.secrets or _PROCESS


def _binding(scope: Scope, query: Sequence[Any]) -> bytes:
    who = [scope.model.schema, scope.model.version, scope.access.user, scope.access.shape]
    return hashlib.sha256(msgspec.json.encode([who, query], order="deterministic")).digest()
