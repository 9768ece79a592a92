"""The fields that conditions can be about: of the object itself, then of the records it links to, as deep as was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import hidden_in, limited_in
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.pages.listing import PARTS
from kundig.interfaces.web.pages.wording import child_label

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields under one heading, each as path and label."""

    label: str
    fields: Choices


def field_groups(scope: Scope, object_: BoundObject, path: str = "") -> tuple[FieldGroup, ...]:
    """All fields to choose from: own ones, those behind links, and once `path` leads over a link also those one link further."""
    plural = label_in(object_.definition.label, scope.context.language)
    groups = [FieldGroup(plural, _fields(scope, object_, "", ""))]
    groups += _behind(scope, object_, "", "")
    links, steps = object_, path.split(".")
    prefix = heading = ""
    for step in steps:
        field = links.fields.get(step) or links.implicit.get(step)
        if field is None or not _leads(scope, field):
            break
        prefix, heading = f"{prefix}{step}.", f"{heading}{_label(scope, field)} › "
        links = scope.model.objects[field.target or ""]
        groups += _behind(scope, links, prefix, heading)
    return tuple(group for group in groups if group.fields)


def _behind(scope: Scope, object_: BoundObject, prefix: str, heading: str) -> Iterator[FieldGroup]:
    for field in _known(scope, object_):
        if _leads(scope, field):
            target = scope.model.objects[field.target or ""]
            yield FieldGroup(f"{heading}{_label(scope, field)}", _fields(scope, target, f"{prefix}{field.name}.", ""))


def _leads(scope: Scope, field: BoundField) -> bool:
    return field.to_one and field.target is not None and field.column != "id" and field.target in scope.access.objects


def _known(scope: Scope, object_: BoundObject) -> Iterator[BoundField]:
    hidden = (hidden_in(scope, object_.name) or frozenset()) | limited_in(scope, object_.name)
    yield from (field for field in (*object_.fields.values(), *object_.implicit.values()) if field.name not in hidden)


def _fields(scope: Scope, object_: BoundObject, prefix: str, heading: str) -> Choices:
    language = scope.context.language
    found = []
    for field in _known(scope, object_):
        label = heading + _label(scope, field)
        if field.name in ("id", "label", "version"):
            continue
        found.append((f"{prefix}{field.name}", label))
        if field.kind is Kind.NONE:
            found += [
                (f"{prefix}{field.name}.{part}", f"{label}: {text.render(language)}")
                for part, text in PARTS.items()
                if part in field.parts
            ]
        if "currency" in field.parts:
            found.append((f"{prefix}{field.name}.currency", f"{label}: {t('Currency').render(language)}"))
    return tuple(sorted(found, key=lambda item: item[1].casefold()))


def _label(scope: Scope, field: BoundField) -> str:
    return label_in(field.definition.label, scope.context.language)


def children_of(scope: Scope, object_: BoundObject) -> Choices:
    """Related records that point here, each as path and label, as far as the reader may know of them."""
    found = []
    for child in object_.pointing:
        known = child.object in scope.access.objects and child.field not in (hidden_in(scope, child.object) or frozenset())
        if known:
            found.append((child.path, child_label(scope, object_, child.path)))
    return tuple(sorted(found, key=lambda item: item[1].casefold()))
