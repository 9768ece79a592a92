"""The model of a workspace: objects with their fields bound to types, tables and children. Immutable; made anew on each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import sqlalchemy as sa

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.extension import (
    Action,
    AuditEvent,
    Field,
    Guests,
    Hook,
    Layout,
    Object,
    Pipeline,
    Role,
    SharingRule,
    SignInProvider,
    View,
)
from kundig.engine.schema.bound import BoundField, BoundObject, Child
from kundig.engine.schema.definitions import Definitions, Fault, Misfit
from kundig.engine.schema.fields import TYPES
from kundig.engine.schema.fields.contract import FieldType, Misdefined
from kundig.engine.schema.fields.translated import TRANSLATED
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.standard import standard_fields
from kundig.engine.schema.tables import Tables, make_tables


class UnknownField(Invalid):
    """There is no field on this path, or the asker may not know of it: the two look the same."""

    def __init__(self, path: str) -> None:
        """`path` as the asker gave it."""
        super().__init__([FieldError(path, "unknown_field", t("There is no field {field} here.", field=path[:200]))])
        self.path = path


@dataclass(frozen=True, slots=True)
class Path:
    """A field reached over `links`, each of them a link to one record. `name` is the path as written."""

    name: str
    links: tuple[BoundField, ...]
    field: BoundField

    def in_language(self, language: str) -> Path:
        """What a comparison by the path means: of a text in several languages the one that a reader of `language` reads."""
        part = self.field.parts.get(language) if self.field.definition.translated else None
        return self if part is None else Path(f"{self.name}.{language}", self.links, part)


@dataclass(frozen=True, eq=False)
class Model:
    """All objects of a workspace. `schema` is where its tables are; `version` rises with every change of model or policy."""

    version: int
    schema: str
    objects: Mapping[str, BoundObject]
    pipelines: Mapping[str, Pipeline]
    metadata: sa.MetaData
    layouts: Mapping[str, Layout]
    views: Mapping[str, View]
    roles: Mapping[str, Role]
    rules: Mapping[str, SharingRule]
    hooks: Mapping[tuple[str, str], tuple[Hook, ...]]
    """By object and when (before, after)."""
    actions: Mapping[tuple[str, str], Action]
    """By object and name."""
    providers: Mapping[str, SignInProvider]
    events: Mapping[str, AuditEvent]
    """What can stand in the audit trail, by name."""
    ordered: Mapping[str, tuple[str, ...]]
    """The fields by which the lists of each object are in order."""

    @cached_property
    def sensitive(self) -> Mapping[str, frozenset[str]]:
        """The sensitive fields of each object that has some: reading one is noted in the audit trail."""
        named = {
            name: frozenset(field.name for field in object_.fields.values() if field.definition.sensitive)
            for name, object_ in self.objects.items()
        }
        return {name: fields for name, fields in named.items() if fields}

    def object(self, name: str) -> BoundObject:
        """An object by its API name; raises KeyError."""
        return self.objects[name]

    def guests_of(self, object_: BoundObject) -> Guests | None:
        """Who takes part in an object's records, as far as the fields that say so are there: a document may take them away."""
        guests = object_.definition.period.guests if object_.definition.period else None
        child = self.objects.get(guests.object) if guests else None
        if guests is None or child is None or not {guests.user, child.definition.parent} <= child.fields.keys():
            return None
        return guests if guests.answer in child.fields else msgspec.structs.replace(guests, answer=None)

    def field_at(self, object_: str, path: str, hidden: Callable[[str], frozenset[str] | None] | None = None) -> Path:
        """The field that a dotted path means: over links to one, into parts of a value. Raises UnknownField.

        `hidden` tells the fields of an object that the asker may not know of; None: not even of the object.
        """
        first, *rest = path.split(".")
        field = self._named(object_, first, path, hidden)
        links: list[BoundField] = []
        for step in rest:
            if step in field.parts:
                field = field.parts[step]
            elif field.to_one and field.target is not None and field.column != "id":
                links.append(field)
                field = self._named(field.target, step, path, hidden)
            else:
                raise UnknownField(path)
        return Path(path, tuple(links), field)

    def _named(self, object_: str, name: str, path: str, hidden: Callable[[str], frozenset[str] | None] | None) -> BoundField:
        unknown = hidden(object_) if hidden is not None else frozenset()
        bound = self.objects.get(object_)
        if bound is None or unknown is None or name in unknown:
            raise UnknownField(path)
        field = bound.fields.get(name) or bound.implicit.get(name)
        if field is None:
            raise UnknownField(path)
        return field


def build_model(definitions: Definitions, schema: str, version: int, former: Model | None = None) -> Model:
    """Bind all definitions: standard and derived fields, types, tables, children. Raises Misfit with all that is wrong.

    The objects of a `former` model are taken over if they are defined alike: binding them is nearly all of the work.
    """
    if former is not None and _alike(former, definitions):
        objects, metadata = former.objects, former.metadata
    else:
        objects, metadata = _bind_objects(definitions)
    return Model(
        version=version,
        schema=schema,
        objects=objects,
        pipelines=definitions.pipelines,
        metadata=metadata,
        layouts=definitions.layouts,
        views=definitions.views,
        roles=definitions.roles,
        rules=definitions.rules,
        hooks=_hooks(definitions.hooks),
        actions={(action.object, action.name): action for action in definitions.actions},
        providers=definitions.providers,
        events=definitions.events,
        ordered=definitions.ordered,
    )


def _alike(former: Model, definitions: Definitions) -> bool:
    return (
        former.pipelines == definitions.pipelines
        and former.ordered == definitions.ordered
        and [bound.definition for bound in former.objects.values()] == [*definitions.objects.values()]
    )


def _bind_objects(definitions: Definitions) -> tuple[Mapping[str, BoundObject], sa.MetaData]:
    binder = _Binder(definitions)
    fields = {name: binder.fields(name) for name in definitions.objects}
    if binder.faults:
        raise Misfit(binder.faults)
    tables = make_tables(definitions.objects, fields, definitions.ordered)
    pointing = _pointing(fields)
    objects = {
        name: _bind_object(definition, fields[name], tables, pointing.get(name, ()))
        for name, definition in definitions.objects.items()
    }
    return objects, tables.metadata


def _hooks(hooks: Iterable[Hook]) -> dict[tuple[str, str], tuple[Hook, ...]]:
    found: dict[tuple[str, str], list[Hook]] = {}
    for hook in hooks:
        found.setdefault((hook.object, hook.when), []).append(hook)
    return {key: tuple(own) for key, own in found.items()}


def _bind_object(
    definition: Object, fields: Mapping[str, BoundField], tables: Tables, pointing: Sequence[tuple[Child, BoundField]]
) -> BoundObject:
    shown = {name: field for name, field in fields.items() if not field.definition.hidden}
    return BoundObject(
        definition=definition,
        table=tables.objects[definition.name],
        fields=shown,
        side_tables={name: table for name, table in tables.sides[definition.name].items() if name in shown},
        rollups=tables.rollups.get(definition.name),
        children=tuple(child for child, link in pointing if link.to_one and not link.standard),
        pointing=tuple(child for child, _ in pointing),
    )


def _pointing(fields: Mapping[str, Mapping[str, BoundField]]) -> dict[str, list[tuple[Child, BoundField]]]:
    """The links that lead to each object, and from where."""
    found: dict[str, list[tuple[Child, BoundField]]] = {}
    for object_, own in fields.items():
        for field in own.values():
            if field.kind is Kind.LINK and not field.definition.hidden:
                for target in field.targets:
                    found.setdefault(target, []).append((Child(object_, field.name), field))
    return found


def _translated(definition: Field) -> FieldType:
    """The type of a field with a text for each language."""
    type_ = TRANSLATED.get(definition.type)
    if type_ is None:
        raise Misdefined(t("Only texts of one or several lines can be translated."))
    if definition.unique:
        raise Misdefined(t("A field that is translated can't be unique."))
    return type_


class _Binder:
    """Binds fields by rank, so that each finds those it needs; remembers what is wrong instead of stopping at the first fault."""

    def __init__(self, definitions: Definitions) -> None:
        self.objects = definitions.objects
        self.pipelines = definitions.pipelines
        self.faults: list[Fault] = []
        self._sources = definitions.sources
        self._bound: dict[tuple[str, str], BoundField] = {}
        for object_ in definitions.objects.values():
            self._bind_standard(object_)
        waiting = [(object_.name, definition) for object_ in definitions.objects.values() for definition in object_.fields]
        for rank in sorted({type_.rank for type_ in TYPES.values()}):
            self._bound |= {
                (object_, definition.name): field
                for object_, definition in waiting
                if self._rank(definition) == rank and (object_, definition.name) not in self._bound
                and (field := self._bind(object_, definition)) is not None
            }  # fmt: skip

    def type(self, name: str) -> FieldType:
        """See `Binding`."""
        try:
            return TYPES[name]
        except KeyError:
            raise Misdefined(t('There is no field type "{type}".', type=name)) from None

    def field(self, object_: str, name: str) -> BoundField:
        """See `Binding`."""
        try:
            return self._bound[object_, name]
        except KeyError:
            raise Misdefined(t('There is no field "{field}", or it can\'t be used here.', field=f"{object_}.{name}")) from None

    def fields(self, object_: str) -> dict[str, BoundField]:
        """All fields of an object: the declared ones in their order, then the derived, then the standard ones."""
        found: dict[str, BoundField] = {}
        derived: list[BoundField] = []
        for definition in self.objects[object_].fields:
            field = self._bound.get((object_, definition.name))
            if field is not None and not field.standard:
                found[field.name] = field
                derived.extend(field.type.derived(field))
        for field in derived:
            if field.name in found:
                self.faults.append(
                    self._fault(object_, field.name, t("The name is taken by a field that comes with the pipeline."))
                )
            found[field.name] = field
        standard = {name: field for (owner, name), field in self._bound.items() if owner == object_ and field.standard}
        return found | standard

    def _rank(self, definition: Field) -> int:
        type_ = TYPES.get(definition.type)
        return type_.rank if type_ is not None else 0

    def _bind_standard(self, object_: Object) -> None:
        own = {definition.name: definition for definition in object_.fields}
        for name, field in standard_fields(object_.name, own).items():
            if field.target is None or field.target in self.objects:
                self._bound[object_.name, name] = field

    def _bind(self, object_: str, definition: Field) -> BoundField | None:
        try:
            type_ = _translated(definition) if definition.translated else self.type(definition.type)
            options: Any = msgspec.convert(definition.options, type_.Options)
            kept = msgspec.structs.replace(definition, read_only=True) if type_.kept else definition
            return type_.bind(BoundField(kept, type_, options, object_, definition.name), self)
        except Misdefined as fault:
            self.faults.append(self._fault(object_, definition.name, fault.text))
        except msgspec.ValidationError as error:
            text = t("Its options don't fit the type {type}: {reason}.", type=definition.type, reason=str(error))
            self.faults.append(self._fault(object_, definition.name, text))
        return None

    def _fault(self, object_: str, field: str, text: Text) -> Fault:
        source = self._sources.get(f"{object_}.{field}") or self._sources.get(object_, "")
        return Fault(source, f"{object_}.{field}", text)
