"""The cards of a board, a record's values sorted into their places by widgets, and the columns that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kundig.base.i18n import label_in, t
from kundig.engine.extension import Stage
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.widgets.described import FieldView


@dataclass(frozen=True, slots=True)
class Card:
    """A record on a board: what it belongs to, its name, its figure and date, its owner, and what else the view shows."""

    id: str
    label: str
    top: Mapping[str, Any] | None
    top_icon: str
    money: Mapping[str, Any] | None
    date: str
    owner: str
    rest: tuple[tuple[FieldView, Any], ...]
    rotting: int = 0
    lane: tuple[str, str] = ("", "")
    """Key and name of its swimlane."""
    waits: bool = False
    """Whether something should be planned with it."""


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage with its first cards; `more` fetches all of them, page by page."""

    key: str
    label: str
    color: str
    cards: tuple[Card, ...]
    more: str = ""
    create: str = ""
    status: str = "open"
    folded: bool = False
    """Whether the reader has folded it on this device."""
    fixed: bool = False
    """Whether no card can be moved into it."""

    @property
    def size(self) -> int:
        """How many cards are shown."""
        return len(self.cards)


@dataclass(frozen=True, slots=True)
class CardShape:
    """What the cards of a board show: the field of the columns, that of the lanes, the others; whether anything is planned."""

    field: BoundField
    lane: BoundField | None
    fields: tuple[FieldView, ...]
    plans: bool

    def card(self, scope: Scope, stage: Stage, row: Mapping[str, Any]) -> Card:
        """The card of a record in a stage."""
        filled = [(field, row[field.name]) for field in self.fields if row.get(field.name)]
        top = next((value for field, value in filled if field.widget == "link"), None)
        money = next((value for field, value in filled if field.widget == "money"), None)
        date = next((value for field, value in filled if field.widget in ("date", "datetime")), "")
        taken = (top, money, date)
        owner = row.get("owner")
        return Card(
            id=str(row["id"]),
            label=row["label"] or "",
            top=top,
            top_icon=scope.model.objects[top["object"]].definition.icon if top else "",
            money=money,
            date=date,
            owner=owner["label"] if owner else "",
            rest=tuple((f, v) for f, v in filled if f.widget != "person" and not any(v is known for known in taken)),
            rotting=self._rotting(scope, stage, row),
            lane=_lane_of(self.lane, row, scope.context.language),
            waits=stage.status == "open" and self.plans,
        )

    def _rotting(self, scope: Scope, stage: Stage, row: Mapping[str, Any]) -> int:
        """For how many days it has been in a stage that it should have left; 0 for what may stay."""
        changed = row.get(f"{self.field.name}_changed_at")
        if not changed or stage.rot_days is None or stage.status != "open":
            return 0
        days = (scope.context.now - datetime.fromisoformat(changed)).days
        return days if days > stage.rot_days else 0


def _lane_of(field: BoundField | None, row: Mapping[str, Any], language: str) -> tuple[str, str]:
    value = row.get(field.name) if field is not None else None
    if field is None or not value:
        return "", t("Without").render(language) if field is not None else ""
    if isinstance(value, Mapping):
        return str(value["id"]), str(value["label"] or "")
    return str(value), next((label_in(c.label, language) for c in field.choices if c.key == value), str(value))
