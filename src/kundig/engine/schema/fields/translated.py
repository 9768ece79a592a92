"""Translated texts: one for each language, each in a column of its own; a missing one is read in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import LANGUAGES, t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import LongTextOptions, LongTextType, TextOptions, TextType
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class TranslatedTextType(FieldType):
    """What a text becomes by the flag `translated`: `{"de": "…", "en": "…"}` in `{field}__de` and `{field}__en`.

    As a whole it has no scalar. Filters, orders and groups compare its part in the reader's language (`Path.in_language`).
    """

    name = "translated_text"
    kind = Kind.TEXT
    Options: ClassVar[type[msgspec.Struct]] = TextOptions
    text: ClassVar[TextType] = TextType()
    """The type of the text in one language."""

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """A text column for each language."""
        return tuple(sa.Column(f"{field.column}__{language}", sa.Text) for language in LANGUAGES)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """An object of texts by language, which may be missing; it replaces all of them."""
        if value is not None and not isinstance(value, Mapping):
            raise Refused("bad_type", t("Give a text for each language, such as {example}.", example='{"de": "…", "en": "…"}'))
        given = value or {}
        for language in given:
            if language not in LANGUAGES:
                raise Refused("bad_value", t("There is no language “{language}” here.", language=str(language)[:100]))
        found: dict[str, Any] = {}
        for language, part in self.parts(field).items():
            try:
                found |= part.type.parse(part, given.get(language), parsing)
            except Refused as refused:
                raise Refused(refused.code, refused.text, f".{language}") from None
        return found

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The texts that there are; null without any."""
        texts = {language: row.c[f"{field.column}__{language}"] for language in LANGUAGES}
        shown = sa.func.json_build_object(*(element for pair in texts.items() for element in pair))
        return sa.case((sa.func.coalesce(*texts.values()).is_not(None), sa.func.json_strip_nulls(shown)))

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: only the text in a language compares."""
        return

    def parts(self, field: BoundField) -> Mapping[str, BoundField]:
        """The text as readers of each language read it."""
        main = field.definition.main
        return {language: field.part(language, _Read(self.text), field.options, main=main) for language in LANGUAGES}


class TranslatedLongTextType(TranslatedTextType):
    """The same of several lines."""

    name = "translated_long_text"
    Options = LongTextOptions
    text = LongTextType()


TRANSLATED: Mapping[str, FieldType] = {type_.text.name: type_ for type_ in (TranslatedTextType(), TranslatedLongTextType())}
"""What the types that can be translated become by that."""


class _Read(TextType):
    """A text in one language; where it is missing, in another."""

    def __init__(self, text: TextType) -> None:
        self.text = text

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """As the text itself."""
        return self.text.parse(field, value, parsing)

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The text that is read."""
        return self.scalar(field, row)

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
        """The first text that there is. Where a row holds nothing else, it has been chosen already."""
        whole, _, own = field.column.rpartition("__")
        texts = [f"{whole}__{language}" for language in (own, *LANGUAGES)]
        return sa.func.coalesce(*(row.c[name] for name in dict.fromkeys(texts) if name in row.c))
