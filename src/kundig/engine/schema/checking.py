"""Checks of merged definitions that need no types: names, labels, links between definitions."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from kundig.base.i18n import LANGUAGES, Label, Text, t
from kundig.engine.extension import Field, Layout, Object, Pipeline, Role, SharingRule, View
from kundig.engine.schema.definitions import Definitions, Fault
from kundig.engine.schema.fields import TYPES
from kundig.engine.schema.fields.recurrence import SERIES_PARTS
from kundig.engine.schema.identifiers import LONGEST, RESERVED_FIELDS, is_name, is_reserved
from kundig.engine.schema.standard import STANDARD, STANDARD_NAMES


def check(definitions: Definitions, shipped: AbstractSet[str]) -> list[Fault]:
    """All faults. `shipped` are the names that come from modules, which may use types that hold SQL."""
    return list(_Checker(definitions, shipped).faults())


class _Checker:
    def __init__(self, definitions: Definitions, shipped: AbstractSet[str]) -> None:
        self._all = definitions
        self._shipped = shipped

    def faults(self) -> Iterator[Fault]:
        for object_ in self._all.objects.values():
            yield from self._object(object_)
        for pipeline in self._all.pipelines.values():
            yield from self._pipeline(pipeline)
        for key, layout in self._all.layouts.items():
            yield from self._layout(key, layout)
        for key, view in self._all.views.items():
            yield from self._view(key, view)
        for role in self._all.roles.values():
            yield from self._role(role)
        for rule in self._all.rules.values():
            yield from self._rule(rule)
        yield from self._actions()

    def _object(self, object_: Object) -> Iterator[Fault]:
        place = object_.name
        yield from self._name(place, place)
        if is_reserved(place):
            yield self._fault(place, t('The name "{name}" is reserved.', name=place))
        yield from self._labels(place, object_.label)
        yield from self._labels(place, object_.label_plural)
        if object_.about:
            yield from self._labels(place, object_.about)
        seen: set[str] = set()
        for definition in object_.fields:
            if definition.name in seen:
                yield self._fault(f"{place}.{definition.name}", t("The field is there twice."))
            seen.add(definition.name)
            yield from self._field(object_, definition)
        yield from self._named_fields(object_, seen)
        yield from self._parents(object_)

    def _field(self, object_: Object, definition: Field) -> Iterator[Fault]:
        place = f"{object_.name}.{definition.name}"
        yield from self._name(place, definition.name)
        if definition.name in RESERVED_FIELDS:
            yield self._fault(place, t('The name "{name}" is reserved.', name=definition.name))
        standard = STANDARD.get(definition.name)
        if standard is not None and definition != msgspec.structs.replace(standard, label=definition.label):
            yield self._fault(place, t("Every record has this field already; only its label can be another one."))
        yield from self._labels(place, definition.label)
        type_ = TYPES.get(definition.type)
        if type_ is None:
            yield self._fault(place, t('There is no field type "{type}".', type=definition.type))
        elif type_.for_modules and place not in self._shipped:
            yield self._fault(place, t('Fields of the type "{type}" can only be defined by a module.', type=definition.type))
        yield from self._choices(place, definition)

    def _choices(self, place: str, definition: Field) -> Iterator[Fault]:
        keys: set[str] = set()
        choices = definition.options.get("choices")
        for choice in choices if isinstance(choices, list | tuple) else ():
            plain = choice if isinstance(choice, Mapping) else msgspec.to_builtins(choice)
            key, label = str(plain.get("key")), plain.get("label")
            if not is_name(key):
                yield self._fault(place, _bad_name(key))
            elif key in keys:
                yield self._fault(place, t('The choice "{key}" is there twice.', key=key))
            keys.add(key)
            yield from self._labels(place, label if isinstance(label, Mapping) else {})

    def _named_fields(self, object_: Object, names: AbstractSet[str]) -> Iterator[Fault]:
        """Fields that the object itself names must be there."""
        known = names | STANDARD_NAMES | self._derived(object_)
        title = {name for _, name, _, _ in string.Formatter().parse(object_.title) if name}
        groups = {name for group in object_.any_required for name in group}
        order = {part.lstrip("-").split(".")[0] for part in object_.order.split(",")} - {"label", "id"}
        about = (
            {*object_.interaction.about, object_.interaction.at, *object_.interaction.reaches.values()}
            if object_.interaction
            else set()
        )
        period = object_.period
        placed = (period.start, period.end, period.all_day, period.place) if period else ()
        headed = {path.partition(".")[0] for path in object_.headings}
        lone = (object_.parent, object_.above, object_.tree, object_.rate_date, object_.reminder)
        single = {name for name in (*lone, *object_.readers, *placed) if name}
        yield from self._guests(object_)
        for name in sorted(title & {definition.name for definition in object_.fields if definition.translated}):
            yield self._fault(f"{object_.name}.{name}", t("A field that is translated can't be part of the records' name."))
        for name in sorted((title | groups | order | about | headed | single) - known):
            yield self._fault(object_.name, t('It names the field "{field}", which does not exist.', field=name))

    def _guests(self, object_: Object) -> Iterator[Fault]:
        """Who takes part stands in an object that this one owns."""
        guests = object_.period.guests if object_.period else None
        if guests is None:
            return
        child = self._all.objects.get(guests.object)
        fields = {definition.name: definition for definition in child.fields} if child else {}
        parent = fields.get(child.parent or "") if child else None
        if child is None or parent is None or parent.options.get("target") != object_.name:
            yield self._fault(object_.name, t("Its guests must be an object that it owns."))
        for name in sorted({guests.user, guests.answer or guests.user} - fields.keys()):
            yield self._fault(
                object_.name, t('It names the field "{field}", which does not exist.', field=f"{guests.object}.{name}")
            )

    def _derived(self, object_: Object) -> set[str]:
        recurring = [f.name for f in object_.fields if (type_ := TYPES.get(f.type)) is not None and type_.recurs]
        found = {f"{name}_{part}" for name in recurring for part in SERIES_PARTS}
        for pipeline in self._all.pipelines.values():
            if pipeline.object == object_.name:
                status = "status_category" if pipeline.field == "status" else "status"
                found |= {
                    status,
                    "closed_at",
                    f"{pipeline.field}_changed_at",
                    f"{pipeline.field}_history",
                    f"{pipeline.field}_pipeline",
                }
        return found

    def _parents(self, object_: Object) -> Iterator[Fault]:
        """An owned object has a parent, and going up ends at an object that nobody owns."""
        place = object_.name
        if (object_.storage == "owned") != (object_.parent is not None):
            yield self._fault(place, t("An owned object needs a parent, and only an owned one has one."))
            return
        seen = {place}
        current: Object | None = object_
        while current is not None and current.parent is not None:
            link = next((f for f in current.fields if f.name == current.parent), None)
            target = link.options.get("target") if link is not None else None
            if not isinstance(target, str):
                return
            if target in seen:
                yield self._fault(place, t("It would belong to itself."))
                return
            seen.add(target)
            current = self._all.objects.get(target)

    def _pipeline(self, pipeline: Pipeline) -> Iterator[Fault]:
        place = pipeline.name
        yield from self._name(place, place)
        yield from self._labels(place, pipeline.label)
        object_ = self._all.objects.get(pipeline.object)
        own = next((f for f in object_.fields if f.name == pipeline.field), None) if object_ else None
        if object_ is None or own is None:
            yield self._fault(
                place, t('It belongs to "{field}", which does not exist.', field=f"{pipeline.object}.{pipeline.field}")
            )
            return
        live = [stage for stage in pipeline.stages if not stage.retired]
        if not live or live[0].status != "open":
            yield self._fault(place, t("It needs a stage to begin with, of the status open."))
        keys: set[str] = set()
        fields = {f.name for f in object_.fields}
        for stage in pipeline.stages:
            if not is_name(stage.key) or stage.key in keys:
                yield self._fault(place, t('The stage "{key}" is there twice or has no proper name.', key=stage.key))
            keys.add(stage.key)
            yield from self._labels(place, stage.label)
            for name in sorted(set(stage.required) - fields):
                yield self._fault(place, t('It names the field "{field}", which does not exist.', field=name))
            if stage.probability is not None and not 0 <= stage.probability <= 100:
                yield self._fault(place, t("A probability is 0 to 100."))
        for used in (pipeline.probability, pipeline.amount, pipeline.close_date):
            if used is not None and used not in fields:
                yield self._fault(place, t('It names the field "{field}", which does not exist.', field=used))

    def _layout(self, key: str, layout: Layout) -> Iterator[Fault]:
        yield from self._name(key, layout.name)
        placed = {item.field for section in layout.all_sections for item in section.placed}
        yield from self._uses(key, layout.object, {*layout.facts, *layout.quick, *placed})
        for label in (*(section.label for section in layout.all_sections), *(tab.label for tab in layout.tabs)):
            yield from self._labels(key, label)
        for role in layout.roles:
            if role not in self._all.roles:
                yield self._fault(key, t('There is no role "{role}".', role=role))
        for path in layout.related:
            child, _, link = path.partition(".")
            if child not in self._all.objects or link not in self._names(child):
                yield self._fault(key, t('It names the field "{field}", which does not exist.', field=path))

    def _view(self, key: str, view: View) -> Iterator[Fault]:
        yield from self._name(key, view.name)
        yield from self._labels(key, view.label)
        order = {part.lstrip("-") for part in (view.order or "").split(",") if part}
        names = {
            *view.columns,
            *order,
            *([view.group.partition(":")[0]] if view.group else []),
            *([view.lane] if view.lane else []),
            *([view.home.asks] if view.home and view.home.asks else []),
        }
        if view.home and view.home.empty:
            yield from self._labels(key, view.home.empty)
        if view.pipeline is not None and view.pipeline not in self._all.pipelines:
            yield self._fault(key, t('There is no pipeline "{pipeline}".', pipeline=view.pipeline))
        yield from self._uses(key, view.object, {name.split(".")[0] for name in names} - {"label", "id"})

    def _role(self, role: Role) -> Iterator[Fault]:
        yield from self._name(role.name, role.name)
        yield from self._labels(role.name, role.label)
        for object_, grant in role.objects.items():
            if object_ != "*":
                yield from self._uses(role.name, object_, set(grant.fields))
        for object_ in (*(forbid.object for forbid in role.forbids), *role.navigation):
            yield from self._uses(role.name, object_, set())

    def _rule(self, rule: SharingRule) -> Iterator[Fault]:
        yield from self._name(rule.name, rule.name)
        yield from self._labels(rule.name, rule.label)
        yield from self._uses(rule.name, rule.object, set())

    def _actions(self) -> Iterator[Fault]:
        """Verbs stand in addresses: each name once for an object."""
        seen: set[tuple[str, str]] = set()
        for action in self._all.actions:
            place = f"{action.object}.{action.name}"
            yield from self._name(place, action.name)
            yield from self._labels(place, action.label)
            if (action.object, action.name) in seen:
                yield self._fault(place, t("The action is there twice."))
            seen.add((action.object, action.name))

    def _name(self, place: str, name: str) -> Iterator[Fault]:
        if not is_name(name):
            yield self._fault(place, _bad_name(name))

    def _uses(self, place: str, object_: str, names: AbstractSet[str]) -> Iterator[Fault]:
        if object_ not in self._all.objects:
            yield self._fault(place, t('There is no object "{object}".', object=object_))
            return
        for name in sorted(names - self._names(object_)):
            yield self._fault(place, t('It names the field "{field}", which does not exist.', field=f"{object_}.{name}"))

    def _names(self, object_: str) -> AbstractSet[str]:
        definition = self._all.objects[object_]
        return {f.name for f in definition.fields} | STANDARD_NAMES | self._derived(definition)

    def _labels(self, place: str, label: Label) -> Iterator[Fault]:
        for language in LANGUAGES:
            text = label.get(language)
            if text is None or not str(text).strip() or len(text) > 200:
                yield self._fault(place, t("It needs a label in every language ({languages}).", languages=", ".join(LANGUAGES)))
                return

    def _fault(self, place: str, text: Text) -> Fault:
        sources = self._all.sources
        return Fault(sources.get(place) or sources.get(place.partition(".")[0], ""), place, text)


def _bad_name(name: str) -> Text:
    return t(
        '"{name}" is no proper name: use small letters, digits and single underlines, a letter first, at most {max} in all.',
        name=name[:100],
        max=LONGEST,
    )
