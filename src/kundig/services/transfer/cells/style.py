"""How the cells of a file are written."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Language = Literal["de", "en"]
DateOrder = Literal["dmy", "mdy", "ymd"]


class Style(msgspec.Struct, frozen=True):
    """The language decides about decimal and grouping marks, and in German about the order of dates.

    In English `dates` must say whether 03/04/2026 is in March or in April: that is never guessed. `scale` multiplies
    numbers (1000000 for figures in millions).
    """

    language: Language = "de"
    dates: DateOrder | None = None
    zone: ZoneInfo = ZoneInfo("Europe/Berlin")
    scale: Decimal | None = None

    @property
    def date_order(self) -> DateOrder | None:
        """The order of day and month in dates of figures alone; None if it isn't known."""
        return self.dates or ("dmy" if self.language == "de" else None)
