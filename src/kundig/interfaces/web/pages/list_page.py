"""The page of a list for its template: heads of columns, rows, chips, and what may be done with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from kundig.base.i18n import label_in
from kundig.engine.policy.access import ObjectAccess
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import Page
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.conditions import Chip, chips_of
from kundig.interfaces.web.pages.emptiness import Nothing, nothing_in
from kundig.interfaces.web.pages.grouping import SUMMED, GroupHead, Grouping, heads
from kundig.interfaces.web.pages.listing import Listing, column_at, named_as_person, shapes_of
from kundig.interfaces.web.pages.tabs import CurrentView, Tab, Tabs, current_view, shown_tabs
from kundig.interfaces.web.widgets.described import FieldView

PAGE = 50
"""Rows of a page."""
WIDE = frozenset({"text", "translated", "translated_long", "link", "links", "emails", "long_text", "rich_text", "address", "url"})
SECOND = frozenset({"text", "link", "links", "money", "date", "datetime", "number"})
SLIM = frozenset({"date", "datetime", "boolean", "duration"})
UNSORTED = frozenset({"json", "address", "emails", "phones", "links", "rich_text", "file", "choices", "tags", "lines"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, and where a click on its head leads."""

    field: FieldView
    href: str = ""
    sorted: str = ""
    """ascending, descending or nothing."""
    place: int = 0
    """Its place among several sort keys, from 1; 0 if it is the only one or none."""
    css: str = "c-mid"
    """The width that its values want."""
    width: int | None = None
    """Its own width in pixels, where somebody gave it one."""
    state: bool = False
    """Shown on a phone too, at the right."""
    second: bool = False
    """Shown on a phone too, under the name."""
    edited: bool = False
    """Whether its values can be edited in place."""

    @property
    def summed(self) -> bool:
        """Whether groups show a sum of it."""
        return self.field.widget in SUMMED

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
class Stretch:
    """Which rows of a list are asked for: `limit` of them behind `cursor`."""

    limit: int = PAGE
    cursor: str | None = None
    last: str | None = None
    """The group of the row before the first."""
    only: Sequence[str] | None = None
    """Ids: those of these rows that the list holds."""
    within: str | None = None
    """The group that all of them are in: one that is unfolded and had not come whole."""
    past: tuple[str, ...] = ()
    """Groups that were shown before and are passed over: the last of them is folded."""

    @property
    def carried(self) -> Mapping[str, str]:
        """What the address of the next rows says too."""
        within = {} if self.within is None else {"within": f"={self.within}"}
        return within | ({"past": json.dumps(self.past, ensure_ascii=False)} if self.past else {})


@dataclass(frozen=True, slots=True)
class RowsView:
    """The view of `pages/list_rows.html`: one page of rows, or some of them read anew."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    heads: Sequence[GroupHead | None]
    """Above each row the head of the group that begins there."""
    figures: str
    """Where the figures of the heads come from; "" without groups."""
    more: str | None
    may_edit: bool
    person: bool
    """Whether records are named as people are: they get initials instead of the object's mark."""
    away: Sequence[bool] = ()
    """For each row whether its group is folded."""

    @property
    def lines(self) -> Sequence[tuple[GroupHead | None, Mapping[str, Any], bool]]:
        """The rows, each with the head of the group that begins there, and whether it is hidden."""
        return tuple(zip(self.heads, self.rows, self.away, strict=True))

    @property
    def before_sums(self) -> int:
        """How many columns stand before the first that groups show a sum of; the name's is always one of them."""
        return next((place for place, column in enumerate(self.columns) if place and column.summed), len(self.columns))


@dataclass(frozen=True, slots=True)
class ListView:
    """The view of `pages/list.html`, and without rows that of `pages/list_around.html`."""

    title: str
    singular: str
    icon: str
    name: str
    tabs: tuple[Tab, ...]
    current: CurrentView
    shapes: tuple[Link, ...]
    columns: tuple[Column, ...]
    chips: tuple[Chip, ...]
    listing: Listing
    may_create: bool
    may_import: bool
    deeds: frozenset[str]
    """What may be done with many rows at once: assign, edit, export, delete."""
    order: tuple[tuple[str, bool], ...]
    """The labels of what is sorted by, each with whether it descends."""
    rows: RowsView | None = None
    nothing: Nothing | None = None
    """What is said in place of rows."""
    refused: str = ""
    """Why the rows are not in the order that was asked for."""

    @property
    def carried(self) -> Mapping[str, str]:
        """What the search form carries along."""
        listing = self.listing
        asks = {"view": listing.view.name if listing.view else "", **listing.now.apart(listing.own)}
        return {name: value for name, value in asks.items() if value}


def with_order(listing: Listing, column: FieldView) -> Column:
    """A column's head: a click sorts by it, a second one the other way round."""
    css = "c-num" if column.right else "c-wide" if column.widget in WIDE else "c-slim" if column.widget in SLIM else "c-mid"
    width = listing.now.widths.get(column.name)
    if column.widget in UNSORTED:
        return Column(column, css=css, width=width)
    keys = [key for key in listing.sorted_by.split(",") if key]
    place = next((n for n, key in enumerate(keys, 1) if key.removeprefix("-") == column.name), 0)
    sorted_ = "" if not place else "descending" if keys[place - 1].startswith("-") else "ascending"
    order = f"-{column.name}" if sorted_ == "ascending" and place == 1 else column.name
    shown = place if len(keys) > 1 else 0
    return Column(column, listing.shown(order=order).address, sorted_, shown, css=css, width=width)


def heads_of(listing: Listing, fields: Sequence[FieldView], *, edits: bool) -> tuple[Column, ...]:
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


def _deeds(rights: ObjectAccess) -> frozenset[str]:
    levels = {"assign": rights.assign, "edit": rights.edit, "delete": rights.delete}
    found = {name for name, level in levels.items() if level != "none"}
    if rights.edit == "none":
        found.discard("assign")
    return frozenset(found | ({"export"} if rights.export else set()))


def _order(scope: Scope, listing: Listing) -> Iterator[tuple[str, bool]]:
    for key in listing.now.order.split(","):
        column = column_at(scope, listing.object, key.removeprefix("-")) if key else None
        if column is not None:
            yield column.label, key.startswith("-")


def rows_view(
    scope: Scope, listing: Listing, page: Page, columns: Sequence[FieldView], grouping: Grouping | None, stretch: Stretch
) -> RowsView:
    """Rows as the list shows them."""
    name, rows = listing.object.name, page.records()
    groups = tuple(heads(grouping, rows, stretch.last))
    begun = [head.key for head in groups if head is not None]
    more = {"cursor": page.next_cursor or "", **stretch.carried}
    if grouping is not None and rows:
        more["last"] = "=" + grouping.key(rows[-1][grouping.field.name])
    edits = scope.rights(name).edit != "none"
    return RowsView(
        name=name,
        columns=heads_of(listing, columns, edits=edits),
        rows=rows,
        heads=groups,
        figures=listing.part("groups", keys=json.dumps(begun, ensure_ascii=False)) if begun else "",
        more=listing.part("rows", **more) if page.next_cursor else None,
        may_edit=edits,
        person=named_as_person(listing.object),
        away=tuple(grouping is not None and grouping.is_folded(row[grouping.field.name]) for row in rows),
    )


async def list_view(
    scope: Scope, listing: Listing, tabs: Tabs, columns: Sequence[FieldView], rows: RowsView | None = None
) -> ListView:
    """A list with all that is around its rows."""
    object_, rights, language = listing.object, scope.rights(listing.object.name), scope.context.language
    return ListView(
        title=label_in(object_.definition.label_plural, language),
        singular=label_in(object_.definition.label, language),
        icon=object_.definition.icon,
        name=object_.name,
        tabs=shown_tabs(scope, listing, tabs),
        current=current_view(scope, listing, tabs),
        shapes=shapes_of(scope, object_),
        columns=rows.columns if rows else heads_of(listing, columns, edits=rights.edit != "none"),
        chips=await chips_of(scope, listing),
        listing=listing,
        may_create=rights.create,
        may_import=rights.bring,
        deeds=_deeds(rights),
        order=tuple(_order(scope, listing)),
        rows=rows,
        nothing=nothing_in(scope, listing) if rows and not rows.rows else None,
    )
