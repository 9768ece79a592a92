"""The step of the columns: which field each fills, how rows find existing records, and what is the same in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar import Request, Response, get, post

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.importing.constants import Constants, constants_of, typed_constants
from kundig.interfaces.web.pages.importing.steps import CHECK, COLUMNS, VALUES, Steps, faults_of, stepped, steps_of, valued_columns
from kundig.services.transfer.drafts import Draft, change_order, read_draft, suggest_anew
from kundig.services.transfer.offers import Offer, Offers, makes_missing, matches_for, offers_for
from kundig.services.transfer.order import ImportOrder, Mode, Rule
from kundig.services.transfer.remembered import Remembered, remembered

MODES = {
    "create": t("Make a new record of each row"),
    "upsert": t("Change those that are there, make the others"),
    "update": t("Only change those that are there"),
}
WIDE = 80
"""Columns from which on only the object's own fields are offered for each, and what is in use: the page stays light."""
_PAGE = "pages/importing/columns.html"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file; `field` is the one that it fills, empty for none."""

    index: int
    name: str
    samples: tuple[str, ...]
    filled: int
    field: str


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """`importing/columns.html`."""

    steps: Steps
    columns: tuple[Column, ...]
    offers: tuple[Offers, ...]
    looked_at: int
    modes: tuple[tuple[str, str], ...]
    mode: str
    matches: tuple[Offer, ...]
    match: str
    lacking: tuple[str, ...]
    """Required fields that nothing fills."""
    constants: Constants
    known: Remembered | None

    @property
    def mapped(self) -> int:
        """How many columns fill something."""
        return sum(bool(column.field) for column in self.columns)


@get("/imports/{id_:str}/columns")
async def show_columns(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """The columns with what they look like, and what they fill."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        draft = await read_draft(scope, record_id(id_))
        return stepped(_PAGE, await _view(scope, visit, draft), visit, part=False)

    return await page(request, work)


@post("/imports/{id_:str}/columns", status_code=200)
async def map_columns(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Keep what was chosen; with `next` check it and go on."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        key = record_id(id_)
        if visit.value("anew"):
            await suggest_anew(scope, key)
            return stepped(_PAGE, await _view(scope, visit, await read_draft(scope, key)), visit, part=True)
        await change_order(scope, key, _chosen(scope, visit, await read_draft(scope, key)))
        draft = await read_draft(scope, key)
        if not visit.value("next"):
            return stepped(_PAGE, await _view(scope, visit, draft), visit, part=True)
        errors = faults_of(scope, draft, visit.frame.language)
        view = await _view(scope, visit, draft, errors)
        if errors or view.constants.wrong:
            return stepped(_PAGE, view, visit, part=True, status=422)
        return Reply(to=f"/imports/{id_}/{VALUES if valued_columns(scope, draft) else CHECK}")

    return await page(request, work)


def _chosen(scope: Scope, visit: Visit, draft: Draft) -> ImportOrder:
    """The order with what the form says; rules of columns that fill the same as before keep what else was said of them."""
    order, object_ = draft.order, scope.object(draft.order.object)
    mapping: dict[str, tuple[Rule, ...]] = {}
    for index, column in enumerate(draft.run.shape.header):
        field, rules = visit.value(f"field-{index}"), order.mapping.get(column, ())
        if field and rules and rules[0].field == field:
            mapping[column] = rules
        elif field:
            mapping[column] = (Rule(field, create=makes_missing(scope, object_, field)),)
    known = _paths(order.mapping)
    making = {path.partition(".")[0] for path in _paths(mapping) - known if "." in path}
    # whoever fills a field of a linked record wants it made where it is missing
    mapping = {
        column: tuple(msgspec.structs.replace(rule, create=rule.create or rule.field in making) for rule in rules)
        for column, rules in mapping.items()
    }
    mode = visit.value("mode", order.mode)
    return msgspec.structs.replace(
        order,
        mapping=mapping,
        mode=cast("Mode", mode) if mode in MODES else order.mode,
        match=visit.value("match") or order.match if mode != "create" else None,
        constants=typed_constants(scope, visit, order),
    )


def _paths(mapping: Mapping[str, tuple[Rule, ...]]) -> set[str]:
    return {rule.field for rules in mapping.values() for rule in rules}


async def _view(scope: Scope, visit: Visit, draft: Draft, errors: tuple[str, ...] = ()) -> ColumnsView:
    order, object_ = draft.order, scope.object(draft.order.object)
    before = await remembered(scope, object_.name, draft.run.shape.header)
    language = scope.context.language
    return ColumnsView(
        steps=steps_of(scope, draft, COLUMNS, errors),
        columns=tuple(_columns(draft)),
        offers=_offers(scope, object_, draft),
        looked_at=draft.survey.looked_at,
        modes=tuple((key, text.render(language)) for key, text in MODES.items()),
        mode=order.mode,
        matches=matches_for(scope, object_),
        match=order.match or "",
        lacking=tuple(_lacking(object_, order, language)),
        constants=await constants_of(scope, visit, object_, order),
        known=before if before is not None and before.order.mapping == order.mapping else None,
    )


def _offers(scope: Scope, object_: BoundObject, draft: Draft) -> tuple[Offers, ...]:
    offers = offers_for(scope, object_)
    if len(draft.run.shape.header) <= WIDE:
        return offers
    used = _paths(draft.order.mapping)
    return tuple(group for group in offers if not group.label or any(offer.field in used for offer in group.offers))


def _columns(draft: Draft) -> list[Column]:
    surveys = draft.survey.columns
    mapping: Mapping[str, tuple[Rule, ...]] = draft.order.mapping
    return [
        Column(index, name, surveys[index].samples, surveys[index].filled, next((rule.field for rule in mapping.get(name, ())), ""))
        for index, name in enumerate(draft.run.shape.header)
    ]


def _lacking(object_: BoundObject, order: ImportOrder, language: str) -> list[str]:
    if order.mode == "update":
        return []
    filled = {rule.field.partition(".")[0] for rules in order.mapping.values() for rule in rules}
    filled |= {name for name, value in order.constants.items() if value != ""}
    needed = (field for field in object_.required if field.name not in filled and field.definition.default is None)
    return [label_in(field.definition.label, language) for field in needed if not field.read_only and field.pipeline is None]


ROUTES = (show_columns, map_columns)
