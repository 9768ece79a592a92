"""Boards: the records of an object in the stages of a pipeline. Cards come with the page, counts and sums after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response, get

from kundig.base.i18n import label_in
from kundig.engine.extension import Stage, View
from kundig.engine.policy.scope import Scope
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.columns import list_columns
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.conditions import Chip, chips_of
from kundig.interfaces.web.pages.listing import Listing, column_at, default_columns, listing_of, shapes_of, views_of
from kundig.interfaces.web.pages.stages import stage_field
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView

CARDS = 20
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


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage with its first cards; `more` fetches all of them, page by page."""

    key: str
    label: str
    color: str
    cards: tuple[Card, ...]
    more: str = ""
    create: str = ""


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a board's address asks for."""

    listing: Listing
    field: BoundField
    fields: tuple[FieldView, ...]
    hidden: frozenset[str]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that are shown."""
        assert self.field.pipeline is not None
        return tuple(stage for stage in self.field.pipeline.stages if not stage.retired)

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
        return tuple(dict.fromkeys([*(name for name in own if name not in self.hidden), *(field.name for field in self.fields)]))


def _asked(scope: Scope, object_name: str, query: dict[str, str]) -> _Asked:
    object_ = scope.object(object_name)
    boards = [view for view in views_of(scope, object_) if view.shape == "board"]
    view = next((v for v in boards if v.name == query.get("view")), boards[0] if boards else None)
    field = stage_field(scope, object_, view.group if view and view.group in {f.name for f in object_.pipelines} else "")
    listing = listing_of(
        scope, object_name, query | {"shape": "board"}, boards or [View(name="", object=object_name, label={}, shape="board")]
    )
    names = view.columns if view and view.columns else default_columns(object_)
    hidden = scope.rights(object_name).hidden
    shown = [column_at(scope, object_, name) for name in names if name not in hidden]
    fields = tuple(
        column for column in shown if column is not None and column.name not in (field.name, "label", *object_.title_fields)
    )
    return _Asked(listing, field, fields, hidden)


@get("/o/{object_name:str}/board")
async def show_board(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The page; its cards are one statement."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = _asked(scope, object_name, dict(visit.request.query_params))
        orders = {stage.key: asked.order(stage) for stage in asked.stages}
        found = await list_columns(
            scope, object_name, asked.field.name, orders, where=asked.listing.where, fields=asked.names, most=CARDS + 1
        )
        chips = await chips_of(scope, asked.listing)
        return Reply(render("pages/board.html", _board(scope, asked, found, chips), visit.frame))

    return await page(request, work)


def _board(scope: Scope, asked: _Asked, found: Mapping[str, Sequence[dict[str, Any]]], chips: tuple[Chip, ...]) -> BoardView:
    object_, language, listing = asked.listing.object, scope.context.language, asked.listing
    rights = scope.rights(object_.name)
    columns = []
    for stage in asked.stages:
        rows = found[stage.key]
        more = listing.part("board/column", stage=stage.key) if len(rows) > CARDS else ""
        cards = tuple(_card(scope, asked, stage, row) for row in rows[:CARDS])
        create = f"/o/{object_.name}/quick?{asked.field.name}={stage.key}" if rights.create and stage.status == "open" else ""
        columns.append(StageColumn(stage.key, label_in(stage.label, language), stage.color or "gray", cards, more, create))
    boards = [view for view in views_of(scope, object_) if view.shape == "board"]
    return BoardView(
        title=label_in(object_.definition.label_plural, language),
        singular=label_in(object_.definition.label, language),
        name=object_.name,
        field=asked.field.name,
        columns=tuple(columns),
        shapes=shapes_of(scope, object_),
        tabs=tuple(Link(label_in(v.label, language), f"/o/{object_.name}/board?view={v.name}") for v in boards)
        if len(boards) > 1
        else (),
        current=f"/o/{object_.name}/board?view={listing.view.name}" if listing.view else "",
        chips=chips,
        listing=listing,
        totals=listing.part("board/totals"),
        may_create=rights.create,
        may_edit=rights.edit != "none",
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
    return Card(str(row["id"]), row["label"] or "", top, icon, money, date, owner["label"] if owner else "", rest, rotting)


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
        more = asked.listing.part("board/column", stage=stage.key, cursor=found.next_cursor) if found.next_cursor else ""
        cards = tuple(_card(scope, asked, stage, row) for row in found.records())
        view = {"name": object_name, "cards": cards, "more": more, "again": True, "stages": _moves(scope, asked), "may_edit": True}
        return Reply(render("pages/board_cards.html", view, visit.frame))

    return await page(request, work)


def _moves(scope: Scope, asked: _Asked) -> list[tuple[str, str]]:
    return [(stage.key, label_in(stage.label, scope.context.language)) for stage in asked.stages]


@get("/o/{object_name:str}/board/totals")
async def show_totals(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Count, sum and weighted sum of each stage, in one statement; each goes into its column's head."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = _asked(scope, object_name, dict(visit.request.query_params))
        pipeline = asked.field.pipeline
        assert pipeline is not None
        amount = pipeline.amount if pipeline.amount and pipeline.amount not in scope.rights(object_name).hidden else None
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
