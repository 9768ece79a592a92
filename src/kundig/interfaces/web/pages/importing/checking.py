"""The last step: a trial. What would be made, changed and left, and why; cells that are wrong can be mended where they stand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.engine.history.journal import fill_labels
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.importing.steps import CHECK, Steps, stepped, steps_of, told
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView, describe
from kundig.services.transfer.cells.words import text_of
from kundig.services.transfer.drafts import Draft, discard, launch, read_draft, rehearse
from kundig.services.transfer.fixing import fix_row
from kundig.services.transfer.imports import import_state
from kundig.services.transfer.offers import offers_for
from kundig.services.transfer.previews import Sample, read_sample, read_samples
from kundig.services.transfer.pulses import tried
from kundig.services.transfer.store import unreadable_rows

OUTCOMES = ("created", "updated", "skipped")
_PAGE = "pages/importing/check.html"
LONGEST_CELL = 10_000
LAST_ROW = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the grid: its place in the file, its name there, and the field that it fills."""

    index: int
    name: str
    field: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of the trial: cells by column, what is wrong with them, what would change."""

    number: int
    outcome: str
    cells: tuple[tuple[Head, str, str], ...]
    """Column, text, what is wrong with it."""
    wrong: str = ""
    """What is wrong with the row as a whole."""
    record: str = ""
    label: str = ""
    mendable: bool = True
    changes: tuple[tuple[FieldView, Any, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckView:
    """`importing/check.html`."""

    steps: Steps
    run: dict[str, Any]
    heads: tuple[Head, ...]
    bad: tuple[GridRow, ...] = ()
    shown: str = "created"
    rows: tuple[GridRow, ...] = ()
    done: int = 0

    @property
    def under_way(self) -> bool:
        """Whether the page goes on asking."""
        return bool(self.run["state"] in ("queued", "running"))

    @property
    def percent(self) -> int:
        """How far the trial is."""
        return min(100, self.done * 100 // (self.run["total"] or 1)) if self.under_way else 100

    @property
    def good(self) -> int:
        """Rows that would bring something."""
        return int(self.run["created"] + self.run["updated"])

    @property
    def more_bad(self) -> int:
        """Rows with errors that the grid has no room for."""
        return max(0, int(self.run["failed"]) - sum(row.outcome == "failed" for row in self.bad))


@get("/imports/{id_:str}/check")
async def show_check(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """How far the trial is, or what it has shown; asked again and again by the page itself while it is under way."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        draft = await read_draft(scope, record_id(id_))
        view = await _view(scope, draft, visit.query("show"))
        if not visit.query("part"):
            return stepped(_PAGE, view, visit, part=False)
        return (
            Reply(render("pages/importing/trying.html", view, visit.frame)) if view.under_way else Reply(to=f"/imports/{id_}/check")
        )

    return await page(request, work)


@post("/imports/{id_:str}/check", status_code=200)
async def begin_trial(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Try it."""
    return await _begun(request, id_, rehearse, f"/imports/{id_}/check")


async def _begun(
    request: Request[Any, Any, Any], id_: str, start: Callable[[Scope, UUID], Awaitable[None]], to: str
) -> Response[str]:
    """Begin, and go on to where its progress is shown; what can't work is said above what the check shows."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        key = record_id(id_)
        try:
            await start(scope, key)
        except Invalid as error:
            view = await _view(scope, await read_draft(scope, key), "", tuple(told(error, visit.frame.language)))
            return stepped(_PAGE, view, visit, part=True, status=422)
        return Reply(to=to)

    return await page(request, work)


@post("/imports/{id_:str}/rows/{number:int}", status_code=200)
async def mend_row(request: Request[Any, Any, Any], id_: str, number: int) -> Response[str]:
    """Keep what was typed into a row's cells, and try the row again."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        key = record_id(id_)
        if number > LAST_ROW:
            raise Missing
        heads = _heads(scope, await read_draft(scope, key))
        sample = await read_sample(scope.connection, key, number)
        before = [text_of(cell) for cell in sample.cells] if sample is not None else []
        typed = {head.index: visit.value(f"c-{head.index}")[:LONGEST_CELL] for head in heads if f"c-{head.index}" in visit.form}
        changed = {index: text for index, text in typed.items() if text != (before[index] if index < len(before) else "")}
        await fix_row(scope, key, number, changed)
        view = await _view(scope, await read_draft(scope, key), "")
        row = next(row for row in view.bad if row.number == number)
        return Reply(render("pages/importing/mended.html", {"view": view, "row": row}, visit.frame))

    return await page(request, work)


@post("/imports/{id_:str}/launch", status_code=200)
async def begin(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Do it in earnest."""
    return await _begun(request, id_, launch, f"/imports/{id_}")


@post("/imports/{id_:str}/discard", status_code=200)
async def forget(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Forget the file and all that was chosen for it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await discard(scope, record_id(id_))
        return Reply(to="/imports", headers=notice(visit, t("The draft is gone.")))

    return await page(request, work)


async def _view(scope: Scope, draft: Draft, shown: str, errors: tuple[str, ...] = ()) -> CheckView:
    connection, key = scope.connection, draft.run.id
    run = await import_state(scope, key, drafts=True)
    heads = _heads(scope, draft)
    steps = steps_of(scope, draft, CHECK, errors)
    if draft.run.state != "done":
        return CheckView(steps, run, heads, done=await tried(connection, key))
    shown = shown if shown in OUTCOMES else next((outcome for outcome in OUTCOMES if run[outcome]), "created")
    bad = await read_samples(connection, key, ["failed"], mended=True)
    rows = await read_samples(connection, key, [shown])
    unreadable = await unreadable_rows(connection, key)
    faults = {row.row: [error for error in run["errors"] if error["row"] == row.row] for row in bad}
    return CheckView(
        steps, run, heads, tuple(_grid_row(heads, row, faults[row.row], mendable=row.row not in unreadable) for row in bad), shown,
        await _with_records(scope, draft, heads, rows), 0,
    )  # fmt: skip


def _heads(scope: Scope, draft: Draft) -> tuple[Head, ...]:
    """The columns that fill something, with what they fill."""
    groups = offers_for(scope, scope.object(draft.order.object))
    labels = {
        offer.field: f"{group.label}: {offer.label}" if group.label else offer.label for group in groups for offer in group.offers
    }
    mapping = draft.order.mapping
    return tuple(
        Head(index, name, ", ".join(labels.get(rule.field, rule.field) for rule in mapping[name]))
        for index, name in enumerate(draft.run.shape.header)
        if name in mapping
    )


def _grid_row(heads: tuple[Head, ...], sample: Sample, faults: list[dict[str, Any]], *, mendable: bool = True) -> GridRow:
    cells = []
    for head in heads:
        text = text_of(sample.cells[head.index]) if head.index < len(sample.cells) else ""
        cells.append((head, text, " ".join(fault["message"] for fault in faults if fault["column"] == head.name)))
    names = {head.name for head in heads}
    wrong = " ".join(fault["message"] for fault in faults if fault["column"] not in names)
    return GridRow(sample.row, sample.outcome, tuple(cells), wrong, str(sample.record or ""), mendable=mendable)


async def _with_records(scope: Scope, draft: Draft, heads: tuple[Head, ...], samples: list[Sample]) -> tuple[GridRow, ...]:
    """Rows with the names of the records that they mean, and what would change in them of what the file fills."""
    object_ = scope.object(draft.order.object)
    hidden = scope.rights(object_.name).hidden
    filled = {
        rule.field.partition(".")[0] for rules in draft.order.mapping.values() for rule in rules
    } | draft.order.constants.keys()
    ids = [sample.record for sample in samples if sample.record is not None]
    named = await read_many(scope, object_.name, ids, ["label"]) if ids else {}
    labels = {id_: msgspec.json.decode(text)["label"] for id_, text in named.items()}
    entries = [
        {
            name: list(pair)
            for name, pair in (sample.changes or {}).items()
            if name in filled and name in object_.fields and name not in hidden
        }
        for sample in samples
    ]
    await fill_labels(scope, entries)
    found = []
    for sample, entry in zip(samples, entries, strict=True):
        row = _grid_row(heads, sample, [])
        label = labels.get(sample.record, "") if sample.record else ""
        changes = tuple((describe(scope, object_.fields[name]), old, new) for name, (old, new) in entry.items())
        found.append(replace(row, label=label, changes=changes))
    return tuple(found)


ROUTES = (show_check, begin_trial, mend_row, begin, forget)
