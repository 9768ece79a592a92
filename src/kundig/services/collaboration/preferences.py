"""What people prefer, a row each, and what every page shows of them; never part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from kundig.base.database import Connection
from kundig.services.collaboration.news import KINDS, UNREAD, NotificationKind

Theme = Literal["auto", "light", "dark"]

PUSHED_AT_FIRST: frozenset[NotificationKind] = frozenset({"mention", "comment", "assigned", "invited", "reminder"})
"""What comes on a device that is switched on, until somebody chooses."""
_READ = f"""
select u.label, coalesce(p.theme, 'auto') as theme, coalesce(p.letter_keys, true) as letter_keys,
  coalesce(p.high_contrast, false) as high_contrast, coalesce(p.tour, 0) as tour, coalesce(p.muted, '{{}}') as muted,
  coalesce(p.mailed, '{{}}') as mailed, coalesce(p.pushed, %(at_first)s) as pushed, {UNREAD} as unread
from {{ws}}."user" u left join {{ws}}.preference p on p.user_id = u.id where u.id = %(user)s
"""
_WRITE = """
insert into {ws}.preference (user_id, theme, letter_keys, high_contrast, muted, mailed, pushed, chosen_at)
values (%(user)s, %(theme)s, %(letter_keys)s, %(high_contrast)s, %(muted)s, %(mailed)s, %(pushed)s, now())
on conflict (user_id) do update set theme = excluded.theme, letter_keys = excluded.letter_keys,
  high_contrast = excluded.high_contrast, muted = excluded.muted, mailed = excluded.mailed, pushed = excluded.pushed,
  chosen_at = now()
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody wants to work."""

    theme: Theme = "auto"
    letter_keys: bool = True
    """Whether single letters are shortcuts."""
    high_contrast: bool = False
    """Stronger than the device asks for by itself."""
    muted: frozenset[NotificationKind] = frozenset()
    """Notifications that they do not want."""
    mailed: frozenset[NotificationKind] = frozenset()
    """Notifications that they want by mail too."""
    pushed: frozenset[NotificationKind] = PUSHED_AT_FIRST
    """Notifications that they want on their devices too."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page needs to know of who reads it."""

    name: str
    unread: int
    """Notifications not read yet, at most 100."""
    preferences: Preferences
    tour: int = 0
    """At which step of the tour they are; not above 0 when they are in none."""


async def desk_of(connection: Connection, user: UUID | None) -> Desk:
    """One statement for the frame of every page."""
    row = await connection.row(_READ, {"user": user, "at_first": sorted(PUSHED_AT_FIRST)})
    if row is None:
        return Desk("", 0, Preferences())
    muted, mailed, pushed = (frozenset(kind for kind in KINDS if kind in row[column]) for column in ("muted", "mailed", "pushed"))
    preferences = Preferences(row["theme"], row["letter_keys"], row["high_contrast"], muted, mailed, pushed)
    return Desk(row["label"] or "", row["unread"], preferences, row["tour"])


async def set_preferences(connection: Connection, user: UUID, preferences: Preferences) -> None:
    """Keep what somebody prefers."""
    await connection.execute(
        _WRITE,
        {
            "user": user,
            "theme": preferences.theme,
            "letter_keys": preferences.letter_keys,
            "high_contrast": preferences.high_contrast,
            "muted": sorted(preferences.muted),
            "mailed": sorted(preferences.mailed - preferences.muted),
            "pushed": sorted(preferences.pushed - preferences.muted),
        },
    )
