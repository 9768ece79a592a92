"""Boards: the records of an object by the stages of a pipeline or the values of a choice, in swimlanes if wished.

Cards come with the page; counts, sums and what is planned next come after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response, get

from kundig.base.i18n import label_in, t
from kundig.engine.extension import Stage, View
from kundig.engine.policy.scope import Scope
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.columns import list_columns
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.conditions import Chip, chips_of
from kundig.interfaces.web.pages.listing import Listing, column_at, default_columns, listing_of, shapes_of, views_of
from kundig.interfaces.web.pages.stages import board_field, board_fields, stages_of
from kundig.interfaces.web.pages.steps import planned_objects, steps_address
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView

CARDS = 20
IN_LANES = 60
"""Cards of a column that swimlanes are made of."""
MORE_CARDS = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A record on a board: what it belongs to, its name, its figure and date, its owner, and what else the view shows."""

    id: str
    label: str
    top: Mapping[str, Any] | None
    top_icon: str
    money: Mapping[str, Any] | None
    date: str
    owner: str
    rest: tuple[tuple[FieldView, Any], ...]
    rotting: int = 0
    lane: tuple[str, str] = ("", "")
    """Key and name of its swimlane."""
    waits: bool = False
    """Whether something should be planned with it."""


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage with its first cards; `more` fetches all of them, page by page."""

    key: str
    label: str
    color: str
    cards: tuple[Card, ...]
    more: str = ""
    create: str = ""
    status: str = "open"

    @property
    def size(self) -> int:
        """How many cards are shown."""
        return len(self.cards)


@dataclass(frozen=True, slots=True)
class Lane:
    """A swimlane: the cards of each column that belong to it."""

    key: str
    label: str
    columns: tuple[StageColumn, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """The view of `pages/board.html`."""

    title: str
    singular: str
    name: str
    field: str
    columns: tuple[StageColumn, ...]
    shapes: tuple[Link, ...]
    tabs: tuple[Link, ...]
    current: str
    chips: tuple[Chip, ...]
    totals: str
    listing: Listing
    may_create: bool
    may_edit: bool
    fields: tuple[Link, ...] = ()
    """By what else the columns may be made, where there is a choice."""
    current_field: str = ""
    lanes: tuple[Lane, ...] = ()
    lane_fields: tuple[Link, ...] = ()
    current_lane: str = ""
    lane_field: str = ""
    steps: str = ""
    """Where it is told what is planned next with the cards."""
    full: bool = False
    """Whether lanes leave out cards."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a board's address asks for."""

    listing: Listing
    field: BoundField
    fields: tuple[FieldView, ...]
    hidden: frozenset[str]
    may_move: bool
    plans: bool
    """Whether anything can be planned with its records."""
    lane: BoundField | None = None
    by: str = ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The columns that are shown."""
        return stages_of(self.field)

    def address(self, part: str, **more: str) -> str:
        """A part of this board."""
        return self.listing.part(part, **{"by": self.by, "lane": self.lane.name if self.lane else "", **more})

    def order(self, stage: Stage) -> str:
        """What is open in the view's order, what is closed with the newest first."""
        if stage.status != "open" and "closed_at" in self.listing.object.fields.keys() - self.hidden:
            return "-closed_at"
        return self.listing.sorted_by

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that cards need."""
        changed = f"{self.field.name}_changed_at"
        own = ["label", "owner", self.field.name, *([changed] if changed in self.listing.object.fields else [])]
        own += [self.lane.name] if self.lane else []
        return tuple(dict.fromkeys([*(name for name in own if name not in self.hidden), *(field.name for field in self.fields)]))


def _asked(scope: Scope, object_name: str, query: dict[str, str]) -> _Asked:
    object_ = scope.object(object_name)
    boards = [view for view in views_of(scope, object_) if view.shape == "board"]
    view = next((v for v in boards if v.name == query.get("view")), boards[0] if boards else None)
    by, known = query.get("by", ""), {f.name for f in board_fields(scope, object_)}
    group = by or (view.group if view and view.group else "")
    field = board_field(scope, object_, group if group in known else "")
    listing = listing_of(
        scope, object_name, query | {"shape": "board"}, boards or [View(name="", object=object_name, label={}, shape="board")]
    )
    names = view.columns if view and view.columns else default_columns(object_)
    rights = scope.rights(object_name)
    shown = [column_at(scope, object_, name) for name in names if name not in rights.hidden]
    fields = tuple(
        column for column in shown if column is not None and column.name not in (field.name, "label", *object_.title_fields)
    )
    lane = next((f for f in lanes_of(scope, object_, field) if f.name == query.get("lane")), None)
    may_move = rights.edit != "none" and field.name not in rights.fixed | rights.fixed_later
    plans = bool(planned_objects(scope, object_))
    return _Asked(listing, field, fields, rights.hidden, may_move, plans, lane, by if by in known else "")


@get("/o/{object_name:str}/board")
async def show_board(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The page; its cards are one statement."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = _asked(scope, object_name, dict(visit.request.query_params))
        orders = {stage.key: asked.order(stage) for stage in asked.stages}
        found = await list_columns(
            scope, object_name, asked.field.name, orders, where=asked.listing.where, fields=asked.names, most=_most(asked) + 1
        )
        chips = await chips_of(scope, asked.listing)
        return Reply(render("pages/board.html", _board(scope, asked, found, chips), visit.frame))

    return await page(request, work)


def _most(asked: _Asked) -> int:
    return IN_LANES if asked.lane else CARDS


def _board(scope: Scope, asked: _Asked, found: Mapping[str, Sequence[dict[str, Any]]], chips: tuple[Chip, ...]) -> BoardView:
    object_, language, listing = asked.listing.object, scope.context.language, asked.listing
    rights = scope.rights(object_.name)
    columns = tuple(_column(scope, asked, stage, found[stage.key]) for stage in asked.stages)
    boards = [view for view in views_of(scope, object_) if view.shape == "board"]
    waiting = [card.id for column in columns for card in column.cards if card.waits]
    return BoardView(
        title=label_in(object_.definition.label_plural, language),
        singular=label_in(object_.definition.label, language),
        name=object_.name,
        field=asked.field.name,
        columns=columns,
        shapes=shapes_of(scope, object_),
        tabs=tuple(Link(label_in(v.label, language), f"/o/{object_.name}/board?view={v.name}") for v in boards)
        if len(boards) > 1
        else (),
        current=f"/o/{object_.name}/board?view={listing.view.name}" if listing.view else "",
        chips=chips,
        listing=listing,
        totals=asked.address("board/totals"),
        may_create=rights.create,
        may_edit=asked.may_move,
        fields=tuple(_by(scope, asked, f) for f in board_fields(scope, object_)),
        current_field=label_in(asked.field.definition.label, language),
        lanes=_lanes(columns) if asked.lane else (),
        lane_fields=_lane_links(scope, asked),
        current_lane=label_in(asked.lane.definition.label, language) if asked.lane else "",
        lane_field=asked.lane.name if asked.lane else "",
        steps=steps_address(object_.name, waiting),
        full=asked.lane is not None and any(len(rows) > IN_LANES for rows in found.values()),
    )


def _by(scope: Scope, asked: _Asked, field: BoundField) -> Link:
    return Link(label_in(field.definition.label, scope.context.language), asked.address("board", by=field.name))


def _column(scope: Scope, asked: _Asked, stage: Stage, rows: Sequence[dict[str, Any]]) -> StageColumn:
    name, most = asked.listing.object.name, _most(asked)
    more = asked.address("board/column", stage=stage.key) if len(rows) > most and not asked.lane else ""
    cards = tuple(_card(scope, asked, stage, row) for row in rows[:most])
    create = f"/o/{name}/quick?{asked.field.name}={stage.key}" if scope.rights(name).create and stage.status == "open" else ""
    label = label_in(stage.label, scope.context.language)
    return StageColumn(stage.key, label, stage.color or "gray", cards, more, create, stage.status)


def lanes_of(scope: Scope, object_: BoundObject, column: BoundField) -> list[BoundField]:
    """What swimlanes can be made by: who is responsible, other choices, and main links to one record."""
    rights = scope.rights(object_.name)
    links = [f for f in object_.fields.values() if f.to_one and (f.name == "owner" or (f.definition.main and not f.standard))]
    found = [*sorted(links, key=lambda f: f.name != "owner"), *board_fields(scope, object_)]
    return [f for f in found if f is not column and f.name not in rights.hidden and f.pipeline is None]


def _lane_links(scope: Scope, asked: _Asked) -> tuple[Link, ...]:
    language, fields = scope.context.language, lanes_of(scope, asked.listing.object, asked.field)
    links = [Link(label_in(f.definition.label, language), asked.address("board", lane=f.name)) for f in fields]
    return (Link(t("No lanes").render(language), asked.address("board", lane="")), *links) if links else ()


def _lanes(columns: Sequence[StageColumn]) -> tuple[Lane, ...]:
    """The columns cut into lanes by name; what has no value comes last."""
    known = {card.lane for column in columns for card in column.cards}
    ordered = sorted(known, key=lambda lane: (not lane[0], lane[1].casefold()))
    return tuple(
        Lane(key, label, tuple(replace(c, cards=tuple(card for card in c.cards if card.lane == (key, label))) for c in columns))
        for key, label in ordered
    )


def _card(scope: Scope, asked: _Asked, stage: Stage, row: Mapping[str, Any]) -> Card:
    """A record's values sorted into the places of a card by their widgets."""
    filled = [(field, row[field.name]) for field in asked.fields if row.get(field.name)]
    top = next((value for field, value in filled if field.widget == "link"), None)
    money = next((value for field, value in filled if field.widget == "money"), None)
    date = next((value for field, value in filled if field.widget in ("date", "datetime")), "")
    taken = (top, money, date)
    rest = tuple((f, v) for f, v in filled if f.widget != "person" and not any(v is known for known in taken))
    icon = scope.model.objects[top["object"]].definition.icon if top else ""
    owner = row.get("owner")
    changed = row.get(f"{asked.field.name}_changed_at")
    days = (scope.context.now - datetime.fromisoformat(changed)).days if changed else 0
    rotting = days if stage.rot_days is not None and stage.status == "open" and days > stage.rot_days else 0
    waits = stage.status == "open" and asked.plans
    return Card(
        str(row["id"]), row["label"] or "", top, icon, money, date, owner["label"] if owner else "", rest, rotting,
        _lane_of(asked.lane, row, scope.context.language), waits,
    )  # fmt: skip


def _lane_of(field: BoundField | None, row: Mapping[str, Any], language: str) -> tuple[str, str]:
    value = row.get(field.name) if field is not None else None
    if field is None or not value:
        return "", t("Without").render(language) if field is not None else ""
    if isinstance(value, Mapping):
        return str(value["id"]), str(value["label"] or "")
    return str(value), next((label_in(c.label, language) for c in field.choices if c.key == value), str(value))


@get("/o/{object_name:str}/board/column")
async def show_column(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """All cards of one stage, page by page."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = _asked(scope, object_name, dict(visit.request.query_params))
        stage = next((s for s in asked.stages if s.key == visit.query("stage")), asked.stages[0])
        own = {"field": asked.field.name, "op": "is", "value": stage.key}
        where = own if asked.listing.where is None else {"all": [own, asked.listing.where]}
        query = ListQuery(object_name, where, asked.names, asked.order(stage), MORE_CARDS, visit.query("cursor") or None)
        found = await list_records(scope, query)
        more = asked.address("board/column", stage=stage.key, cursor=found.next_cursor) if found.next_cursor else ""
        cards = tuple(_card(scope, asked, stage, row) for row in found.records())
        steps = steps_address(object_name, [card.id for card in cards if card.waits])
        view = {"name": object_name, "cards": cards, "more": more, "again": True, "may_edit": asked.may_move, "steps": steps}
        return Reply(render("pages/board_cards.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/board/totals")
async def show_totals(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Count, sum and weighted sum of each stage, in one statement; each goes into its column's head."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = _asked(scope, object_name, dict(visit.request.query_params))
        pipelines = [*asked.field.pipelines, *(p for f in asked.listing.object.pipelines for p in f.pipelines)]
        hidden = scope.rights(object_name).hidden
        amount = next((p.amount for p in pipelines if p.amount and p.amount not in hidden), None)
        measures = ["count", *([f"sum:{amount}"] if amount else [])]
        rows = msgspec.json.decode(await aggregate(scope, object_name, asked.listing.where, [asked.field.name], measures))
        by_stage = {row[asked.field.name]: row for row in rows}
        currency = scope.context.workspace.currency
        totals = []
        for stage in asked.stages:
            row = by_stage.get(stage.key, {})
            total = Decimal(row.get(f"sum:{amount}") or 0) if amount else None
            weighted = (
                total * stage.probability / 100 if total is not None and stage.probability and stage.status == "open" else None
            )
            totals.append(
                {
                    "key": stage.key,
                    "count": row.get("count", 0),
                    "probability": stage.probability,
                    "sum": None if total is None else {"amount": total, "currency": currency},
                    "weighted": None if weighted is None else {"amount": weighted, "currency": currency},
                }
            )
        return Reply(render("pages/board_totals.html", {"totals": totals}, visit.frame))

    return await page(request, work)


ROUTES = (show_board, show_column, show_totals)
