"""What people may want to hear of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

NotificationKind = Literal["mention", "comment", "assigned", "invited", "reminder", "changed"]
COMMENTED, TOLD = "collaboration.commented", "collaboration.told"
"""The jobs that tell people of a comment, and one person of one thing."""
KINDS: tuple[NotificationKind, ...] = get_args(NotificationKind)
UNREAD = """
(select count(*) from (
  select from {ws}.notification n where n.recipient = u.id and n.read_at is null limit 100) as unread)
"""
"""How many notifications the user `u` of a statement has not read, up to a hundred."""


@dataclass(frozen=True, slots=True)
class News:
    """Something about a record that people may want to know. `fields` are those that changed; None: not about fields."""

    kind: NotificationKind
    object: str
    record: UUID
    actor: UUID | None
    comment: UUID | None = None
    fields: frozenset[str] | None = None
