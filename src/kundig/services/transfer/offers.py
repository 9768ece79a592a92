"""What the columns of a file can fill for somebody: fields of the object, of records that it links to, of its children."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.services.transfer.cells.reading import readable
from kundig.services.transfer.plan import EXTERNAL_ID


@dataclass(frozen=True, slots=True)
class Offer:
    """A field as mappings write it, and what it is called."""

    field: str
    label: str


@dataclass(frozen=True, slots=True)
class Offers:
    """Fields that belong together: of the object itself (without a label), of records of a link, of a child object."""

    label: str
    offers: tuple[Offer, ...]
    is_child: bool = False


def importable(scope: Scope) -> tuple[Offer, ...]:
    """The objects that the person may import, by their names in the navigation's order."""
    found = [o for o in scope.model.objects.values() if o.name in scope.access.objects and scope.access.objects[o.name].bring]
    found = [o for o in found if o.definition.storage == "record" and not o.definition.system]
    found.sort(key=lambda o: (o.definition.navigation or 1000, o.name))
    return tuple(Offer(o.name, label_in(o.definition.label_plural, scope.context.language)) for o in found)


def offers_for(scope: Scope, object_: BoundObject) -> tuple[Offers, ...]:
    """All that a column can fill, in the reader's language; own fields first."""
    language = scope.context.language
    own = [*_sorted(_offers(scope, object_)), Offer(EXTERNAL_ID, t("Id in another system").render(language))]
    return (Offers("", tuple(own)), *_linked(scope, object_), *_children(scope, object_))


def matches_for(scope: Scope, object_: BoundObject) -> tuple[Offer, ...]:
    """By what existing records can be found: unique fields, contact points, the id in another system."""
    language, hidden = scope.context.language, scope.rights(object_.name).hidden
    found = [
        Offer(name, label_in(bound.definition.label, language))
        for name, bound in object_.fields.items()
        if name not in hidden and (bound.definition.unique or bound.type.contact is not None)
    ]
    return (*found, Offer(EXTERNAL_ID, t("Id in another system").render(language)))


def _linked(scope: Scope, object_: BoundObject) -> Iterator[Offers]:
    """Fields of records that can be made along with their link."""
    language, rights = scope.context.language, scope.rights(object_.name)
    for name, field in object_.fields.items():
        if field.kind is not Kind.LINK or not field.to_one or field.target is None or name in rights.hidden | rights.fixed:
            continue
        linked = scope.model.objects[field.target]
        may = field.target in scope.access.objects and scope.access.objects[field.target].create
        if field.read_only or linked.definition.system or not may:
            continue
        label = t("{field}, if new", field=field.definition.label).render(language)
        offers = [Offer(f"{name}.{one.field}", one.label) for one in _offers(scope, linked, links=False)]
        yield Offers(label, tuple(_sorted(offers)))


def _children(scope: Scope, object_: BoundObject) -> Iterator[Offers]:
    """Fields of the objects whose records can stand in the same rows."""
    for name in dict.fromkeys(child.object for child in object_.children):
        child = scope.model.objects[name]
        links = [one.field for one in object_.children if one.object == name]
        may = name in scope.access.objects and scope.access.objects[name].create
        if child.definition.system or not may or (len(links) > 1 and child.definition.parent not in links):
            continue
        offers = [Offer(f"{name}.{one.field}", one.label) for one in _offers(scope, child) if one.field not in links]
        yield Offers(label_in(child.definition.label, scope.context.language), tuple(_sorted(offers)), is_child=True)


def _offers(scope: Scope, object_: BoundObject, *, links: bool = True) -> Iterator[Offer]:
    rights, language = scope.rights(object_.name), scope.context.language
    for name, field in object_.fields.items():
        if field.read_only or name in rights.hidden | rights.fixed or (field.kind is Kind.LINK and not links):
            continue
        label = label_in(field.definition.label, language)
        yield from (Offer(f"{name}.{part}", f"{label}: {part_label}") for part, part_label in _parts(scope, field))
        is_whole = readable(field) and (field.kind is not Kind.LINK or field.target is not None)
        if is_whole and (not field.parts or "currency" in field.parts):
            yield Offer(name, label)


def _parts(scope: Scope, field: BoundField) -> Iterator[tuple[str, str]]:
    """The parts of a field; of a link to any object, the objects."""
    language = scope.context.language
    yield from ((part, label_in(inner.definition.label, language)) for part, inner in field.parts.items())
    if field.kind is Kind.LINK and field.target is None:
        for name in scope.access.objects:
            definition = scope.model.objects[name].definition
            if not definition.system:
                yield name, label_in(definition.label, language)


def _sorted(offers: Iterator[Offer] | list[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: offer.label.casefold())


def makes_missing(scope: Scope, object_: BoundObject, path: str) -> bool:
    """Whether records that a link lacks are made unless somebody says otherwise: where a name is all that it takes."""
    field = field_at(scope, object_, path)
    target = field.target if field is not None and field.kind is Kind.LINK else None
    if target is None or target not in scope.access.objects or target == object_.name:
        return False
    linked = scope.model.objects[target]
    return scope.access.objects[target].create and not linked.definition.system and len(linked.title_fields) == 1


def field_at(scope: Scope, object_: BoundObject, path: str) -> BoundField | None:
    """The field that tells how the cells of a mapped column are read: of the object, a part, of a linked or a child object."""
    head, _, rest = path.partition(".")
    field = object_.fields.get(head)
    if field is None:
        return field_at(scope, scope.model.objects[head], rest) if rest and head in scope.access.objects else None
    if rest and field.kind is Kind.LINK and field.to_one and field.target is not None:
        return field_at(scope, scope.model.objects[field.target], rest)
    return field.parts.get(rest, field)


def linked_object(field: BoundField, path: str) -> str | None:
    """The object whose records the cells of a mapped column name, if it is a link."""
    return field.target or path.rpartition(".")[2] if field.kind is Kind.LINK else None
