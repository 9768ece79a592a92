"""Pipeline: the stage of a record, and all that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import Label, t
from kundig.engine.extension import Choice, Field, Pipeline, Stage
from kundig.engine.schema.fields.choice import ChoiceOptions, ChoiceType, known_key
from kundig.engine.schema.fields.contract import Binding, FieldType, Misdefined, NoOptions, Parsing, Reading, Refused
from kundig.engine.schema.fields.dates import DatetimeType, instant_text
from kundig.engine.schema.fields.surroundings import beside
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

STATUSES = (
    Choice("open", {"en": "Open", "de": "Offen"}, "blue"),
    Choice("won", {"en": "Won", "de": "Gewonnen"}, "green"),
    Choice("lost", {"en": "Lost", "de": "Verloren"}, "red"),
)


def stage_in(pipeline: Pipeline, stage: Stage) -> str:
    """A stage as writers may name it where an object has several pipelines, some of them with stages of the same key."""
    return f"{pipeline.name}:{stage.key}"


class PipelineOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pipeline` is the one that new records start in; `choices` are the stages, filled in when the field is bound."""

    pipeline: str | None = None
    choices: tuple[Choice, ...] = ()


class PipelineType(FieldType):
    """The key of a stage in `{field}`, its pipeline in `{field}__pipeline`.

    Derived, and kept by the engine: `{field}_changed_at`, `{field}_history`, `closed_at`, and `status` (open, won, lost), which is
    named `status_category` where the field is itself named `status`. With several pipelines `{field}_pipeline` chooses one.
    """

    name = "pipeline"
    kind = Kind.CHOICE
    Options = PipelineOptions

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """Its pipelines, the one that new records start in first, and their stages as choices."""
        first = field.options.pipeline
        own = [p for p in binding.pipelines.values() if (p.object, p.field) == (field.object, field.name)]
        if not own or (first is not None and all(p.name != first for p in own)):
            raise Misdefined(t("It has no pipeline."))
        own.sort(key=lambda p: p.name != first)
        stages: dict[str, Choice] = {}
        for stage in (stage for pipeline in own for stage in pipeline.stages):
            stages.setdefault(stage.key, Choice(stage.key, stage.label, stage.color, stage.retired))
        return replace(field, pipelines=tuple(own), options=PipelineOptions(first, tuple(stages.values())))

    def derived(self, field: BoundField) -> Iterable[BoundField]:
        """Pipeline (if there is a choice), time of the last change, history, closing time, status."""
        if len(field.pipelines) > 1:
            choices = tuple(Choice(p.name, p.label) for p in field.pipelines)
            yield _derived(
                field,
                f"{field.name}_pipeline",
                "pipeline",
                ChoiceType(),
                ChoiceOptions(choices),
                "Pipeline",
                "Pipeline",
                fixed=False,
            )
        status, en, de = ("status", "Status", "Status")
        if field.name == status:
            status, en, de = ("status_category", "Status category", "Statusgruppe")
        yield _derived(field, status, "status", ChoiceType(), ChoiceOptions(STATUSES), en, de)
        yield _derived(field, f"{field.name}_changed_at", "changed_at", DatetimeType(), NoOptions(), "Stage since", "Phase seit")
        yield _derived(field, "closed_at", "closed_at", DatetimeType(), NoOptions(), "Closed at", "Abgeschlossen am")
        yield _derived(field, f"{field.name}_history", "history", StageHistoryType(), NoOptions(), "Stage history", "Phasenverlauf")

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """Stage and pipeline; `schema.tables` adds the foreign key to both."""
        return sa.Column(field.column, sa.Text), sa.Column(f"{field.column}__pipeline", sa.Text)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """The key of a stage, or `pipeline:stage` (`stage_in`). Whose a bare key is, the writer tells by the record."""
        if value is None:
            return {field.column: None}
        named, between, key = value.partition(":") if isinstance(value, str) else ("", "", "")
        own = next((pipeline for pipeline in field.pipelines if between and pipeline.name == named), None)
        if own is not None and any(stage.key == key for stage in own.stages):
            return {field.column: key, f"{field.column}__pipeline": own.name}
        return {field.column: known_key(field, value)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The stage's key."""
        return row.c[field.column]


class StageHistoryType(FieldType):
    """Every stage with when it was entered and left and how long it lasted. Derived, so it stands in no registry."""

    name = "json"
    kind = Kind.NONE
    kept = True

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """None: it is read from `stage_history`."""
        return ()

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Never."""
        raise Refused("read_only", t("This is kept by Kundig and can't be set."))

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """`[{"stage", "entered_at", "left_at", "seconds"}]`, the current one with null."""
        of = beside(row, "stage_history", "object", "record", "field", "position", "stage", "entered_at", "left_at").alias()
        lasted = sa.func.extract("epoch", of.c.left_at - of.c.entered_at)
        entry = sa.func.json_build_object(
            "stage",
            of.c.stage,
            "entered_at",
            instant_text(of.c.entered_at),
            "left_at",
            instant_text(of.c.left_at),
            "seconds",
            lasted,
        )
        stages = sa.select(entry.label("entry"), of.c.position).where(
            of.c.object == sa.literal_column(f"'{field.object}'"),
            of.c.record == row.c.id,
            of.c.field == sa.literal_column(f"'{field.column}'"),
        )
        rows = stages.order_by(of.c.position).correlate(row).subquery()
        return sa.select(sa.func.coalesce(sa.func.json_agg(rows.c.entry), sa.text("'[]'::json"))).scalar_subquery()

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: a history compares with nothing."""
        return


def _derived(
    field: BoundField, name: str, part: str, type_: FieldType, options: msgspec.Struct, en: str, de: str, *, fixed: bool = True
) -> BoundField:
    label: Label = {"en": en, "de": de}
    definition = Field(name=name, type=type_.name, label=label, read_only=fixed)
    column = field.column if isinstance(type_, StageHistoryType) else f"{field.column}__{part}"
    return replace(field, definition=definition, type=type_, options=options, column=column, standard=False)
