"""A document: one piece of configuration by kind and name, whole or what differs from a module's default of that name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.audit.forgetting import LEAST_DAYS, MOST_DAYS
from kundig.engine.extension import Field, Layout, Object, Pipeline, Role, SharingRule, SignInProvider, View

TRASH_DAYS = 30
"""After how many days the trash is emptied, unless the workspace says otherwise."""
MOST_TRASH_DAYS = 3650


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a workspace decides for all its users."""

    company: str | None = None
    """What the company is called."""
    address: str | None = None
    """Its address, in lines as on an envelope."""
    language: str | None = None
    time_zone: str | None = None
    region: str | None = None
    currency: str | None = None
    """What amounts are compared and added up in; it can be another one as long as there are no rates into the former."""
    audit_days: Annotated[int, msgspec.Meta(ge=LEAST_DAYS, le=MOST_DAYS)] | None = None
    """How long the audit trail is kept."""
    trash_days: Annotated[int, msgspec.Meta(ge=0, le=MOST_TRASH_DAYS)] | None = None
    """After how many days the trash is emptied; 0 for never."""


class ExchangeRates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one unit of a currency is worth in the company's, by the day from which on it is: `"2026-01-01": "0.92"`."""

    name: str
    rates: dict[str, str | int | float]


class ObjectField(Field, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A field with the object that it belongs to: a document of its own, so that a module's object can have one more."""

    object: str


KINDS: Mapping[str, type[msgspec.Struct]] = {
    "workspace": Settings,
    "exchange_rates": ExchangeRates,
    "object": Object,
    "field": ObjectField,
    "pipeline": Pipeline,
    "layout": Layout,
    "view": View,
    "role": Role,
    "sharing_rule": SharingRule,
    "sign_in_provider": SignInProvider,
}
"""The kinds of documents, in the order in which they build on each other."""

OF_OBJECT = frozenset({"field", "layout", "view"})
"""Kinds that are named within an object: their full name is `object.name`."""

SETTINGS_NAME = "workspace"


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `name` is unique within its kind; the body holds the same name (without the object's)."""

    kind: str
    name: str
    body: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name."""
        return self.kind, self.name


class BadDocument(Invalid):
    """A document that can't be read: says which one, where in it, and what is wrong."""

    def __init__(self, source: str, place: str, text: Text) -> None:
        """`source` is the file or `kind name`."""
        super().__init__([FieldError(f"{source}{':' if place else ''}{place}", "bad_document", text)])


def read_document(value: Any, source: str) -> Document:
    """A document from what a YAML file holds: `kind`, and the definition's own keys. Raises BadDocument."""
    if not isinstance(value, Mapping):
        raise BadDocument(source, "", t("A document is a list of keys with values, among them “kind” and “name”."))
    body = dict(value)
    kind = body.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadDocument(source, "kind", t("The kind must be one of: {kinds}.", kinds=", ".join(KINDS)))
    document = Document(kind, _name(kind, body, source), body)
    check_body(document, source)
    return document


def check_body(document: Document, source: str) -> None:
    """Refuse what no definition of the kind could hold. What differs from a default need not be whole."""
    if document.body.get("hidden") is True and set(document.body) <= {"name", "object", "hidden"}:
        return
    try:
        msgspec.convert(document.body, KINDS[document.kind], strict=True)
    except msgspec.ValidationError as error:
        text, place = explained(str(error))
        if text is not None:
            raise BadDocument(source, place, text) from None


def explained(message: str) -> tuple[Text | None, str]:
    """What msgspec found, in our words, and its place; None for a required key that is missing (the default may have it)."""
    found, _, place = message.partition(" - at `$")
    place = place.rstrip("`").removeprefix(".")
    if match := re.search(r"missing required field `(.+)`", found):
        return (None, place) if not place else (t("“{key}” is missing.", key=match[1]), place)
    if match := re.search(r"unknown field `(.+)`", found):
        return t("There is no key “{key}” here.", key=match[1]), place
    if match := re.search(r"Expected `int` (>=|<=) (\d+)", found):
        text = t("This must be at least {least}.", least=match[2])
        return (text if match[1] == ">=" else t("This must be at most {most}.", most=match[2])), place
    if match := re.search(r"Expected `(.+)`, got `(.+)`", found):
        return t("This must be of the type {wanted}, it is {found}.", wanted=match[1], found=match[2]), place
    if match := re.search(r"Invalid enum value '?(.+?)'?$", found):
        return t("“{value}” is none of the possible values.", value=match[1]), place
    return t("This can't be read: {reason}.", reason=found), place


def _name(kind: str, body: Mapping[str, Any], source: str) -> str:
    if kind == "workspace":
        return SETTINGS_NAME
    parts = [body.get(key) for key in (("object", "name") if kind in OF_OBJECT else ("name",))]
    for key, part in zip(("object", "name") if kind in OF_OBJECT else ("name",), parts, strict=True):
        if not isinstance(part, str) or not part:
            raise BadDocument(source, key, t("“{key}” is missing.", key=key))
    return ".".join(str(part) for part in parts)
