"""Swimlanes: the columns of a board cut by what its cards have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kundig.interfaces.web.pages.board_cards import StageColumn


@dataclass(frozen=True, slots=True)
class Lane:
    """A swimlane: the cards of each column that belong to it."""

    key: str
    label: str
    columns: tuple[StageColumn, ...]


def cut_in_lanes(columns: Sequence[StageColumn]) -> tuple[Lane, ...]:
    """The columns cut into lanes by name; what has no value comes last."""
    known = {card.lane for column in columns for card in column.cards}
    ordered = sorted(known, key=lambda lane: (not lane[0], lane[1].casefold()))
    return tuple(
        Lane(key, label, tuple(replace(c, cards=tuple(card for card in c.cards if card.lane == (key, label))) for c in columns))
        for key, label in ordered
    )
