"""What the audit trail can tell: each event is a value that whoever notes it declares, with its words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kundig.base.i18n import Label


@dataclass(frozen=True, slots=True, eq=False)
class AuditEvent:
    """An event. Modules hand theirs in (`Module.audit_events`): the trail shows and filters only what has been declared.

    `text` goes on behind the name of who did it, with `{record}`, `{object}` and details in braces; without one the label stands.
    """

    name: str
    label: Label
    """The kind, in a list to choose from."""
    text: Label | None = None
    told: Mapping[str, Label] = field(default_factory=dict)
    """Details by their keys that everybody is told who may read the trail; what is in neither of both is told to nobody."""
    guarded: Mapping[str, Label] = field(default_factory=dict)
    """Details that name objects, fields or values: only for who may read every record with all its fields."""


def audit_event(name: str, label: tuple[str, str], text: tuple[str, str], /, **told: tuple[str, str]) -> AuditEvent:
    """An event with its words as (English, German); `told` are details for every reader, `guarded_…` those for few."""
    words = {key: _label(pair) for key, pair in told.items()}
    guarded = {key.removeprefix(_GUARDED): pair for key, pair in words.items() if key.startswith(_GUARDED)}
    plain = {key: pair for key, pair in words.items() if not key.startswith(_GUARDED)}
    return AuditEvent(name, _label(label), _label(text), plain, guarded)


_GUARDED = "guarded_"


def _label(pair: tuple[str, str]) -> Label:
    english, german = pair
    return {"en": english, "de": german}
