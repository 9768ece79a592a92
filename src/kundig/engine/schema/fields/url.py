"""URL: an address of the web."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import Parsing, Refused
from kundig.engine.schema.fields.text import TextType, clean_text

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class UrlOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_length` in characters."""

    max_length: int = 2000


class UrlType(TextType):
    """http and https only: nothing that a browser would run."""

    name = "url"
    Options = UrlOptions

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A whole address; an empty one empties the field."""
        if value is None:
            return {field.column: None}
        text = clean_text(value, field.options.max_length).strip()
        if text and not is_web_address(text):
            raise Refused("bad_url", t("Give a web address that starts with https:// or http://."))
        return {field.column: text or None}


def is_web_address(text: str) -> bool:
    """Whether a text is an http(s) address with a host and without blanks or control characters."""
    if re.search(r"[\s\x00-\x1f\x7f<>\"\\]", text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host)
