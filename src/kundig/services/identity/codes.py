"""Random codes (sessions, tokens, one-time links): made here, shown once, kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_PREFIX = "kdg_"  # noqa: S105 - no secret: by it, secret scanners recognise one
_BYTES = 32


def new_code(prefix: str = "") -> str:
    """A code of 256 random bits."""
    return prefix + secrets.token_urlsafe(_BYTES)


def hashed(code: str) -> bytes:
    """What is stored of a code. A plain hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(code.encode()).digest()
