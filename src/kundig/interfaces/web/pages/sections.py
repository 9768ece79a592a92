"""The sections of a layout as one reader gets them: for the record's page, its forms, its print and quick create alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kundig.base.i18n import label_in, t
from kundig.engine.extension import Layout, Section
from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import layout_of
from kundig.engine.schema.bound import BoundObject


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under a heading, if that is not the tab's own; the last one, of all fields that no section names, is folded."""

    label: str
    names: tuple[str, ...]
    folded: bool = False
    columns: int | None = None
    tab: str = ""


def groups_of(scope: Scope, object_: BoundObject, layout: Layout | None) -> list[Group]:
    """The sections as far as the reader may see their fields, each field once; then, folded, all other fields."""
    language = scope.context.language
    hidden = scope.rights(object_.name).hidden
    known = [name for name in object_.fields if name not in hidden]
    found = [_main(object_, known, language)]
    if layout is not None and layout.all_sections:
        found = list(_laid_out(layout, known, language))
    named = {name for group in found for name in group.names}
    rest = [name for name in known if name not in named and name != "version" and not object_.fields[name].type.inner]
    return [*(group for group in found if group.names), Group(t("More fields").render(language), tuple(rest), folded=True)]


def _laid_out(layout: Layout, known: Sequence[str], language: str) -> Iterator[Group]:
    named: set[str] = set()
    placed: list[tuple[str, Section]] = [("", section) for section in layout.sections]
    placed += [(label_in(tab.label, language), section) for tab in layout.tabs for section in tab.sections]
    for tab, section in placed:
        names = dict.fromkeys(item.field for item in section.placed if item.field in known and item.field not in named)
        named.update(names)
        label = label_in(section.label, language)
        yield Group("" if label == tab else label, tuple(names), columns=section.columns, tab=tab)


def _main(object_: BoundObject, known: Sequence[str], language: str) -> Group:
    """What an object without a layout shows: its main fields, and whose its records are."""
    main = [n for n in known if object_.fields[n].definition.main] or [n for n in known if not object_.fields[n].standard]
    return Group(t("Details").render(language), (*main, *(["owner"] if "owner" in known and "owner" not in main else [])))


def short_names(scope: Scope, object_: BoundObject) -> list[str]:
    """What a short form asks, in its order: the layout's own choice, else the main fields; required ones come in any case."""
    layout = layout_of(scope, object_.name)
    own = list(layout.quick) if layout else []
    return own or [f.name for f in object_.fields.values() if f.definition.main or f.definition.required]
