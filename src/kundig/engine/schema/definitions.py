"""All definitions of a workspace: what modules hand in, merged field by field with the workspace's own documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.audit.events import EVENTS
from kundig.engine.extension import (
    Action,
    AuditEvent,
    Extension,
    Field,
    Hook,
    Layout,
    Object,
    Pipeline,
    Role,
    SharingRule,
    SignInProvider,
    View,
)
from kundig.engine.schema.fields import TYPES

if TYPE_CHECKING:
    from kundig.engine.extension import Module


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `source` is the module or document, `place` the object, `object.field` or the like."""

    source: str
    place: str
    text: Text


class Misfit(Invalid):
    """The definitions don't fit together; all faults are named at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """At least one fault."""
        self.faults = tuple(faults)
        super().__init__(
            FieldError(fault.place, "bad_definition", t("{source}: {text}", source=fault.source, text=fault.text))
            for fault in self.faults
        )

    def __str__(self) -> str:
        return "; ".join(f"{fault.source}: {fault.place}: {fault.text}" for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the workspace: `kind` object, extension, pipeline, layout, view, role, rule or sign_in_provider.

    Its body is a whole definition, or, where a module has one of that name, what differs from it.
    """

    kind: str
    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Definitions:
    """Everything by name (layouts and views by `object.name`). `sources` tells where an object, field or the like comes from."""

    objects: Mapping[str, Object]
    pipelines: Mapping[str, Pipeline]
    layouts: Mapping[str, Layout]
    views: Mapping[str, View]
    roles: Mapping[str, Role]
    rules: Mapping[str, SharingRule]
    sources: Mapping[str, str] = field(default_factory=dict)
    hooks: tuple[Hook, ...] = ()
    """In the order in which they are called: that of the modules."""
    actions: tuple[Action, ...] = ()
    providers: Mapping[str, SignInProvider] = field(default_factory=dict)
    events: Mapping[str, AuditEvent] = field(default_factory=dict)
    """What can stand in the audit trail, by name: the engine's own events and those of the modules."""

    @cached_property
    def ordered(self) -> Mapping[str, tuple[str, ...]]:
        """The fields by which the lists of each object are in order: the first keys of its own order and of its views'."""
        orders = {name: {object_.order} for name, object_ in self.objects.items()}
        for view in self.views.values():
            orders.setdefault(view.object, set()).add(view.order or "")
        first = {name: {order.partition(",")[0].strip().removeprefix("-") for order in found} for name, found in orders.items()}
        return {name: tuple(sorted(fields)) for name, fields in first.items()}


_KINDS: Mapping[str, type[Any]] = {
    "object": Object,
    "extension": Extension,
    "pipeline": Pipeline,
    "layout": Layout,
    "view": View,
    "role": Role,
    "rule": SharingRule,
    "sign_in_provider": SignInProvider,
}


def define(modules: Sequence[Module], documents: Sequence[Document] = ()) -> Definitions:
    """Merge modules, in their order, and documents over them; check the whole. Raises Misfit with all that is wrong."""
    from kundig.engine.schema.checking import check

    merging = _Merging()
    for module in modules:
        merging.add_module(module)
    for module in modules:
        for extension in module.extends:
            merging.extend(extension, f"module {module.name}")
    for document in sorted(documents, key=lambda d: (list(_KINDS).index(d.kind) if d.kind in _KINDS else -1, d.name)):
        merging.add_document(document)
    events = merging.events(modules)
    if merging.faults:
        raise Misfit(merging.faults)
    definitions = replace(
        merging.definitions(),
        hooks=tuple(hook for module in modules for hook in module.hooks),
        actions=tuple(action for module in modules for action in module.actions),
        events=events,
    )
    if faults := check(definitions, {name for name, source in merging.sources.items() if source.startswith("module ")}):
        raise Misfit(faults)
    return definitions


class _Merging:
    """Collects definitions by kind and key; says of each where it comes from."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.sources: dict[str, str] = {}
        self._by_kind: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS if kind != "extension"}

    def definitions(self) -> Definitions:
        """What has been collected."""
        kinds = self._by_kind
        return Definitions(
            kinds["object"],
            kinds["pipeline"],
            kinds["layout"],
            kinds["view"],
            kinds["role"],
            kinds["rule"],
            self.sources,
            providers=kinds["sign_in_provider"],
        )

    def add_module(self, module: Module) -> None:
        """All that a module defines, without its extensions."""
        source = f"module {module.name}"
        for kind, values in (
            ("object", module.objects),
            ("pipeline", module.pipelines),
            ("layout", module.layouts),
            ("view", module.views),
            ("role", module.roles),
        ):
            for value in values:
                self._add(kind, value, source)

    def events(self, modules: Sequence[Module]) -> dict[str, AuditEvent]:
        """The events of the audit trail by their names, each of them declared once."""
        found = {event.name: event for event in EVENTS}
        for module in modules:
            for event in module.audit_events:
                if found.setdefault(event.name, event) is not event:
                    text = t("There is an event of this name in the audit log already.")
                    self.faults.append(Fault(f"module {module.name}", event.name, text))
        return found

    def extend(self, extension: Extension, source: str) -> None:
        """Put an extension's fields onto its object."""
        object_ = self._by_kind["object"].get(extension.object)
        if object_ is None:
            self.faults.append(Fault(source, extension.object, t("This extends an object that does not exist.")))
            return
        have = {definition.name for definition in object_.fields}
        for definition in extension.fields:
            place = f"{object_.name}.{definition.name}"
            if definition.name in have:
                self.faults.append(
                    Fault(source, place, t("There is a field of this name already ({source}).", source=self._source(place)))
                )
            self.sources[place] = source
        self._by_kind["object"][object_.name] = msgspec.structs.replace(object_, fields=(*object_.fields, *extension.fields))

    def add_document(self, document: Document) -> None:
        """A whole definition, or what differs from a module's."""
        source = f"document {document.kind} {document.name}"
        type_ = _KINDS.get(document.kind)
        if type_ is None:
            self.faults.append(Fault(source, document.name, t('There is no kind of document "{kind}".', kind=document.kind)))
            return
        if document.body.get("hidden") is True and document.kind != "extension":
            # Taken out; what it was stays in the module, and its records in the database.
            self._by_kind[document.kind].pop(document.name, None)
            return
        try:
            if document.kind == "extension":
                self.extend(msgspec.convert(document.body, type_, strict=True), source)
                return
            default = self._by_kind[document.kind].get(document.name)
            if default is None:
                self._add(document.kind, msgspec.convert(document.body, type_, strict=True), source)
                return
            merged = _merged(msgspec.to_builtins(default), document.body)
            value = msgspec.convert(merged, type_, strict=True)
        except msgspec.ValidationError as error:
            self.faults.append(Fault(source, document.name, t("It can't be read: {reason}.", reason=str(error))))
            return
        self._by_kind[document.kind][document.name] = value
        if isinstance(value, Object):
            self._compare_fields(default, value, source)

    def _compare_fields(self, default: Object, value: Object, source: str) -> None:
        """New fields are the document's; of a module's field it may not change what its values are made of."""
        have = {definition.name: definition for definition in default.fields}
        for own in value.fields:
            place = f"{value.name}.{own.name}"
            was = have.get(own.name)
            if was is None:
                self.sources[place] = source
            elif (own.type, own.translated) != (was.type, was.translated):
                self.faults.append(Fault(source, place, t("The type of a field can't be changed.")))
            elif (
                own.type in TYPES
                and TYPES[own.type].for_modules
                and msgspec.to_builtins(own.options) != msgspec.to_builtins(was.options)
            ):
                text = t('Fields of the type "{type}" can only be changed by a module.', type=own.type)
                self.faults.append(Fault(source, place, text))

    def _add(self, kind: str, value: Any, source: str) -> None:
        key = f"{value.object}.{value.name}" if kind in ("layout", "view") else value.name
        known = self._by_kind[kind].get(key)
        if known is not None and isinstance(value, Layout | Role):
            value = _together(known, value)
        elif known is not None:
            text = t("There is a {kind} of this name already ({source}).", kind=kind, source=self._source(key))
            self.faults.append(Fault(source, key, text))
        self._by_kind[kind][key] = value
        self.sources[key] = source
        for definition in getattr(value, "fields", ()):
            if isinstance(definition, Field):
                self.sources[f"{key}.{definition.name}"] = source

    def _source(self, place: str) -> str:
        return self.sources.get(place) or self.sources.get(place.partition(".")[0], "")


def _together(first: Any, second: Any) -> Any:
    """What two modules say about one role or layout: lists one after the other, mappings side by side, else the first counts."""
    changed: dict[str, Any] = {}
    for name in first.__struct_fields__:
        one, two = getattr(first, name), getattr(second, name)
        if isinstance(one, tuple):
            changed[name] = (*one, *(item for item in two if item not in one))
        elif isinstance(one, dict) and name == "objects":
            changed[name] = {**two, **one}
    return msgspec.structs.replace(first, **changed)


_FILTERS = frozenset({"where", "visible"})


def _merged(default: Any, own: Any) -> Any:
    """Own over default: mappings key by key, lists of named things (fields, choices, stages) item by item, else own wins.

    A filter is one thing: who gives one of their own wants that alone, not both.

    Those things stand in the order in which own names them; what it does not name keeps its place.
    """
    if isinstance(default, Mapping) and isinstance(own, Mapping):
        apart = {key: _merged(default[key], value) for key, value in own.items() if key in default and key not in _FILTERS}
        return {**default, **own, **apart}
    key = _item_key(default, own)
    if key is None:
        return own
    items = {item[key]: item for item in default}
    order = _ordered(list(items), list(dict.fromkeys(item[key] for item in own)))
    for item in own:
        items[item[key]] = _merged(items[item[key]], item) if item[key] in items else item
    return [items[name] for name in order]


def _ordered(default: Sequence[str], own: Sequence[str]) -> list[str]:
    """Default's names, those of own in own's order; what only own names stands before the next of own, the last at the end."""
    known = iter([name for name in own if name in default])
    order = [next(known) if name in own else name for name in default]
    following: str | None = None
    for name in reversed(own):
        if name not in default:
            order.insert(len(order) if following is None else order.index(following), name)
        following = name
    return order


def _item_key(default: Any, own: Any) -> str | None:
    lists = isinstance(default, list | tuple) and isinstance(own, list | tuple)
    if not lists or not default:
        return None
    for key in ("name", "key"):
        if all(isinstance(item, Mapping) and key in item for item in (*default, *own)):
            return key
    return None
