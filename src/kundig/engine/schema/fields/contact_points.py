"""Emails, phones, domains: several per record, the first is the primary; also kept in `contact_point` for look-ups.

The list in the record is the truth; `contact` tells the writer under which kind its items are to be found.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import email_validator
import phonenumbers
import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.dialects.postgresql import JSONB

from kundig.base.context import Context
from kundig.base.i18n import t
from kundig.engine.schema.fields.choice import text_list_column
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.surroundings import text_array
from kundig.engine.schema.fields.text import clean_text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

# Reserved domains are no mistake here: many companies have mail under .local, and only the form is checked.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

MAX_ITEMS = 100
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


class _LabelledType(FieldType):
    """A list of values with labels in one jsonb column: `[{"value", "label", …}]`, null while empty."""

    kind = Kind.LIST

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One jsonb column."""
        return (sa.Column(field.column, JSONB(none_as_null=True)),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A list of `{"value", "label"}` or strings, or one string; the same value again is dropped."""
        found: dict[str, dict[str, Any]] = {}
        for number, item in enumerate(_as_list(value)):
            try:
                entry = self._entry(item, parsing.context)
            except Refused as refused:
                raise Refused(refused.code, refused.text, f"[{number}]") from None
            if entry is not None:
                found.setdefault(entry["value"], entry)
        return {field.column: list(found.values()) or None}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The list, empty or not."""
        return sa.func.coalesce(row.c[field.column], sa.text("'[]'::jsonb"))

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
        """The bare values."""
        entries = sa.func.jsonb_array_elements(row.c[field.column]).table_valued("value").alias()
        return text_array(sa.select(sa.cast(entries.c.value, JSONB)["value"].astext))

    def items(self, field: BoundField, stored: Any) -> list[str]:
        """The bare values."""
        return [entry["value"] for entry in stored or ()]

    def _entry(self, item: Any, context: Context) -> dict[str, Any] | None:
        if isinstance(item, str):
            item = {"value": item}
        if (
            not isinstance(item, Mapping)
            or not isinstance(item.get("value"), str)
            or not set(item) <= {"value", "label", "display"}
        ):
            raise Refused(
                "bad_type", t("Give a text, or value and label, such as {example}.", example='{"value": "…", "label": "work"}')
            )
        label = item.get("label")
        label = None if label is None else clean_text(label, 40).strip() or None
        value = clean_text(item["value"], 320).strip()
        return self._item(value, label, item.get("display"), context) if value else None

    @abstractmethod
    def _item(self, value: str, label: str | None, display: Any, context: Context) -> dict[str, Any]:
        """One entry as it is stored."""


class EmailsType(_LabelledType):
    """E-mail addresses, lower-cased."""

    name = "emails"
    contact = "email"

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """As it is stored, if it is an address; a part of one in lower case."""
        text = clean_text(value, 320)
        try:
            return normal_email(text)
        except Refused:
            return text.strip().lower()

    def _item(self, value: str, label: str | None, display: Any, context: Context) -> dict[str, Any]:
        return {"value": normal_email(value), "label": label}


class PhonesType(_LabelledType):
    """Phone numbers in E.164; what was typed stays as `display`."""

    name = "phones"
    contact = "phone"

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """In E.164, whatever the notation."""
        return normal_phone(clean_text(value, 100), context.workspace.region)

    def _item(self, value: str, label: str | None, display: Any, context: Context) -> dict[str, Any]:
        region = context.workspace.region
        number = normal_phone(value, region)
        shown = value
        if isinstance(display, str) and len(display) <= 100:
            # What a record shows may be sent back; the display stays if it is still the same number.
            try:
                shown = display if normal_phone(display, region) == number else value
            except Refused:
                shown = value
        return {"value": number, "label": label, "display": shown}


class DomainsType(FieldType):
    """Domains of the internet, lower-cased, without `www.`: a list of strings."""

    name = "domains"
    kind = Kind.LIST
    contact = "domain"

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text[] column, empty unless said otherwise."""
        return (text_list_column(field.column),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A list of strings, or one."""
        found: list[str] = []
        for number, item in enumerate(_as_list(value)):
            try:
                found.append(normal_domain(clean_text(item, 300)))
            except Refused as refused:
                raise Refused(refused.code, refused.text, f"[{number}]") from None
        return {field.column: list(dict.fromkeys(found))}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The list."""
        return sa.func.to_json(row.c[field.column])

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """As it is stored, if it is a domain; a part of one in lower case."""
        text = clean_text(value, 300)
        try:
            return normal_domain(text)
        except Refused:
            return text.strip().lower()

    def items(self, field: BoundField, stored: Any) -> list[str]:
        """The list itself."""
        return list(stored or ())


def normal_email(value: str) -> str:
    """An e-mail address as it is stored, or Refused. Only its form is checked; nothing is asked of the network."""
    try:
        address = validate_email(value.strip(), check_deliverability=False, globally_deliverable=False, allow_quoted_local=False)
    except EmailNotValidError:
        address = None
    if address is None or "." not in address.domain:
        raise Refused("bad_email", t("This is no e-mail address."))
    return address.normalized.lower()


def normal_phone(value: str, region: str) -> str:
    """A phone number in E.164, or Refused. Without a country code it is read as one of `region`."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number) or re.search(r"[a-zA-Z]{4}", value):
        raise Refused("bad_phone", t("This is no phone number."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_domain(value: str) -> str:
    """A domain as it is stored, or Refused."""
    domain = value.strip().lower().rstrip(".").removeprefix("www.")
    try:
        ascii_form = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        ascii_form = ""
    if not _DOMAIN.fullmatch(ascii_form):
        raise Refused("bad_domain", t("Give a domain, such as example.com."))
    return domain


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, str | Mapping):
        return [value]
    if not isinstance(value, list | tuple):
        raise Refused("bad_type", t("Give a list here."))
    if len(value) > MAX_ITEMS:
        raise Refused("too_many", t("At most {max} entries are possible here.", max=MAX_ITEMS))
    return list(value)
