"""The field types, one file each. `TYPES` lists them; nothing outside this folder compares a type's name."""

from __future__ import annotations

from collections.abc import Mapping

from kundig.engine.schema.fields.address import AddressType
from kundig.engine.schema.fields.autonumber import AutonumberType
from kundig.engine.schema.fields.boolean import BooleanType
from kundig.engine.schema.fields.choice import ChoicesType, ChoiceType
from kundig.engine.schema.fields.contact_points import DomainsType, EmailsType, PhonesType
from kundig.engine.schema.fields.contract import FieldType
from kundig.engine.schema.fields.dates import DatetimeType, DateType
from kundig.engine.schema.fields.file import FileType, ImageType
from kundig.engine.schema.fields.formula import FormulaType
from kundig.engine.schema.fields.json import JsonType
from kundig.engine.schema.fields.link import LinkType, TeamType, UserType
from kundig.engine.schema.fields.links import LinkAnyType, LinksType
from kundig.engine.schema.fields.money import MoneyType
from kundig.engine.schema.fields.number import DecimalType, DurationType, NumberType, PercentType, RatingType
from kundig.engine.schema.fields.pipeline import PipelineType
from kundig.engine.schema.fields.recurrence import RecurrenceType
from kundig.engine.schema.fields.rich_text import RichTextType
from kundig.engine.schema.fields.rollup import RollupType
from kundig.engine.schema.fields.secret import SecretType
from kundig.engine.schema.fields.tags import TagsType
from kundig.engine.schema.fields.text import LongTextType, TextType
from kundig.engine.schema.fields.url import UrlType

_ALL: tuple[FieldType, ...] = (
    TextType(),
    LongTextType(),
    RichTextType(),
    NumberType(),
    DecimalType(),
    PercentType(),
    MoneyType(),
    BooleanType(),
    DateType(),
    DatetimeType(),
    DurationType(),
    ChoiceType(),
    ChoicesType(),
    TagsType(),
    PipelineType(),
    RecurrenceType(),
    EmailsType(),
    PhonesType(),
    DomainsType(),
    UrlType(),
    AddressType(),
    LinkType(),
    LinksType(),
    LinkAnyType(),
    UserType(),
    TeamType(),
    FileType(),
    ImageType(),
    RatingType(),
    AutonumberType(),
    FormulaType(),
    RollupType(),
    JsonType(),
    SecretType(),
)

TYPES: Mapping[str, FieldType] = {type_.name: type_ for type_ in _ALL}
"""All types that a definition may name."""
