"""What a provider said when it sent somebody here: kept with the session, so that the provider can end it again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voucher:
    """Who somebody is at a provider, by its name here. `sid` is what it calls its own session, if it says so."""

    provider: str
    subject: str
    sid: str | None = None
    second_step: bool = False
    """Whether it said that it had asked for a second step, in words that count here."""
