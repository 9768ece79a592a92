"""Names: which ones a definition may use, and how long ones become names of PostgreSQL."""

from __future__ import annotations

import hashlib
import re

LONGEST = 40
"""Bytes of an API name, so that columns and tables made of it stay within PostgreSQL's 63."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_ADDRESSES = (
    "search", "meta", "imports", "exports", "changes", "batch", "query", "openapi", "api", "docs", "auth", "token", "tokens",
)  # fmt: skip
_WORDS = ("me", "any", "all", "none", "session", "sessions")
_TABLES = (
    "document", "document_revision", "principal", "share", "stage", "stage_history", "contact_point", "address_status",
    "external_id", "search_entry", "timeline_entry", "change", "change_entry", "change_default", "change_entry_default",
    "change_state", "audit_event", "idempotency", "exchange_rate", "kept_rate", "entries_made", "trash_since",
    "comment", "follower", "notification", "reminded", "preference", "feed_position", "mail",
    "import_run", "import_part", "import_late", "import_error", "import_fix", "import_sample", "import_pulse",
    "reaction", "pin", "presence", "saved_view", "view_order", "view_default", "bulk_run", "bulk_record", "bulk_refusal",
)  # fmt: skip
_RESERVED = frozenset((*_ADDRESSES, *_WORDS, *_TABLES))
_MADE = re.compile(r".*_rollup|change(_entry)?_\d{4}_\d{2}")
"""Tables that are made while the program runs: figures of an object, and the months of the journal."""

RESERVED_FIELDS = frozenset(
    (
        "id", "object", "label", "label_fold", "external_id", "external_ids", "owner_id", "team_id",
        "deleted_at", "origin", "is_sample", "audience", "delete",
    )
)  # fmt: skip
"""Names of what every record has without being a field, and of columns of every table."""


def is_name(name: str) -> bool:
    """Whether a name is lower snake case of ASCII letters and digits, at most 40 bytes, without two underlines in a row."""
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None


def is_reserved(object_: str) -> bool:
    """Whether an object's name means something else in addresses, tokens of filters, or tables of the program."""
    return object_ in _RESERVED or _MADE.fullmatch(object_) is not None


def shortened(name: str) -> str:
    """A name that PostgreSQL takes whole: a long one ends in a digest of itself."""
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
