"""What a record page shows: layout sections, facts, related lists; and what its forms need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kundig.base.errors import FieldError
from kundig.base.i18n import label_in
from kundig.engine.extension import Layout
from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import WHOLE, Shape, layout_of
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.formats import Formats
from kundig.interfaces.web.frame import Link, Verb
from kundig.interfaces.web.pages.paths import Step
from kundig.interfaces.web.pages.sections import groups_of
from kundig.interfaces.web.widgets.described import FieldView, describe
from kundig.interfaces.web.widgets.filling import Filled, fill
from kundig.interfaces.web.widgets.reading import Form, typed
from kundig.interfaces.web.widgets.saying import said

FACTS = 5
STATES = 2
TWO = 2


@dataclass(frozen=True, slots=True)
class Detail:
    """A field with its value (contract JSON); `away` for one that the layout does not show for this record."""

    field: FieldView
    value: Any
    away: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A titled group of details; the last one, of all fields that no section names, is folded."""

    label: str
    details: tuple[Detail, ...]
    folded: bool = False
    columns: int | None = None
    tab: str = ""
    """The tab that it stands in, if any."""


@dataclass(frozen=True, slots=True)
class Related:
    """A list of children, fetched when it comes into view."""

    label: str
    icon: str
    address: str
    create: str
    singular: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class RecordView:
    """The view of `pages/record.html`."""

    object: str
    id: str
    label: str
    title: str
    icon: str
    person: bool
    record: Mapping[str, Any]
    states: tuple[Detail, ...]
    """Choices that say at once what kind of record this is."""
    facts: tuple[Detail, ...]
    parts: tuple[Part, ...]
    related: tuple[Related, ...]
    composer: bool
    """Whether anything can be written down here."""
    first: Any
    """The composer's first form, a `ComposerView`."""
    verbs: tuple[Verb, ...]
    stages: tuple[Step, ...]
    """The path of the pipeline that it is in."""
    kinds: tuple[Link, ...]
    """The kinds of interactions that its timeline can hold; `href` is their object."""
    may_edit: bool
    crumb: Link
    unrated: tuple[str, ...] = ()
    """What is said of amounts for which no exchange rate is known."""
    rates: str = ""
    """Where rates are entered, for those who may."""
    arrange: str = ""
    """Where the page is arranged, for those who may."""
    seen_as: str = ""
    """The role whose layout is looked at, if it isn't one's own."""

    @property
    def tabs(self) -> tuple[str, ...]:
        """The tabs of the details, in order."""
        return tuple(dict.fromkeys(part.tab for part in self.parts if part.tab))

    @property
    def wide(self) -> bool:
        """Whether any part has its fields in two columns."""
        return any(part.columns == TWO for part in self.parts)


@dataclass(frozen=True, slots=True)
class Control:
    """A field in a form: what stands in it and what is wrong with it."""

    field: FieldView
    filled: Filled
    error: str = ""
    clash: Any = None
    """A `Clash`, where somebody else has changed the field too."""
    away: bool = False
    """Whether the layout does not show it for what stands in the form now."""


@dataclass(frozen=True, slots=True)
class FormPart:
    """A titled group of controls."""

    label: str
    controls: tuple[Control, ...]
    folded: bool = False
    columns: int | None = None
    tab: str = ""
    """The heading of the tab that begins with it."""

    def clashing(self, clashes: Mapping[str, Any]) -> FormPart:
        """The same with what others have changed beside the controls, unfolded where there is any."""
        controls = tuple(replace(control, clash=clashes.get(control.field.name)) for control in self.controls)
        return replace(self, controls=controls, folded=self.folded and not any(control.clash for control in controls))


@dataclass(frozen=True, slots=True)
class FormView:
    """The view of `pages/form.html`; `errors` are those of no single field shown."""

    object: str
    title: str
    action: str
    parts: tuple[FormPart, ...]
    back: str
    version: str = ""
    """The version of the record that the form was filled from."""
    seen: str = ""
    """The version whose values stand beside fields that clash."""
    clashing: int = 0
    """How many fields clash."""
    errors: tuple[str, ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    wrong: int = 0
    """How many fields have errors."""
    intro: str = ""
    submit: str = ""
    all_fields: str = ""
    """Of a dialog: where the whole form is."""
    checklist: tuple[str, ...] = ()
    """Of a dialog: what has to be ticked, and what is."""
    checked: frozenset[str] = frozenset()
    reach: tuple[tuple[str, str], ...] = ()
    """Of a record that recurs: how much of its series can be meant, and what is chosen."""
    reached: str = "one"
    guests: Control | None = None
    """Who takes part, for an object that others take part in."""
    shape: str = ""
    """Where a form asks what its layout shows and requires of what is typed; "" where that never changes."""
    planning: str = ""
    """Where it is told when those people are busy, of an object that takes up time; with the names of its times."""
    times: tuple[str, str] = ("", "")


def parts_of(
    scope: Scope, object_: BoundObject, record: Mapping[str, Any], layout: Layout | None, shape: Shape = WHOLE
) -> tuple[Part, ...]:
    """The sections with the record's values."""
    return tuple(
        Part(
            group.label,
            tuple(Detail(describe(scope, object_.fields[n], record=record), record.get(n), n in shape.hidden) for n in group.names),
            group.folded,
            group.columns,
            group.tab,
        )
        for group in groups_of(scope, object_, layout)
    )


def facts_of(scope: Scope, object_: BoundObject, record: Mapping[str, Any], layout: Layout | None) -> tuple[Detail, ...]:
    """Up to five figures under the name: those of the layout, else roll-ups and the first figures that are filled."""
    names = [name for name in layout.facts if name in record] if layout else []
    if not names:
        names = [f.name for f in object_.fields.values() if f.type.rollup_columns(f) and f.name in record]
    return tuple(Detail(describe(scope, object_.fields[name]), record.get(name)) for name in names[:FACTS])


def related_of(scope: Scope, object_: BoundObject, id_: str, layout: Layout | None) -> tuple[Related, ...]:
    """Children in the layout's order, then all others in the navigation or owned."""
    paths = {child.path: child for child in object_.children if _shown(scope, child.object, child.field)}
    first = [path for path in (layout.related if layout else ()) if path in paths]
    order = [*first, *(path for path in paths if path not in first)]
    language = scope.context.language
    found = []
    for path in order:
        child = scope.model.objects[paths[path].object]
        create = f"/o/{child.name}/quick?{paths[path].field}={id_}" if scope.access.objects[child.name].create else ""
        singular = label_in(child.definition.label, language)
        label = label_in(child.definition.label_plural, language)
        if sum(1 for p in order if p.startswith(f"{child.name}.")) > 1:
            label = f"{label} · {label_in(child.fields[paths[path].field].definition.label, language)}"
        found.append(Related(label, child.definition.icon, f"/o/{object_.name}/{id_}/related/{path}", create, singular, path))
    return tuple(found)


def _shown(scope: Scope, object_: str, link: str) -> bool:
    rights = scope.access.objects.get(object_)
    return rights is not None and link not in rights.hidden and not scope.model.objects[object_].definition.system


def states_of(scope: Scope, object_: BoundObject, record: Mapping[str, Any], *, with_stage: bool) -> tuple[Detail, ...]:
    """The first main choices that are filled, of those that tell states apart by colours; the stage only where there is no path."""
    kinds = {"choice", "stage"} if with_stage else {"choice"}
    shown = [describe(scope, f, record=record) for f in object_.fields.values() if f.definition.main and record.get(f.name)]
    states = (f for f in shown if f.widget in kinds and any(choice.color != "gray" for choice in f.choices.values()))
    return tuple(Detail(field_, record[field_.name]) for field_ in states)[:STATES]


def controls_of(
    scope: Scope,
    object_: BoundObject,
    values: Mapping[str, Any],
    formats: Formats,
    *,
    form: Form | None = None,
    errors: Sequence[FieldError] = (),
    new: bool = False,
    shape: Shape = WHOLE,
) -> tuple[FormPart, ...]:
    """The form's sections; with `form`, what was typed stays in the controls, and errors stand beside them."""
    parts: list[FormPart] = []
    tab = ""
    for group in groups_of(scope, object_, layout_of(scope, object_.name)):
        shown = [name for name in group.names if _in_form(scope, object_, name, new=new)]
        controls = tuple(_control(scope, object_, name, values, formats, form, errors) for name in shown)
        if controls:
            folded = group.folded and not any(control.error for control in controls)
            heading = group.tab if group.tab != tab else ""
            tab = group.tab
            parts.append(FormPart(group.label, tuple(shaped(c, shape) for c in controls), folded, group.columns, heading))
    return tuple(parts)


def shaped(control: Control, shape: Shape) -> Control:
    """A control as the layout has it for what stands in the form; one with an error is never away."""
    name = control.field.name
    field_ = replace(control.field, required=True) if name in shape.required else control.field
    return replace(control, field=field_, away=name in shape.hidden and not control.error)


def _in_form(scope: Scope, object_: BoundObject, name: str, *, new: bool) -> bool:
    field_, rights = object_.fields[name], scope.rights(object_.name)
    if field_.read_only or name in rights.fixed or (name in rights.fixed_later and not new):
        return False
    if any(staged.chooser == name for staged in object_.pipelines):
        return False  # whoever chooses a stage has chosen its pipeline with it
    return not field_.standard or name == "owner"


def _control(
    scope: Scope,
    object_: BoundObject,
    name: str,
    values: Mapping[str, Any],
    formats: Formats,
    form: Form | None,
    errors: Iterable[FieldError],
) -> Control:
    field_ = object_.fields[name]
    filled = fill(field_, values.get(name), formats) if form is None else typed(field_, form)
    own = [said(error, field_, formats) for error in errors if _belongs(error.field, name)]
    return Control(describe(scope, field_, record=values), filled, " ".join(own))


def _belongs(error: str, name: str) -> bool:
    return error == name or error.startswith((f"{name}[", f"{name}."))


def other_errors(scope: Scope, parts: Iterable[FormPart], errors: Iterable[FieldError]) -> tuple[str, ...]:
    """Errors of fields that the form does not show."""
    shown = [control.field.name for part in parts for control in part.controls]
    return tuple(e.text.render(scope.context.language) for e in errors if not any(_belongs(e.field, name) for name in shown))
