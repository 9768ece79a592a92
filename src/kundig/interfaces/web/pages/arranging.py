"""Arranging a list or the cards of a board: columns and their order, how many stay in sight, sorting and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import Text, t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import path_in
from kundig.engine.records.ordering import MOST_KEYS
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import UnknownField
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.arrangement import MOST_COLUMNS, MOST_FROZEN, Arrangement, fitted, groupable
from kundig.interfaces.web.pages.filter_fields import Choices, FieldGroup, field_groups
from kundig.interfaces.web.pages.list_page import list_view
from kundig.interfaces.web.pages.listing import Listing, column_at, columns_of, named_first
from kundig.interfaces.web.pages.tabs import listing_for, listing_in
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView

BUCKETS: tuple[tuple[str, Text], ...] = (
    ("day", t("by day")),
    ("week", t("by week")),
    ("month", t("by month")),
    ("quarter", t("by quarter")),
    ("year", t("by year")),
)


@dataclass(frozen=True, slots=True)
class ColumnsForm:
    """The view of `pages/arrange_columns.html`: the chosen columns in order, and the fields that are left."""

    address: str
    query: str
    chosen: tuple[FieldView, ...]
    widths: dict[str, int]
    left: tuple[FieldGroup, ...]
    frozen: int
    cards: bool = False
    """Whether they stand on the cards of a board."""
    most_frozen: int = MOST_FROZEN


@dataclass(frozen=True, slots=True)
class SortingForm:
    """The view of `pages/arrange_sorting.html`: the sort keys in order, and what the list is grouped by."""

    address: str
    query: str
    keys: tuple[tuple[str, bool], ...]
    fields: tuple[FieldGroup, ...]
    group: str
    bucket: str
    grouped: Choices
    buckets: Choices
    """How dates are grouped; () unless it is a date."""


@get("/o/{object_name:str}/arrange/{what:str}")
async def show_arranging(request: Request[Any, Any, Any], object_name: str, what: str) -> Response[str]:
    """A panel: `columns` or `sorting`; or what is around the rows, after widths were changed by hand."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        query = dict(visit.request.query_params)
        if what == "around":
            return await _around(scope, visit, object_name, query)
        return _panel(scope, visit, await listing_for(scope, object_name, query), what)

    return await page(request, work)


async def _around(scope: Scope, visit: Visit, object_name: str, query: dict[str, str]) -> Reply:
    """Everything that carries the address of the list, which knows the new widths; the rows stay."""
    listing, tabs = await listing_in(scope, object_name, query)
    view = await list_view(scope, listing, tabs, columns_of(scope, listing))
    return Reply(render("pages/list_around.html", view, visit.frame))


@post("/o/{object_name:str}/arrange/{what:str}", status_code=200)
async def arrange(request: Request[Any, Any, Any], object_name: str, what: str) -> Response[str]:
    """The panel after a command (`add`, `up:2`, `remove:1` …); with `done` on to the list."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = await listing_for(scope, object_name, dict(parse_qsl(visit.value("query"))))
        wanted = _columns_from(visit, listing.now) if _is_columns(what) else _sorting_from(scope, visit, listing)
        arranged = replace(listing, now=fitted(scope, listing.object, wanted)[0])
        return (
            Reply(to=arranged.address) if visit.value("done") else _panel(scope, visit, replace(listing, now=wanted), what, listing)
        )

    return await page(request, work, write=False)


def _panel(scope: Scope, visit: Visit, listing: Listing, what: str, before: Listing | None = None) -> Reply:
    query = (before or listing).query()
    address = f"/o/{listing.object.name}/arrange/{what}"
    if _is_columns(what):
        return Reply(render("pages/arrange_columns.html", _columns_form(scope, listing, address, query), visit.frame))
    return Reply(render("pages/arrange_sorting.html", _sorting_form(scope, visit, listing, address, query), visit.frame))


def _is_columns(what: str) -> bool:
    if what not in ("columns", "sorting"):
        raise Missing
    return what == "columns"


def _columns_form(scope: Scope, listing: Listing, address: str, query: str) -> ColumnsForm:
    names = named_first(listing)
    chosen = tuple(column for name in names if (column := column_at(scope, listing.object, name)) is not None)
    taken = {column.name for column in chosen}
    left = [
        FieldGroup(group.label, tuple(field for field in group.fields if field[0] not in taken))
        for group in field_groups(scope, listing.object)
    ]
    return ColumnsForm(
        address, query, chosen, dict(listing.now.widths), tuple(g for g in left if g.fields), listing.now.frozen,
        listing.shape == "board",
    )  # fmt: skip


def _columns_from(visit: Visit, now: Arrangement) -> Arrangement:
    columns = list(dict.fromkeys([*visit.form.get("col", ()), *visit.form.get("more", ())]))[:MOST_COLUMNS]
    command, _, place = visit.value("do").partition(":")
    _carry_out(columns, command, place, first=1)
    frozen = whole(visit.value("frozen"))
    widths = {} if command == "widths" else {name: width for name, width in now.widths.items() if name in columns}
    return replace(now, columns=tuple(columns), widths=widths, frozen=now.frozen if frozen is None else min(frozen, MOST_FROZEN))


def _carry_out(items: list[Any], command: str, place: str, first: int = 0) -> None:
    """Move or remove one of several items; those before `first` stay where they are."""
    at = whole(place)
    if at is None or not first <= at < len(items):
        return
    if command == "remove":
        del items[at]
    to = at + {"up": -1, "down": 1}.get(command, 0)
    if command in ("up", "down") and first <= to < len(items):
        items[at], items[to] = items[to], items[at]


def _sortable(scope: Scope, object_: BoundObject) -> tuple[FieldGroup, ...]:
    """The fields that a list can be sorted by."""
    groups = []
    for group in field_groups(scope, object_):
        fields = tuple(field for field in group.fields if _has_order(scope, object_, field[0]))
        groups.append(FieldGroup(group.label, fields))
    return tuple(group for group in groups if group.fields)


def _has_order(scope: Scope, object_: BoundObject, path: str) -> bool:
    try:
        field = path_in(scope, object_.name, path).field
    except UnknownField:
        return False
    return field.kind is not Kind.NONE and (field.kind is not Kind.LINK or field.to_one)


def _sorting_form(scope: Scope, visit: Visit, listing: Listing, address: str, query: str) -> SortingForm:
    language = visit.frame.language
    keys = tuple((key.removeprefix("-"), key.startswith("-")) for key in listing.now.order.split(",") if key)
    group, _, bucket = listing.now.group.partition(":")
    groups = _sortable(scope, listing.object)
    grouped = tuple((path, label) for path, label in groups[0].fields if groupable(scope, listing.object, path))
    dated = bool(group) and path_in(scope, listing.object.name, group).field.kind is Kind.DATE
    buckets = tuple((name, text.render(language)) for name, text in BUCKETS) if dated else ()
    fields = _with_keys(scope, listing, groups, keys)
    return SortingForm(address, query, keys, fields, group, bucket or "month", grouped, buckets)


def _with_keys(
    scope: Scope, listing: Listing, groups: tuple[FieldGroup, ...], keys: Sequence[tuple[str, bool]]
) -> tuple[FieldGroup, ...]:
    """The fields to choose from, with what the list is sorted by already though it isn't offered."""
    offered = {path for group in groups for path, _ in group.fields}
    more = [column for path, _ in keys if path not in offered and (column := column_at(scope, listing.object, path)) is not None]
    other = FieldGroup(t("Other").render(scope.context.language), tuple((column.name, column.label) for column in more))
    return (*groups, other) if more else groups


def _sorting_from(scope: Scope, visit: Visit, listing: Listing) -> Arrangement:
    keys = [
        f"{'-' if way == 'desc' else ''}{path}"
        for path, way in zip(visit.form.get("key", ()), visit.form.get("way", ()), strict=False)
    ]
    command, _, place = visit.value("do").partition(":")
    if command == "add" and len(keys) < MOST_KEYS:
        taken = {key.removeprefix("-") for key in keys}
        free = [path for group in _sortable(scope, listing.object) for path, _ in group.fields if path not in taken]
        keys += free[:1]
    _carry_out(keys, command, place)
    order = ",".join(dict.fromkeys(keys)) or listing.object.definition.order
    group, bucket = visit.value("group"), visit.value("bucket")
    if group and not groupable(scope, listing.object, group):
        group = ""
    if group and path_in(scope, listing.object.name, group).field.kind is Kind.DATE:
        group = f"{group}:{bucket if bucket in dict(BUCKETS) else 'month'}"
    return replace(listing.now, order=order, group=group)


ROUTES = (show_arranging, arrange)
