"""What columns and swimlanes of a board can be made by: stages, the values of choices, who is responsible, main links."""

from __future__ import annotations

from kundig.base.errors import Missing
from kundig.base.i18n import LANGUAGES, t
from kundig.engine.extension import Pipeline, Stage
from kundig.engine.policy.scope import Scope
from kundig.engine.records.columns import NO_VALUE
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind


def board_fields(scope: Scope, object_: BoundObject) -> list[BoundField]:
    """What the columns of a board can be: pipelines first, then choices that people make."""
    hidden = scope.rights(object_.name).hidden
    own = [field for field in object_.fields.values() if field.name not in hidden and field.choices and field.kind is Kind.CHOICE]
    choices = [field for field in own if field not in object_.pipelines and not field.read_only and field.type.columns(field)]
    return [*(field for field in object_.pipelines if field.name not in hidden), *choices]


def board_field(scope: Scope, object_: BoundObject, name: str = "") -> BoundField:
    """The pipeline or choice that is meant: the named one, else the first; raises Missing."""
    found = next((field for field in board_fields(scope, object_) if not name or field.name == name), None)
    if found is None:
        raise Missing
    return found


def pipelines_of(scope: Scope, field: BoundField) -> tuple[Pipeline, ...]:
    """Of which pipelines a board shows one at a time: none where there is no choice, or where the reader may not know of it."""
    return field.pipelines if field.chooser and field.chooser not in scope.rights(field.object).hidden else ()


def stages_of(field: BoundField, pipeline: Pipeline | None = None) -> tuple[Stage, ...]:
    """The columns of a board: the stages of a pipeline, without one of all of them, or a choice's values, which are all open."""
    if field.pipeline is not None and field.name == field.pipeline.field:
        found = [stage for own in ([pipeline] if pipeline else field.pipelines) for stage in own.stages if not stage.retired]
        return tuple({stage.key: stage for stage in reversed(found)}[key] for key in dict.fromkeys(stage.key for stage in found))
    return tuple(Stage(key=c.key, label=c.label, color=c.color) for c in field.choices if not c.retired)


def without_value(field: BoundField) -> Stage:
    """The column of what has no value."""
    label = t("Without: {field}", field=field.definition.label)
    return Stage(key=NO_VALUE, label={language: label.render(language) for language in LANGUAGES})


def may_be_empty(field: BoundField) -> bool:
    """Whether a record can be moved to the column of what has no value: a stage is always needed."""
    return field.pipeline is None and not field.definition.required


def lanes_of(scope: Scope, object_: BoundObject, column: BoundField) -> list[BoundField]:
    """What swimlanes can be made by: who is responsible, other choices, and main links to one record."""
    rights = scope.rights(object_.name)
    links = [f for f in object_.fields.values() if f.to_one and (f.name == "owner" or (f.definition.main and not f.standard))]
    found = [*sorted(links, key=lambda f: f.name != "owner"), *board_fields(scope, object_)]
    return [f for f in found if f is not column and f.name not in rights.hidden and f.pipeline is None]
