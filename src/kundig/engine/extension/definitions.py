"""What describes an object: the one shape for shipped and custom objects, in memory, in the database and as YAML.

A shipped object is one of these made in a module's `objects.py`; a custom one is the same read from a document. All are
immutable; `kundig.engine.schema` turns them into tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from kundig.base.i18n import Label

Storage = Literal["record", "owned"]
FieldState = Literal["building", "live", "retired"]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One value of a choice field; `color` is one of the eight hues for tags."""

    key: str
    label: Label
    color: str | None = None
    retired: bool = False


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field. `options` is checked by the field's type (target, choices, pipeline, prefix …)."""

    name: str
    type: str
    label: Label
    help: Label | None = None
    required: bool = False
    unique: bool = False
    read_only: bool = False
    default: Any = None
    main: bool = False
    """On the default layout and in quick create; the other fields are one click away."""
    searched: bool | None = None
    """In full-text search; None: texts and contact points are, the rest not. Sensitive fields never are."""
    personal: bool = False
    sensitive: bool = False
    """Who reads it is noted in the audit trail."""
    translated: bool = False
    hidden: bool = False
    """Taken out by a document; the data stays."""
    state: FieldState = "live"
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class Interaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Makes an object's records entries on timelines: those of the records in `about`, and of the records above them.

    `at` is the datetime field they stand at (created_at when it is empty); `done` names the filter that says it is over.
    """

    about: tuple[str, ...]
    at: str = "created_at"
    reaches: dict[str, str] = {}
    """How people are reached by it: kind of contact point (phone, email) → the text field that keeps which one was used."""
    done: dict[str, Any] | None = None


class Guests(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who takes part in a record besides its owner: users to whom records that it owns link."""

    object: str
    """The owned object."""
    user: str
    """Its link to a user."""
    answer: str | None = None
    """Its choice that says whether they come."""
    declined: tuple[str, ...] = ()
    """The answers of those who do not."""


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a record takes up in a calendar: fields of its own, `start` and `end` both dates or both times."""

    start: str
    end: str | None = None
    all_day: str | None = None
    """The boolean field that says that only the days count."""
    guests: Guests | None = None
    """Who else is taken up by it."""
    place: str | None = None
    """The field that says where."""


class Object(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One object: a table, its pages, its API, its rights."""

    name: str
    label: Label
    label_plural: Label
    about: Label | None = None
    """One sentence on what belongs here and what it is good for, shown where there is none yet."""
    icon: str = "box"
    storage: Storage = "record"
    parent: str | None = None
    """Owned objects: the link field that points to the owner."""
    readers: tuple[str, ...] = ()
    """Owned objects: links to users who may read the owner and all it owns because they are named here: guests of a meeting."""
    title: str = "{name}"
    """The record's label from its fields: `"{first_name} {last_name}|{company_name}"`; the first alternative that isn't empty."""
    fields: tuple[Field, ...] = ()
    any_required: tuple[tuple[str, ...], ...] = ()
    """Groups of fields of each of which at least one is needed."""
    above: str | None = None
    """The link to the record whose timeline shows this one's interactions too (contact → account)."""
    tree: str | None = None
    """The link to an object of the same kind that must not run in a circle."""
    interaction: Interaction | None = None
    period: Period | None = None
    """Its place in a calendar; without one it stands at its interaction's time or at its first main date."""
    reminder: str | None = None
    """The time at which the owner is reminded of a record, unless its interaction is over by then."""
    headings: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """What people write over the columns of their lists, by the field (or the part, `address.city`) that such a column fills."""
    rate_date: str | None = None
    """The date whose exchange rate converts the money fields; the day of creation when it is empty."""
    order: str = "-created_at"
    """The order of its lists unless a view says otherwise."""
    navigation: int | None = None
    """Place in the main navigation; None: not in it."""
    system: bool = False
    """Kept by the platform (user, team): no custom deletion, no trash."""


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One stage of a pipeline. `required` names fields that must be filled to enter it."""

    key: str
    label: Label
    status: Literal["open", "won", "lost"] = "open"
    probability: int | None = None
    rot_days: int | None = None
    required: tuple[str, ...] = ()
    checklist: tuple[Label, ...] = ()
    color: str | None = None
    retired: bool = False


class Pipeline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Stages in order, for a pipeline field of an object.

    `probability` names the percent field that follows the stage; `amount` and `close_date` are kept in the stage history.
    """

    name: str
    object: str
    field: str
    label: Label
    stages: tuple[Stage, ...]
    probability: str | None = None
    amount: str | None = None
    close_date: str | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Fields that a module (or a document) adds to another's object."""

    object: str
    fields: tuple[Field, ...]


class Placed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A field on a layout with conditions. They arrange pages and forms; what somebody may see or write is said by roles alone."""

    field: str
    visible: dict[str, Any] | None = None
    """A filter: the field stands there for records that match."""
    required: bool | dict[str, Any] = False
    """Whether, or for records that match a filter, people can't leave it empty in forms."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A titled group of fields on a layout."""

    label: Label
    fields: tuple[str | Placed, ...]
    columns: Literal[1, 2] | None = None
    """None: one on the page, two in the form."""
    visible: dict[str, Any] | None = None
    """A filter: the section stands there for records that match."""

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Its fields with their conditions."""
        return tuple(Placed(field=item) if isinstance(item, str) else item for item in self.fields)


class Tab(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Sections of which the page shows those of one tab at a time; forms show them all, one after the other."""

    label: Label
    sections: tuple[Section, ...]


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a record page, its forms and its print show. Without one, the main fields come first and the rest behind one click."""

    name: str
    object: str
    roles: tuple[str, ...] = ()
    """Whose it is; none given: everybody's who has none of their own. The first of a person's roles that has one decides."""
    facts: tuple[str, ...] = ()
    """Up to five figures under the record's name."""
    sections: tuple[Section, ...] = ()
    tabs: tuple[Tab, ...] = ()
    """They stand below the sections."""
    related: tuple[str, ...] = ()
    """Children shown as lists: `"contact.account"`, in order."""
    quick: tuple[str, ...] = ()
    """The fields of the short form, besides required ones; none given: the main fields."""

    @property
    def all_sections(self) -> tuple[Section, ...]:
        """Those above the tabs and those in them."""
        return (*self.sections, *(section for tab in self.tabs for section in tab.sections))


class Home(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Makes a view a card of the first page: what it lists is somebody's day. Everybody arranges their own."""

    position: int
    roles: tuple[str, ...] = ()
    """Whose first page begins with it; none given: everybody's."""
    asks: str | None = None
    """A field that each row asks for in a dialog: what is missing there."""
    empty: Label | None = None
    """What is said when nothing is to do."""


class View(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A saved list: filter, columns, order; `shape` list or board. Shipped ones are documents, people's own are rows.

    `group` is the field that a board's columns are made by, or what a list is grouped by (`stage`, `close_date:month`);
    `lane` makes a board's swimlanes, `pipeline` names the one that a board by stages shows, where there are several.
    """

    name: str
    object: str
    label: Label
    where: dict[str, Any] | None = None
    columns: tuple[str, ...] = ()
    widths: dict[str, int] = msgspec.field(default_factory=dict)
    """Pixels of columns that differ from what suits their values."""
    frozen: int = 1
    """How many columns stay in sight when the others are scrolled."""
    order: str | None = None
    shape: Literal["list", "board"] = "list"
    group: str | None = None
    lane: str | None = None
    pipeline: str | None = None
    position: int = 100
    default: bool = False
    home: Home | None = None
    """Its place on the first page."""


def field(name: str, type: str, en: str, de: str, **rest: Any) -> Field:
    """A field with its two labels; what `Field` doesn't know itself becomes an option of the type."""
    own = {key: rest.pop(key) for key in list(rest) if key in _FIELD_KEYS}
    return Field(name=name, type=type, label={"en": en, "de": de}, options=rest, **own)


def choice(key: str, en: str, de: str, color: str | None = None) -> Choice:
    """A choice with its two labels."""
    return Choice(key, {"en": en, "de": de}, color)


_FIELD_KEYS = frozenset(Field.__struct_fields__) - {"name", "type", "label", "options"}
