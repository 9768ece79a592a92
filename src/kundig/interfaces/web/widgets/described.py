"""What templates are told about a field: its label, widget, choices, and what its controls offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies

from kundig.base.i18n import label_in
from kundig.engine.extension import Stage
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.money import currencies
from kundig.engine.schema.fields.pipeline import stage_in
from kundig.interfaces.web.titles import made_by_name
from kundig.interfaces.web.widgets.choosing import COMPACT, ICONS, RIGHT, SHOWN_ONLY, WIDE, widget_of

TWO_LETTERS = 2
COMMON_CURRENCIES = ("EUR", "CHF", "USD", "GBP", "PLN", "CZK", "DKK", "SEK", "NOK", "HUF", "TRY", "JPY", "CNY")


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice."""

    label: str
    color: str = "gray"
    retired: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as templates see it. `name` may be a dotted path."""

    name: str
    label: str
    widget: str
    icon: str = "text"
    help: str = ""
    required: bool = False
    right: bool = False
    editable: bool = False
    choices: Mapping[str, ChoiceView] = field(default_factory=dict)
    groups: tuple[tuple[str, Mapping[str, ChoiceView]], ...] = ()
    """The choices to choose from in titled groups: stages by their pipelines, where there are several."""
    meant: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Where there are several pipelines: for each key the stages that a condition on it means, by the names of their pipelines."""
    target: str = ""
    makes: bool = False
    """Of a link: whether a record that is not there yet can be made by its name."""
    currency: str = "EUR"
    currencies: tuple[str, ...] = ()
    countries: tuple[tuple[str, str], ...] = ()

    def called(self, key: str) -> str:
        """What a condition on a choice means: a stage by all its names, if pipelines call it differently."""
        names = dict.fromkeys(self.meant.get(key, {}).values())
        return " / ".join(names) if names else self.choices[key].label

    @property
    def id(self) -> str:
        """The id of its control."""
        return f"f-{self.name.replace('.', '-')}"

    @property
    def wide(self) -> bool:
        """Whether its control takes the whole width of a form."""
        return self.widget in WIDE

    @property
    def cell(self) -> str:
        """The macro that shows a value in one line."""
        return f"cell_{self.widget}" if self.widget in COMPACT else self.widget


def describe(scope: Scope, bound: BoundField, path: str | None = None, record: Mapping[str, Any] | None = None) -> FieldView:
    """A field for templates; `path` when it is reached over links.

    With the `record` (for a new one an empty one) that it is of, the stages of the record's own pipeline are called as in there.
    """
    language = scope.context.language
    widget = widget_of(bound)
    rights = scope.access.objects.get(bound.object)
    own = path is None or "." not in path
    fixed = (
        bound.read_only or rights is None or bound.name in rights.fixed or bound.name in rights.fixed_later or widget in SHOWN_ONLY
    )
    return FieldView(
        name=path or bound.name,
        label=label_in(bound.definition.label, language),
        widget=widget,
        icon=scope.model.objects[bound.target].definition.icon if bound.target and not bound.standard else ICONS[widget],
        help=label_in(bound.definition.help, language) if bound.definition.help else "",
        required=bound.definition.required,
        right=widget in RIGHT,
        editable=(own and not fixed and not bound.standard) or (own and bound.name == "owner" and not fixed),
        choices={c.key: ChoiceView(label_in(c.label, language), c.color or "gray", c.retired) for c in bound.choices}
        | (_own_stages(bound, record, language) if record is not None and bound.chooser else {}),
        groups=_grouped_stages(bound, record, language) if own and bound.chooser else (),
        meant=_meant_stages(bound, language) if rights and bound.chooser and bound.chooser not in rights.hidden else {},
        target=bound.target or "",
        makes=bound.to_one and made_by_name(scope, bound.target or ""),
        currency=scope.context.workspace.currency,
        currencies=_currencies(scope.context.workspace.currency) if widget == "money" else (),
        countries=countries(language) if widget == "address" else (),
    )


def told_by(scope: Scope, bound: BoundField) -> tuple[str, ...]:
    """What has to be read of a record to describe a field of it: the field, of a stage also its pipeline, if there are several."""
    rights = scope.access.objects.get(bound.object)
    known = bound.chooser is not None and (rights is None or bound.chooser not in rights.hidden)
    return (bound.name, bound.chooser) if known and bound.chooser else (bound.name,)


def _own_stages(bound: BoundField, record: Mapping[str, Any], language: str) -> dict[str, ChoiceView]:
    pipeline = bound.pipeline_of(record)
    return {stage.key: _stage_view(stage, language) for stage in pipeline.stages} if pipeline else {}


def _grouped_stages(
    bound: BoundField, record: Mapping[str, Any] | None, language: str
) -> tuple[tuple[str, Mapping[str, ChoiceView]], ...]:
    """Those of the record's own pipeline by their bare keys, which is what the record holds; those of others with the pipeline."""
    own = bound.pipeline_of(record) if record is not None else None
    groups = sorted(bound.pipelines, key=lambda pipeline: pipeline is not own)
    return tuple(
        (
            label_in(pipeline.label, language),
            {s.key if pipeline is own else stage_in(pipeline, s): _stage_view(s, language) for s in pipeline.stages},
        )
        for pipeline in groups
    )


def _meant_stages(bound: BoundField, language: str) -> dict[str, dict[str, str]]:
    """A filter by stage counts a key over all pipelines."""
    found: dict[str, dict[str, str]] = {}
    for pipeline in bound.pipelines:
        for stage in pipeline.stages:
            found.setdefault(stage.key, {})[label_in(pipeline.label, language)] = label_in(stage.label, language)
    return found


def _stage_view(stage: Stage, language: str) -> ChoiceView:
    return ChoiceView(label_in(stage.label, language), stage.color or "gray", stage.retired)


def _currencies(own: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((own, *COMMON_CURRENCIES)))


@lru_cache
def currency_choices(language: str) -> tuple[tuple[str, str], ...]:
    """All currencies in use with their names in a language, the common ones first."""
    names = {str(code): str(name) for code, name in Locale.parse(language).currencies.items() if code in currencies()}
    rest = sorted(names.keys() - set(COMMON_CURRENCIES))
    return tuple((code, names[code]) for code in [*COMMON_CURRENCIES, *rest])


@lru_cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """All countries with their names in a language, those of the DACH region first."""
    names = {str(code): str(name) for code, name in Locale.parse(language).territories.items()}
    real = {code for code in names if len(code) == TWO_LETTERS and code.isalpha() and get_territory_currencies(code)}
    first = [code for code in ("DE", "AT", "CH") if code in real]
    rest = sorted(real - set(first), key=lambda code: names[code])
    return tuple((code, names[code]) for code in [*first, *rest])
