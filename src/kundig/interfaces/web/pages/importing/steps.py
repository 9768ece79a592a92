"""What all steps of an import share: where one is, of which file, and going back and forth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kundig.base.errors import Invalid
from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.edge import Reply, Visit
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.transfer.drafts import Draft
from kundig.services.transfer.offers import field_at
from kundig.services.transfer.plan import make_plan

FRAME = "pages/importing/frame.html"
FILE, COLUMNS, VALUES, CHECK = "file", "columns", "values", "check"
_NAMES: dict[str, Text] = {FILE: t("File"), COLUMNS: t("Columns"), VALUES: t("Values"), CHECK: t("Check")}


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `href` is empty while it can't be gone to."""

    name: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The frame of a step: `importing/frame.html`."""

    current: str
    steps: tuple[Step, ...]
    id: str = ""
    file: str = ""
    object: str = ""
    label: str = ""
    icon: str = "file-up"
    total: int = 0
    errors: tuple[str, ...] = ()

    @property
    def back(self) -> str:
        """The step before."""
        at = next(number for number, step in enumerate(self.steps) if step.name == self.current)
        return self.steps[at - 1].href if at else ""


def first_step(scope: Scope) -> Steps:
    """Before there is a file."""
    language = scope.context.language
    return Steps(FILE, tuple(Step(name, text.render(language), "") for name, text in _NAMES.items()))


def steps_of(scope: Scope, draft: Draft, current: str, errors: Sequence[str] = ()) -> Steps:
    """The steps of a draft; that of the values is there for files that hold any to say something about."""
    id_, language = str(draft.run.id), scope.context.language
    definition = scope.object(draft.order.object).definition
    names = [name for name in _NAMES if name != VALUES or valued_columns(scope, draft)]
    return Steps(
        current=current,
        steps=tuple(Step(name, _NAMES[name].render(language), f"/imports/{id_}/{name}") for name in names),
        id=id_,
        file=draft.file_name,
        object=draft.order.object,
        label=label_in(definition.label_plural, language),
        icon=definition.icon,
        total=draft.run.total,
        errors=tuple(errors),
    )


def valued_columns(scope: Scope, draft: Draft) -> list[int]:
    """The columns whose texts stand for something: choices and records."""
    object_ = scope.object(draft.order.object)
    found = []
    for index, column in enumerate(draft.run.shape.header):
        rules = draft.order.mapping.get(column, ())
        fields = [field_at(scope, object_, rule.field) for rule in rules]
        if any(field is not None and (field.choices or field.kind is Kind.LINK) for field in fields):
            found.append(index)
    return found


def stepped(template: str, view: object, visit: Visit, *, part: bool, status: int = 200) -> Reply:
    """A step as a whole page, or the form alone."""
    html = render_block(template, "step", view, visit.frame, within=FRAME) if part else render(template, view, visit.frame)
    return Reply(html, status)


def told(error: Invalid, language: str) -> list[str]:
    """What is wrong, each once."""
    return list(dict.fromkeys(e.text.render(language) for e in error.errors))


def faults_of(scope: Scope, draft: Draft, language: str) -> tuple[str, ...]:
    """Why what has been chosen can't be carried out, each reason once; nothing where it can."""
    try:
        make_plan(scope, draft.order, draft.run.shape.header)
    except Invalid as error:
        return tuple(told(error, language))
    return ()
