"""The step of the values: what the texts of a column stand for, among choices or among the records that a link may lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_many
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.pipeline import stage_in
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.importing.steps import CHECK, VALUES, Steps, faults_of, stepped, steps_of, valued_columns
from kundig.interfaces.web.widgets.described import FieldView
from kundig.interfaces.web.widgets.reading import only_named
from kundig.interfaces.web.widgets.saying import CHOOSE
from kundig.services.transfer.cells import Style, reader_for
from kundig.services.transfer.drafts import Draft, change_order, read_draft
from kundig.services.transfer.lookups import find_links
from kundig.services.transfer.offers import Offer, field_at, linked_object
from kundig.services.transfer.order import ImportOrder, Rule
from kundig.services.transfer.plan import LinkRule

LEAVE_EMPTY = "-"
MOST_TEXTS = 60
"""Texts of a choice that are shown: a form can't be of any size."""
MOST_UNKNOWN = 20
"""Texts without a record for which one can be chosen here."""
_PAGE = "pages/importing/values.html"


@dataclass(frozen=True, slots=True)
class Meant:
    """A text of the file, how often it occurs, and what it stands for: as it is recognised, and as somebody says."""

    text: str
    times: int
    recognised: str
    chosen: str


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """A column that fills a choice."""

    index: int
    name: str
    field: str
    options: tuple[Offer, ...]
    texts: tuple[Meant, ...]
    more: bool

    @property
    def unknown(self) -> int:
        """How many texts are none of the choices, and have not been given one."""
        return sum(not meant.recognised and not meant.chosen for meant in self.texts)


@dataclass(frozen=True, slots=True)
class LinkColumn:
    """A column that names records: how they are found, and which texts name none."""

    index: int
    name: str
    field: str
    object: str
    ways: tuple[Offer, ...]
    by: str
    may_create: bool
    create: bool
    found: int
    missing: int
    """How many texts name no record, or several."""
    unknown: tuple[tuple[str, int, Control], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ValuesView:
    """`importing/values.html`."""

    steps: Steps
    columns: tuple[ChoiceColumn | LinkColumn, ...]

    @property
    def wrong(self) -> bool:
        """Whether a record was only named somewhere."""
        return any(item.error for column in self.columns if isinstance(column, LinkColumn) for _, _, item in column.unknown)


@get("/imports/{id_:str}/values")
async def show_values(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """The columns whose texts stand for something."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return stepped(_PAGE, await _view(scope, await read_draft(scope, record_id(id_)), visit), visit, part=False)

    return await page(request, work)


@post("/imports/{id_:str}/values", status_code=200)
async def map_values(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Keep what was chosen; with `next` check it and go on."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        key = record_id(id_)
        await change_order(scope, key, _chosen(visit, await read_draft(scope, key)))
        draft = await read_draft(scope, key)
        if not visit.value("next"):
            return stepped(_PAGE, await _view(scope, draft, visit), visit, part=True)
        errors = faults_of(scope, draft, visit.frame.language)
        view = await _view(scope, draft, visit, errors)
        if errors or view.wrong:
            return stepped(_PAGE, view, visit, part=True, status=422)
        return Reply(to=f"/imports/{id_}/{CHECK}")

    return await page(request, work)


def _chosen(visit: Visit, draft: Draft) -> ImportOrder:
    mapping = dict(draft.order.mapping)
    for index, column in enumerate(draft.run.shape.header):
        if f"shown-{index}" in visit.form and column in mapping:
            first, *others = mapping[column]
            mapping[column] = (_rule(visit, index, first), *others)
    return msgspec.structs.replace(draft.order, mapping=mapping)


def _rule(visit: Visit, index: int, rule: Rule) -> Rule:
    """A rule as the form says it; texts that the form does not show keep what they stand for."""
    values = dict(rule.values)
    for number, text in enumerate(visit.form.get(f"text-{index}", ())):
        name = f"value-{index}-{number}"
        chosen = visit.value(name)
        values.pop(text, None)
        if chosen:
            values[text] = "" if chosen == LEAVE_EMPTY else chosen
    if f"by-{index}" not in visit.form:
        return msgspec.structs.replace(rule, values=values)
    create = bool(visit.value(f"create-{index}"))
    return msgspec.structs.replace(rule, values=values, by=visit.value(f"by-{index}") or None, create=create)


async def _view(scope: Scope, draft: Draft, visit: Visit, errors: tuple[str, ...] = ()) -> ValuesView:
    columns: list[ChoiceColumn | LinkColumn] = []
    for index in valued_columns(scope, draft):
        rule = draft.order.mapping[draft.run.shape.header[index]][0]
        field = field_at(scope, scope.object(draft.order.object), rule.field)
        if field is None:
            continue
        object_ = linked_object(field, rule.field)
        if object_ is None:
            columns.append(_choice(scope, draft, index, rule, field))
        elif object_ in scope.access.objects:
            columns.append(await _link(scope, draft, visit, index, rule, field, object_))
    return ValuesView(steps_of(scope, draft, VALUES, errors), tuple(columns))


def _choice(scope: Scope, draft: Draft, index: int, rule: Rule, field: BoundField) -> ChoiceColumn:
    language, survey = scope.context.language, draft.survey.columns[index]
    labels = {choice.key: label_in(choice.label, language) for choice in field.choices}
    staged = {
        stage_in(pipeline, stage): f"{label_in(pipeline.label, language)}: {label_in(stage.label, language)}"
        for pipeline in (field.pipelines if field.chooser else ())
        for stage in pipeline.stages
        if not stage.retired
    }
    read = reader_for(field, Style())

    def recognised(text: str) -> str:
        try:
            found = read(text)
        except Refused:
            return ""
        return ", ".join({**staged, **labels}[key] for key in (found if isinstance(found, list) else [found]))

    texts = [Meant(text, times, recognised(text), _said(rule.values, text)) for text, times in survey.values]
    # what nobody has understood yet stands first; sorting keeps the rest as it is
    texts.sort(key=lambda meant: bool(meant.recognised))
    options = tuple(Offer(choice.key, labels[choice.key]) for choice in field.choices if not choice.retired)
    if staged:  # stages of the same name may stand in several pipelines
        options = tuple(Offer(key, label) for key, label in staged.items())
    label = label_in(field.definition.label, language)
    more = survey.more or len(texts) > MOST_TEXTS
    return ChoiceColumn(index, draft.run.shape.header[index], label, options, tuple(texts[:MOST_TEXTS]), more)


def _said(values: Mapping[str, Any], text: str) -> str:
    if text not in values:
        return ""
    return str(values[text]) or LEAVE_EMPTY


async def _link(scope: Scope, draft: Draft, visit: Visit, index: int, rule: Rule, field: BoundField, object_: str) -> LinkColumn:
    language, survey, linked = scope.context.language, draft.survey.columns[index], scope.model.objects[object_]
    texts = dict(survey.values)
    found = await find_links(scope, LinkRule(object_, rule.by), [text for text in texts if text not in rule.values])
    nameless = [text for text in texts if text in rule.values or len(found.get(text, ())) != 1]
    unknown = nameless[:MOST_UNKNOWN]
    records = await _named(scope, object_, [str(rule.values[text]) for text in unknown if text in rule.values])
    rights = scope.rights(object_)
    ways = [
        Offer(name, label_in(bound.definition.label, language))
        for name, bound in linked.fields.items()
        if name not in rights.hidden and (bound.definition.unique or bound.type.contact is not None)
    ]
    name = draft.run.shape.header[index]
    may = rights.create and not linked.definition.system and (len(linked.title_fields) == 1 or rule.by is not None)
    return LinkColumn(
        index=index,
        name=name,
        field=label_in(field.definition.label, language),
        object=label_in(linked.definition.label_plural, language),
        ways=tuple(ways),
        by=rule.by or "",
        may_create=may,
        create=rule.create and may,
        found=sum(len(records) == 1 for records in found.values()),
        missing=sum(text not in rule.values for text in nameless),
        unknown=tuple(
            (text, texts[text], _picker(visit, index, number, text, object_, records.get(str(rule.values.get(text)))))
            for number, text in enumerate(unknown)
        ),
        more=survey.more,
    )


async def _named(scope: Scope, object_: str, ids: list[str]) -> dict[str, dict[str, str]]:
    known = [id_ for text in ids if (id_ := parse_id(text)) is not None]
    found = await read_many(scope, object_, known, ["label"]) if known else {}
    return {str(id_): {"id": str(id_), "label": msgspec.json.decode(text)["label"]} for id_, text in found.items()}


def _picker(visit: Visit, index: int, number: int, text: str, object_: str, record: Mapping[str, str] | None) -> Control:
    """A control for the record of a text; what was typed into it and names none yet stays there, with `next` it is refused."""
    view = FieldView(name=f"value-{index}-{number}", label=text, widget="link", target=object_)
    if record:
        return Control(view, {"": [record["id"]], "label": [record["label"]]})
    sent = dict(enumerate(visit.form.get(f"text-{index}", ())))
    was = next((f"value-{index}-{place}" for place, known in sent.items() if known == text), "")
    if not was or not only_named(was, visit.form):
        return Control(view, {})
    error = CHOOSE.render(visit.frame.language) if visit.value("next") else ""
    return Control(view, {"label": [visit.value(f"{was}.label")]}, error)


ROUTES = (show_values, map_values)
