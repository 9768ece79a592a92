"""Values as lines of text: web addresses without their decoration, postal addresses, formatted text that is safe already."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale
from markupsafe import Markup

LONGEST_URL = 40


def trusted_html(value: str | None) -> Markup:
    """Formatted text as markup. Only for values of rich text fields: the write door has sanitised them."""
    return Markup(value or "")  # noqa: S704 - sanitised when it was written


def short_url(value: str | None) -> str:
    """`example.com/shop` for `https://www.example.com/shop/`, cut where it gets long."""
    if not value:
        return ""
    parts = urlsplit(value)
    shown = (parts.netloc.removeprefix("www.") + parts.path.rstrip("/")) or value
    return shown if len(shown) <= LONGEST_URL else f"{shown[: LONGEST_URL - 1]}…"


def address_lines(value: Mapping[str, str | None] | None, language: str) -> list[str]:
    """The lines of a postal address: street, postcode and city, state, country in the reader's language."""
    if not value:
        return []
    place = " ".join(part for part in (value.get("postcode"), value.get("city")) if part)
    code = value.get("country") or ""
    country = Locale.parse(language).territories.get(code, code)
    street = (value.get("street") or "").splitlines()
    state = value.get("state") if value.get("state") != value.get("city") else None
    return [line for line in (*street, place, state, country) if line]


@lru_cache(maxsize=4096)
def phone(value: str) -> str:
    """`+49 40 66969712` for `+494066969712`; what is no such number stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return value
