"""Boards: the records of an object by the stages of a pipeline or the values of a choice, in swimlanes if wished.

Cards come with the page; counts, sums and what is planned next come after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response, get

from kundig.base.i18n import label_in, t
from kundig.engine.extension import Pipeline, Stage
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.columns import NO_VALUE, list_columns
from kundig.engine.records.measures import may_lack_rates
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.filters import both
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.board_cards import CardShape, StageColumn
from kundig.interfaces.web.pages.board_fields import (
    board_field,
    board_fields,
    lanes_of,
    may_be_empty,
    pipelines_of,
    stages_of,
    without_value,
)
from kundig.interfaces.web.pages.board_lanes import Lane, cut_in_lanes
from kundig.interfaces.web.pages.conditions import Chip, chips_of
from kundig.interfaces.web.pages.emptiness import Nothing, nothing_in
from kundig.interfaces.web.pages.listing import Listing, column_at, shapes_of, unrated_in
from kundig.interfaces.web.pages.settings.navigation import CURRENCIES
from kundig.interfaces.web.pages.steps import planned_objects, steps_address
from kundig.interfaces.web.pages.tabs import CurrentView, Tab, Tabs, current_view, listing_for, listing_in, shown_tabs
from kundig.interfaces.web.rendering import render

CARDS = 12
"""Cards of a column at first: what a screen shows. A higher screen, or scrolling, asks for more."""
IN_LANES = 60
"""Cards of a column that swimlanes are made of."""
MORE_CARDS = 50
FOLDED = "kundig_folded"
"""The cookie in which a device remembers the columns that are folded on it, as `field.key` joined by ~ (board.js)."""
_BOARD = {"shape": "board"}


@dataclass(frozen=True, slots=True)
class BoardView:
    """The view of `pages/board.html`."""

    title: str
    singular: str
    name: str
    field: str
    columns: tuple[StageColumn, ...]
    shapes: tuple[Link, ...]
    tabs: tuple[Tab, ...]
    current: CurrentView
    chips: tuple[Chip, ...]
    totals: str
    """Where the figures of the columns' heads come from."""
    sums: bool
    """Whether there are sums among them."""
    listing: Listing
    may_create: bool
    may_edit: bool
    fields: tuple[Link, ...] = ()
    """By what else the columns may be made, where there is a choice."""
    current_field: str = ""
    pipelines: tuple[Link, ...] = ()
    """The pipelines that the board can show, one at a time, where there are several."""
    current_pipeline: str = ""
    lanes: tuple[Lane, ...] = ()
    lane_fields: tuple[Link, ...] = ()
    current_lane: str = ""
    lane_field: str = ""
    steps: str = ""
    """Where it is told what is planned next with the cards."""
    full: bool = False
    """Whether lanes leave out cards."""
    nothing: Nothing | None = None
    """What is said above the columns where no card is in them."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a board's address asks for."""

    listing: Listing
    cards: CardShape
    amount: str | None
    """What is summed up."""
    hidden: frozenset[str]
    may_move: bool
    folded: frozenset[str]
    pipeline: Pipeline | None = None
    """The one that is shown, where there are several."""

    @property
    def field(self) -> BoundField:
        """What the columns are made by."""
        return self.cards.field

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All columns that there can be; what has no value comes last."""
        return (*stages_of(self.field, self.pipeline), without_value(self.field))

    @property
    def where(self) -> dict[str, Any] | None:
        """The whole filter, with the pipeline that is shown."""
        return self.listing.where if self._within is None else both(self._within, self.listing.where)

    @property
    def _within(self) -> dict[str, Any] | None:
        return None if self.pipeline is None else {"field": self.field.chooser, "op": "is", "value": self.pipeline.name}

    @property
    def unrated(self) -> str:
        """The list of what is on the board and in none of its sums."""
        within = () if self._within is None else (self._within,)
        return unrated_in(self.listing.shown(where=(*self.listing.now.where, *within)), self.amount or "")

    @property
    def most(self) -> int:
        """How many cards of a column are shown."""
        return IN_LANES if self.cards.lane else CARDS

    def order(self, stage: Stage) -> str:
        """What is open in the view's order, what is closed with the newest first."""
        if stage.status != "open" and "closed_at" in self.listing.object.fields.keys() - self.hidden:
            return "-closed_at"
        return self.listing.sorted_by

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that cards need."""
        changed, lane = f"{self.field.name}_changed_at", self.cards.lane
        own = ["label", "owner", self.field.name, *([changed] if changed in self.listing.object.fields else [])]
        own += [lane.name] if lane else []
        shown = (field.name for field in self.cards.fields)
        return tuple(dict.fromkeys([*(name for name in own if name not in self.hidden), *shown]))


def _asked(scope: Scope, visit: Visit, listing: Listing) -> _Asked:
    object_, rights = listing.object, scope.rights(listing.object.name)
    field = board_field(scope, object_, listing.now.by)
    shown = [column_at(scope, object_, name) for name in listing.now.columns if name not in rights.hidden]
    told = (field.name, "label", *object_.title_fields)
    fields = tuple(column for column in shown if column is not None and column.name not in told)
    lane = next((f for f in lanes_of(scope, object_, field) if f.name == listing.now.lane), None)
    own = pipelines_of(scope, field)
    pipeline = next((p for p in own if p.name == listing.now.pipeline), own[0] if own else None)
    pipelines = [*([pipeline] if pipeline else field.pipelines), *(p for f in object_.pipelines for p in f.pipelines)]
    return _Asked(
        listing,
        CardShape(field, lane, fields, bool(planned_objects(scope, object_))),
        next((p.amount for p in pipelines if p.amount and p.amount not in rights.hidden), None),
        rights.hidden,
        rights.edit != "none" and field.name not in rights.fixed | rights.fixed_later,
        frozenset(visit.request.cookies.get(FOLDED, "").split("~")),
        pipeline,
    )


async def _asked_of(scope: Scope, visit: Visit, object_name: str) -> _Asked:
    """What the address of a part of a board asks for."""
    return _asked(scope, visit, await listing_for(scope, object_name, dict(visit.request.query_params) | _BOARD))


@get("/o/{object_name:str}/board")
async def show_board(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The page; its cards are one statement."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing, tabs = await listing_in(scope, object_name, dict(visit.request.query_params) | _BOARD)
        asked = _asked(scope, visit, listing)
        orders = {stage.key: asked.order(stage) for stage in asked.stages}
        found = await list_columns(
            scope, object_name, asked.field.name, orders, where=asked.where, fields=asked.names, most=asked.most + 1
        )
        chips = await chips_of(scope, listing)
        return Reply(render("pages/board.html", _board(scope, asked, tabs, found, chips), visit.frame))

    return await page(request, work)


def _board(
    scope: Scope, asked: _Asked, tabs: Tabs, found: Mapping[str, Sequence[dict[str, Any]]], chips: tuple[Chip, ...]
) -> BoardView:
    listing, language, lane = asked.listing, scope.context.language, asked.cards.lane
    object_ = listing.object
    stages = [stage for stage in asked.stages if stage.key != NO_VALUE or found[NO_VALUE] or may_be_empty(asked.field)]
    columns = tuple(_column(scope, asked, stage, found[stage.key]) for stage in stages)
    waiting = [card.id for column in columns for card in column.cards if card.waits]
    by = board_fields(scope, object_)
    return BoardView(
        title=label_in(object_.definition.label_plural, language),
        singular=label_in(object_.definition.label, language),
        name=object_.name,
        field=asked.field.name,
        columns=columns,
        shapes=shapes_of(scope, object_),
        tabs=shown_tabs(scope, listing, tabs),
        current=current_view(scope, listing, tabs),
        chips=chips,
        listing=listing,
        totals=listing.part("board/totals"),
        sums=asked.amount is not None,
        may_create=scope.rights(object_.name).create,
        may_edit=asked.may_move,
        fields=tuple(Link(label_in(f.definition.label, language), listing.shown(by=f.name).address) for f in by),
        current_field=label_in(asked.field.definition.label, language),
        pipelines=_pipeline_links(scope, asked),
        current_pipeline=label_in(asked.pipeline.label, language) if asked.pipeline else "",
        lanes=cut_in_lanes(columns) if lane else (),
        lane_fields=_lane_links(scope, asked),
        current_lane=label_in(lane.definition.label, language) if lane else "",
        lane_field=lane.name if lane else "",
        steps=steps_address(object_.name, waiting),
        full=lane is not None and any(len(rows) > IN_LANES for rows in found.values()),
        nothing=None if any(found.values()) else nothing_in(scope, listing),
    )


def _column(scope: Scope, asked: _Asked, stage: Stage, rows: Sequence[dict[str, Any]]) -> StageColumn:
    name, empty = asked.listing.object.name, stage.key == NO_VALUE
    shown = rows[: asked.most]
    cut = len(rows) > asked.most and not asked.cards.lane
    within = f"{asked.pipeline.name}:" if asked.pipeline else ""
    creates = scope.rights(name).create and stage.status == "open" and not empty
    return StageColumn(
        key=stage.key,
        label=label_in(stage.label, scope.context.language),
        color=stage.color or "gray",
        cards=tuple(asked.cards.card(scope, stage, row) for row in shown),
        more=asked.listing.part("board/column", stage=stage.key, after=shown[-1]["id"]) if cut else "",
        create=f"/o/{name}/quick?{asked.field.name}={within}{stage.key}" if creates else "",
        status=stage.status,
        folded=f"{asked.field.name}.{stage.key}" in asked.folded,
        fixed=empty and not may_be_empty(asked.field),
    )


def _pipeline_links(scope: Scope, asked: _Asked) -> tuple[Link, ...]:
    language, listing = scope.context.language, asked.listing
    shown = enumerate(pipelines_of(scope, asked.field))
    return tuple(Link(label_in(p.label, language), listing.shown(pipeline=p.name if n else "").address) for n, p in shown)


def _lane_links(scope: Scope, asked: _Asked) -> tuple[Link, ...]:
    language, listing = scope.context.language, asked.listing
    fields = lanes_of(scope, listing.object, asked.field)
    links = [Link(label_in(f.definition.label, language), listing.shown(lane=f.name).address) for f in fields]
    return (Link(t("No lanes").render(language), listing.shown(lane="").address), *links) if links else ()


@get("/o/{object_name:str}/board/column")
async def show_column(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The further cards of a stage, page by page; the first page goes on behind the card that is named."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = await _asked_of(scope, visit, object_name)
        stage = next((s for s in asked.stages if s.key == visit.query("stage")), asked.stages[0])
        named = {"op": "empty"} if stage.key == NO_VALUE else {"op": "is", "value": stage.key}
        where = both({"field": asked.field.name, **named}, asked.where)
        query = ListQuery(object_name, where, asked.names, asked.order(stage), MORE_CARDS, visit.query("cursor") or None)
        found = await list_records(scope, query)
        more = asked.listing.part("board/column", stage=stage.key, cursor=found.next_cursor) if found.next_cursor else ""
        rows = found.records()
        known = next((place for place, row in enumerate(rows, 1) if row["id"] == visit.query("after")), 0)
        cards = tuple(asked.cards.card(scope, stage, row) for row in rows[known:])
        steps = steps_address(object_name, [card.id for card in cards if card.waits])
        view = {"name": object_name, "cards": cards, "more": more, "may_edit": asked.may_move, "steps": steps}
        return Reply(render("pages/board_cards.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/board/totals")
async def show_totals(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Count, sum and weighted sum of each stage, in one statement; each goes into its column's head."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        asked = await _asked_of(scope, visit, object_name)
        measures, amount = ["count"], asked.amount
        if amount is not None:
            measures += [f"sum:{amount}", *([f"unrated:{amount}"] if may_lack_rates(scope, object_name, amount) else [])]
        rows = msgspec.json.decode(await aggregate(scope, object_name, asked.where, [asked.field.name], measures))
        by_stage = {row[asked.field.name] or NO_VALUE: row for row in rows}
        shown = [stage for stage in asked.stages if stage.key in by_stage or stage.key != NO_VALUE or may_be_empty(asked.field)]
        totals = [_total(stage, by_stage.get(stage.key, {}), amount, scope.context.workspace.currency) for stage in shown]
        view = {
            "totals": totals,
            "unrated": sum(total["unrated"] for total in totals),
            "which": asked.unrated if amount else "",
            "rates": CURRENCIES if scope.may(CONFIGURE) else "",
        }
        return Reply(render("pages/board_totals.html", view, visit.frame))

    return await page(request, work, elsewhere=True)


def _total(stage: Stage, row: Mapping[str, Any], amount: str | None, currency: str) -> dict[str, Any]:
    """The figures of a column as `pages/board_totals.html` shows them."""
    total = Decimal(row.get(f"sum:{amount}") or 0) if amount else None
    likely = stage.probability if stage.status == "open" else None
    weighted = total * likely / 100 if total is not None and likely else None
    return {
        "key": stage.key,
        "count": row.get("count", 0),
        "probability": stage.probability,
        "unrated": row.get(f"unrated:{amount}", 0),
        "sum": None if total is None else {"amount": total, "currency": currency},
        "weighted": None if weighted is None else {"amount": weighted, "currency": currency},
    }


ROUTES = (show_board, show_column, show_totals)
