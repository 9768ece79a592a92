"""What the pages of imports show: columns with samples and the fields that they can fill, and an import's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from kundig.base.errors import Invalid
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.frame import LinkGroup
from kundig.services.transfer.cells.words import text_of
from kundig.services.transfer.files import FileShape, read_rows
from kundig.services.transfer.plan import EXTERNAL_ID
from kundig.services.transfer.wishes import suggested

SAMPLES = 3
MODES = (
    ("create", t("Make a new record of each row")),
    ("upsert", t("Change those that are there, make the others")),
    ("update", t("Only change those that are there")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file; `field` is the one that it is to fill, empty for none."""

    name: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class MappingView:
    """`import_mapping.html`: which column fills what, and how."""

    object: str
    columns: tuple[Column, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    matches: tuple[tuple[str, str], ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    mode: str = "create"
    match: str = ""
    language: str = "de"
    errors: tuple[str, ...] = ()

    @property
    def filled(self) -> int:
        """How many columns fill something."""
        return sum(bool(column.field) for column in self.columns)


@dataclass(frozen=True, slots=True)
class NewImportView:
    """`import_new.html`."""

    nav: tuple[LinkGroup, ...]
    object: str
    objects: tuple[tuple[str, str], ...]
    mapping: MappingView


@dataclass(frozen=True, slots=True)
class ImportView:
    """`import.html`: an import on its way or over."""

    nav: tuple[LinkGroup, ...]
    run: Mapping[str, Any]
    object: str
    icon: str
    errors: Sequence[Mapping[str, Any]] = ()

    @property
    def under_way(self) -> bool:
        """Whether the page goes on asking."""
        return self.run["state"] in ("queued", "running")

    @property
    def done(self) -> int:
        """Rows that are through."""
        return sum(self.run[name] for name in ("created", "updated", "skipped", "failed"))

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, self.done * 100 // (self.run["total"] or 1)) if self.under_way else 100


@dataclass(frozen=True, slots=True)
class ImportsView:
    """`imports.html`."""

    nav: tuple[LinkGroup, ...]
    runs: Sequence[Mapping[str, Any]]
    labels: Mapping[str, str]
    icons: Mapping[str, str]
    may: bool
    states: Mapping[str, str] = field(default_factory=dict)


def importable(scope: Scope) -> tuple[tuple[str, str], ...]:
    """The objects that the person may import, by their names in the navigation's order."""
    found = [o for o in scope.model.objects.values() if o.name in scope.access.objects and scope.access.objects[o.name].bring]
    found = [o for o in found if o.definition.storage == "record" and not o.definition.system]
    found.sort(key=lambda o: (o.definition.navigation or 1000, o.name))
    return tuple((o.name, label_in(o.definition.label_plural, scope.context.language)) for o in found)


def mapping_view(
    scope: Scope, object_: str, file: BinaryIO, shape: FileShape, form: Mapping[str, Sequence[str]], errors: Sequence[str] = ()
) -> MappingView:
    """The columns of a file with what they look like; what was chosen before stays chosen, else what is recognised."""
    bound, language = scope.object(object_), scope.context.language
    chosen = dict(zip(form.get("column", ()), form.get("field", ()), strict=False))
    known = {**suggested(scope, object_, shape.header), **(chosen if form.get("for") == [object_] else {})}
    return MappingView(
        object=object_,
        columns=tuple(_columns(file, shape, known)),
        fields=tuple(_targets(scope, bound)),
        matches=tuple(_matches(scope, bound)),
        modes=tuple((key, text.render(language)) for key, text in MODES),
        mode=next(iter(form.get("mode", ())), "create"),
        match=next(iter(form.get("match", ())), ""),
        language=next(iter(form.get("locale", ())), language),
        errors=tuple(errors),
    )


def _columns(file: BinaryIO, shape: FileShape, known: Mapping[str, str]) -> list[Column]:
    file.seek(0)
    rows = list(islice(read_rows(file, shape), 50))
    columns = []
    for index, name in enumerate(shape.header):
        texts = dict.fromkeys(text_of(row.cells[index]).strip()[:60] for row in rows if index < len(row.cells))
        columns.append(Column(name, tuple(islice((text for text in texts if text), SAMPLES)), known.get(name, "")))
    return columns


def _targets(scope: Scope, object_: BoundObject) -> list[tuple[str, str]]:
    """All that a column can fill: fields, their parts, the id in another system."""
    rights, language = scope.rights(object_.name), scope.context.language
    found: list[tuple[str, str]] = []
    for name, bound in object_.fields.items():
        if bound.read_only or name in rights.hidden | rights.fixed:
            continue
        label = label_in(bound.definition.label, language)
        if not bound.parts or "currency" in bound.parts:
            found.append((name, label))
        found += [
            (f"{name}.{part}", f"{label}: {label_in(inner.definition.label, language)}") for part, inner in bound.parts.items()
        ]
    found.sort(key=lambda item: item[1].casefold())
    return [*found, (EXTERNAL_ID, t("Id in another system").render(language))]


def _matches(scope: Scope, object_: BoundObject) -> list[tuple[str, str]]:
    """By what existing records can be found."""
    language, hidden = scope.context.language, scope.rights(object_.name).hidden
    found = [
        (name, label_in(bound.definition.label, language))
        for name, bound in object_.fields.items()
        if name not in hidden and (bound.definition.unique or bound.type.contact is not None)
    ]
    return [*found, (EXTERNAL_ID, t("Id in another system").render(language))]


def told(error: Invalid, language: str) -> list[str]:
    """What is wrong with an order, each once."""
    return list(dict.fromkeys(e.text.render(language) for e in error.errors))
