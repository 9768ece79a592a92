"""What a list shows: views as tabs, columns, filter chips, order; all of it in the address, to be shared and gone back to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from kundig.base.errors import Invalid, Malformed
from kundig.base.i18n import label_in, t
from kundig.engine.extension import View
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import Page
from kundig.engine.records.sight import filter_in
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import UnknownField
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.calendar_entries import source_of
from kundig.interfaces.web.pages.stages import board_fields
from kundig.interfaces.web.widgets.described import FieldView, describe

DEFAULT_COLUMNS = 7
PARTS = {"street": t("Street"), "postcode": t("Postcode"), "city": t("City"), "state": t("State"), "country": t("Country")}
WIDE = frozenset({"text", "translated", "translated_long", "link", "links", "emails", "long_text", "rich_text", "address", "url"})
SECOND = frozenset({"text", "link", "links", "money", "date", "datetime", "number"})
SLIM = frozenset({"date", "datetime", "boolean", "duration"})


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked for: the view, what is added to its filter, the order."""

    object: BoundObject
    view: View | None
    added: tuple[dict[str, Any], ...] = ()
    order: str = ""
    words: str = ""
    shape: str = "list"

    @property
    def address(self) -> str:
        """The list's address."""
        query = self.query()
        path = f"/o/{self.object.name}/board" if self.shape == "board" else f"/o/{self.object.name}"
        return path + (f"?{query}" if query else "")

    def query(self, **more: str) -> str:
        """The part of the address after `?`, with more values."""
        own = {
            "view": self.view.name if self.view else "",
            "where": json.dumps(self.added, ensure_ascii=False, separators=(",", ":")) if self.added else "",
            "order": self.order,
            "q": self.words,
            **more,
        }
        return urlencode({name: value for name, value in own.items() if value})

    def part(self, name: str, **more: str) -> str:
        """The address of a part of the page."""
        query = self.query(**more)
        return f"/o/{self.object.name}/{name}" + (f"?{query}" if query else "")

    @property
    def where(self) -> dict[str, Any] | None:
        """The whole filter: of the view, what was added, and the words typed into the search box."""
        parts: list[dict[str, Any]] = [self.view.where] if self.view and self.view.where else []
        parts += self.added
        if self.words:
            parts.append({"field": "label", "op": "contains", "value": self.words})
        return None if not parts else parts[0] if len(parts) == 1 else {"all": parts}

    @property
    def sorted_by(self) -> str:
        """The order in force."""
        return self.order or (self.view.order if self.view and self.view.order else "") or self.object.definition.order


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, and where a click on its head leads."""

    field: FieldView
    href: str
    sorted: str = ""
    """ascending, descending or nothing."""
    css: str = "c-mid"
    """The width that its values want."""
    state: bool = False
    """Shown on a phone too, at the right."""
    second: bool = False
    """Shown on a phone too, under the name."""
    edited: bool = False
    """Whether its values can be edited in place."""

    @property
    def classes(self) -> Markup:
        """The class attribute of its cells, which says only what differs from a plain one."""
        return _classes(self.css == "c-num", self.state, self.second, self.edited)


@lru_cache(maxsize=16)
def _classes(number: bool, state: bool, second: bool, edited: bool) -> Markup:
    kinds = (("c-num", number), ("c-state", state), ("c-second", second), ("ed", edited))
    names = " ".join(name for name, is_so in kinds if is_so)
    return Markup(' class="{}"').format(names) if names else Markup("")


@dataclass(frozen=True, slots=True)
class Chip:
    """One added condition in words, and the address of the list without it."""

    field: str
    operator: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class ListView:
    """The view of `pages/list.html`."""

    title: str
    singular: str
    icon: str
    name: str
    tabs: tuple[Link, ...]
    shapes: tuple[Link, ...]
    current: str
    columns: tuple[Column, ...]
    rows: Sequence[dict[str, Any]]
    more: str | None
    chips: tuple[Chip, ...]
    filter_fields: tuple[FieldView, ...]
    count_address: str
    address: str
    words: str
    wordless: str
    filter_address: str
    may_create: bool
    may_import: bool
    may_edit: bool
    may_delete: bool
    filtered: bool
    person: bool
    """Whether records are named as people are: they get initials instead of the object's mark."""
    hidden: dict[str, str] = field(default_factory=dict)
    """Values that the search form carries along."""


def listing_of(scope: Scope, object_: str, query: dict[str, str]) -> Listing:
    """What an address asks for; raises Missing for the object, Invalid for the rest."""
    bound = scope.object(object_)
    views = views_of(scope, bound)
    if query.get("shape") != "board":
        views = [view for view in views if view.shape == "list"]
    wanted = query.get("view", "")
    view = next((v for v in views if v.name == wanted), None) or next((v for v in views if v.default), views[0] if views else None)
    shape = query.get("shape", "list")
    return Listing(bound, view, _added(query.get("where", "")), query.get("order", ""), query.get("q", "").strip()[:200], shape)


def _added(text: str) -> tuple[dict[str, Any], ...]:
    if not text:
        return ()
    try:
        parts = json.loads(text)
    except ValueError:
        raise Malformed(t("The filter in the address can't be read.")) from None
    parts = parts if isinstance(parts, list) else [parts]
    if not all(isinstance(part, dict) for part in parts):
        raise Malformed(t("The filter in the address can't be read."))
    return tuple(parts)


def views_of(scope: Scope, object_: BoundObject) -> list[View]:
    """The shared views of an object that the reader may use, in their order."""
    views = [view for view in scope.model.views.values() if view.object == object_.name and _usable(scope, object_, view)]
    return sorted(views, key=lambda view: (view.position, view.name))


def _usable(scope: Scope, object_: BoundObject, view: View) -> bool:
    """A view whose filter names what the reader may not know is not offered."""
    try:
        if view.where is not None:
            filter_in(scope, object_, view.where)
    except Invalid:
        return False
    return True


def columns_of(scope: Scope, listing: Listing) -> list[FieldView]:
    """The columns of a list, as far as the reader may see them."""
    names = listing.view.columns if listing.view and listing.view.columns else default_columns(listing.object)
    shown = [column for name in names if (column := column_at(scope, listing.object, name)) is not None]
    return shown or [
        field_ for name in default_columns(listing.object) if (field_ := column_at(scope, listing.object, name)) is not None
    ]


def short_columns(scope: Scope, object_: BoundObject) -> list[str]:
    """What tells records apart beside their names: the columns of the object's first list."""
    first = next((view for view in views_of(scope, object_) if view.shape == "list" and view.columns), None)
    names = list(first.columns) if first else default_columns(object_)
    return [name for name in names if name not in ("label", "owner", *object_.title_fields)]


def default_columns(object_: BoundObject) -> list[str]:
    """The label and the first main fields."""
    main = [f.name for f in object_.fields.values() if f.definition.main and f.name not in object_.title_fields]
    return ["label", *main[: DEFAULT_COLUMNS - 1]]


def column_at(scope: Scope, object_: BoundObject, path: str) -> FieldView | None:
    """A field at a dotted path for the reader, or None."""
    try:
        found = scope.model.field_at(object_.name, path, lambda name: _hidden(scope, name))
    except UnknownField:
        return None
    shown = describe(scope, found.field, path)
    if found.field.name.partition(".")[2] in PARTS:
        shown = replace(shown, label=PARTS[found.field.name.partition(".")[2]].render(scope.context.language), icon="map-pin")
    if found.links:
        label = label_in(found.links[0].definition.label, scope.context.language)
        shown = replace(shown, label=f"{shown.label} ({label})", editable=False)
    return shown


def _hidden(scope: Scope, object_: str) -> frozenset[str] | None:
    rights = scope.access.objects.get(object_)
    return None if rights is None else rights.hidden


def with_order(listing: Listing, column: FieldView) -> Column:
    """A column's head: a click sorts by it, a second one the other way round."""
    current = listing.sorted_by.split(",")[0]
    css = "c-num" if column.right else "c-wide" if column.widget in WIDE else "c-slim" if column.widget in SLIM else "c-mid"
    if column.widget in ("json", "address", "emails", "phones", "links", "rich_text", "file", "choices", "tags", "lines"):
        return Column(column, "", css=css)
    sorted_ = "ascending" if current == column.name else "descending" if current == f"-{column.name}" else ""
    order = f"-{column.name}" if sorted_ == "ascending" else column.name
    return Column(column, replace(listing, order=order).address, sorted_, css)


def _heads(listing: Listing, fields: Sequence[FieldView], *, edits: bool) -> tuple[Column, ...]:
    """All heads: the first is the name's; beside it a phone shows the first choice, under it the first text."""
    heads = [replace(with_order(listing, field_), edited=edits and field_.editable) for field_ in fields]
    heads[0] = replace(heads[0], css="c-name")
    state = next((n for n, head in enumerate(heads) if n and head.field.widget in ("stage", "choice")), None)
    if state is not None:
        heads[state] = replace(heads[state], state=True)
    second = next((n for n, head in enumerate(heads) if n and head.field.widget in SECOND), None)
    if second is not None:
        heads[second] = replace(heads[second], second=True)
    return tuple(heads)


def named_as_person(object_: BoundObject) -> bool:
    """Whether the label is put together from several fields, as names of people are."""
    return object_.definition.title.split("|")[0].count("{") > 1


def list_view(scope: Scope, listing: Listing, page: Page, columns: Sequence[FieldView]) -> ListView:
    """Everything that the list's template needs."""
    from kundig.interfaces.web.pages.conditions import chip_of, filterable

    language = scope.context.language
    object_, rights = listing.object, scope.rights(listing.object.name)
    views = views_of(scope, object_)
    tabs = tuple(Link(label_in(v.label, language), Listing(object_, v).address) for v in views if v.shape == "list")
    return ListView(
        title=label_in(object_.definition.label_plural, language),
        singular=label_in(object_.definition.label, language),
        icon=object_.definition.icon,
        name=object_.name,
        tabs=tabs,
        shapes=shapes_of(scope, object_),
        current=Listing(object_, listing.view).address,
        columns=_heads(listing, columns, edits=rights.edit != "none"),
        rows=page.records(),
        more=listing.part("rows", cursor=page.next_cursor) if page.next_cursor else None,
        chips=tuple(chip_of(scope, object_, part, address) for part, address in zip(listing.added, without(listing), strict=True)),
        filter_fields=filterable(scope, object_),
        count_address=listing.part("count"),
        address=listing.address,
        words=listing.words,
        wordless=replace(listing, words="").address,
        filter_address=listing.part("filter"),
        may_create=rights.create,
        may_import=rights.bring,
        may_edit=rights.edit != "none",
        may_delete=rights.delete != "none",
        filtered=bool(listing.added or listing.words),
        person=named_as_person(object_),
        hidden={
            name: value for name, value in (("view", listing.view.name if listing.view else ""), ("order", listing.order)) if value
        },
    )


def without(listing: Listing) -> list[str]:
    """For each added condition the address of the list without it."""
    return [replace(listing, added=(*listing.added[:n], *listing.added[n + 1 :])).address for n in range(len(listing.added))]


def shapes_of(scope: Scope, object_: BoundObject) -> tuple[Link, ...]:
    """List, board where there is a pipeline or a choice, calendar where there are dates; nothing if that is the list alone."""
    language, path = scope.context.language, f"/o/{object_.name}"
    found = [Link(t("List").render(language), path, "table-2")]
    if board_fields(scope, object_):
        found.append(Link(t("Board").render(language), f"{path}/board", "square-kanban"))
    if source_of(scope, object_) is not None:
        found.append(Link(t("Calendar").render(language), f"{path}/calendar", "calendar"))
    return tuple(found) if len(found) > 1 else ()
