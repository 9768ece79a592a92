"""Query parameters, read strictly: an unknown, repeated or malformed one is an error that names it, never ignored."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl

from kundig.base.errors import FieldError, Invalid, Malformed
from kundig.base.i18n import t
from kundig.interfaces.api.bodies import parse_json

MAX_PAGE = 1000
COUNTS: tuple[Literal["none", "estimate", "exact"], ...] = ("none", "estimate", "exact")
Word = TypeVar("Word", bound=str)

_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one request by name; only names that the route knows."""

    values: dict[str, str]

    def text(self, name: str) -> str | None:
        """A parameter as it was sent; an empty one counts as not given."""
        return self.values.get(name) or None

    def names(self, name: str) -> list[str] | None:
        """A list by commas, or None when it is not given."""
        text = self.text(name)
        return None if text is None else [part.strip() for part in text.split(",")]

    def limit(self, default: int = 50) -> int:
        """How many to give: 1 to 1,000."""
        return page_size(self.values.get("limit"), default)

    def where(self) -> Any:
        """The filter as JSON, or None. What is no JSON at all is 400; what is no filter is found out by the engine."""
        text = self.values.get("where")
        if text is None:
            return None
        found = parse_json(text, "where")
        # said as null it is a filter that is none, not a filter that is left out
        return "null" if found is None else found

    def one_of(self, name: str, known: Collection[Word], default: Word) -> Word:
        """One of a few words."""
        return chosen(name, self.values.get(name), known, default)


def read_parameters(query: bytes, known: Collection[str]) -> Parameters:
    """The parameters in a query string. Raises Invalid with each unknown or repeated one, Malformed on what is not UTF-8."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:  # UnicodeDecodeError is one too
        raise Malformed(t("The address is not valid UTF-8, or has too many parameters.")) from None
    values: dict[str, str] = {}
    errors = []
    for name, value in pairs:
        if name not in known:
            errors.append(FieldError(name[:100], "unknown_parameter", t("There is no parameter {name}.", name=name[:100])))
        elif name in values:
            errors.append(FieldError(name, "repeated", t("Give the parameter {name} once.", name=name)))
        elif "\0" in value:
            errors.append(FieldError(name, "bad_value", t("The text holds a character that can't be stored.")))
        values[name] = value
    if errors:
        raise Invalid(errors)
    return Parameters(values)


def page_size(value: str | int | None, default: int = 50) -> int:
    """A page size from text or JSON; outside 1 to 1,000 is Invalid."""
    if value is None:
        return default
    size = int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else value
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_PAGE:
        raise Invalid.one("limit", "bad_value", t("Give a whole number from 1 to {max}.", max=MAX_PAGE))
    return size


def chosen(name: str, value: Any, known: Collection[Word], default: Word) -> Word:
    """One of a few words; anything else is Invalid and lists them."""
    if value is None:
        return default
    for word in known:
        if value == word:
            return word
    raise Invalid.one(name, "bad_value", t("Possible here: {known}.", known=", ".join(known)))
