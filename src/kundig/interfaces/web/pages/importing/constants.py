"""What is the same in all rows of an import: fields that no column fills, with the controls that forms have for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_many
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.edge import Visit
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.widgets.described import describe
from kundig.interfaces.web.widgets.filling import fill
from kundig.interfaces.web.widgets.reading import asked, only_named, read, typed
from kundig.interfaces.web.widgets.saying import CHOOSE
from kundig.services.transfer.cells.reading import readable
from kundig.services.transfer.offers import Offer
from kundig.services.transfer.order import ImportOrder


@dataclass(frozen=True, slots=True)
class Constants:
    """The fields that have a value for all rows, and those that could have one."""

    controls: tuple[Control, ...]
    offers: tuple[Offer, ...]

    @property
    def wrong(self) -> bool:
        """Whether anything can't stay as it was typed."""
        return any(control.error for control in self.controls)


def typed_constants(scope: Scope, visit: Visit, order: ImportOrder) -> dict[str, Any]:
    """The constants as the form says them; a field that was just added has an empty one until something is typed."""
    context, object_ = scope.context, scope.object(order.object)
    chosen = set(visit.form.get("constant", ())) - set(visit.form.get("without", ()))
    found: dict[str, Any] = {}
    for field in _fields(scope, object_):
        if field.name in chosen:
            value = read(field, visit.form, context.language, context.time_zone) if asked(field, visit.form) else None
            found[field.name] = "" if value is None or _is_unchosen(field, visit) else _as_json(field, value)
    return found


def _is_unchosen(field: BoundField, visit: Visit) -> bool:
    return field.kind is Kind.LINK and only_named(field.name, visit.form)


def _as_json(field: BoundField, value: Any) -> Any:
    """Figures as such: in a text they would be read as the file writes them."""
    try:
        return float(value) if field.kind is Kind.NUMBER and isinstance(value, str) else value
    except ValueError:
        return value


async def constants_of(scope: Scope, visit: Visit, object_: BoundObject, order: ImportOrder) -> Constants:
    """The constants of an order with their controls; what was typed stays in them. With `next` it is said what is no value."""
    mapped = {rule.field.partition(".")[0] for rules in order.mapping.values() for rule in rules}
    fields = [field for field in _fields(scope, object_) if field.name not in mapped]
    shown = [field for field in fields if field.name in order.constants]
    controls = tuple([await _control(scope, visit, field, order.constants[field.name]) for field in shown])
    language = scope.context.language
    free = [Offer(field.name, label_in(field.definition.label, language)) for field in fields if field not in shown]
    return Constants(controls, tuple(sorted(free, key=lambda offer: offer.label.casefold())))


async def _control(scope: Scope, visit: Visit, field: BoundField, value: Any) -> Control:
    described = replace(describe(scope, field), required=False)
    if asked(field, visit.form):
        unchosen = visit.value("next") and _is_unchosen(field, visit)
        return Control(described, typed(field, visit.form), CHOOSE.render(scope.context.language) if unchosen else "")
    return Control(described, fill(field, await _shown(scope, field, value), formats(scope.context.language, visit.frame.zone)))


async def _shown(scope: Scope, field: BoundField, value: Any) -> Any:
    """A value as controls take it: a link with the name of its record."""
    if field.kind is not Kind.LINK or not value:
        return value
    id_: UUID | None = parse_id(str(value))
    found = await read_many(scope, field.target or "", [id_], ["label"]) if id_ else {}
    return {"id": str(id_), "object": field.target, "label": msgspec.json.decode(found[id_])["label"]} if id_ in found else None


def _fields(scope: Scope, object_: BoundObject) -> list[BoundField]:
    """Fields that one value can be given for: no lists of links, nothing that people may not write."""
    rights = scope.rights(object_.name)
    return [
        field
        for name, field in object_.fields.items()
        if not field.read_only
        and name not in rights.hidden | rights.fixed
        and readable(field)
        and (field.kind is not Kind.LINK or (field.to_one and field.target is not None))
    ]
