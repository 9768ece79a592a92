"""A layout while it is being arranged: what stands in the form, in its order, and the commands that change it.

In the form, `at` tells the order (`tab:t1`, `section:s1`, `field:name`), every part has its own values (`s1.de`, `f.name.visible`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kundig.base.i18n import LANGUAGES, Label, Text, t
from kundig.engine.extension import Layout, Placed
from kundig.interfaces.web.pages.filter_texts import filter_text

Form = Mapping[str, list[str]]
ALWAYS = "always"
MOST = 400
"""Parts of one layout."""


@dataclass
class Spot:
    """A field; `visible` and `required` are filters as JSON, "" for none; `required` may be `always`."""

    name: str
    visible: str = ""
    required: str = ""


@dataclass
class Block:
    """A section."""

    key: str
    label: dict[str, str]
    columns: str = ""
    visible: str = ""
    spots: list[Spot] = field(default_factory=list)


@dataclass
class TabDraft:
    """A tab; that without a key holds the sections above the tabs."""

    key: str
    label: dict[str, str]
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Draft:
    """The whole: `tabs` begins with the one without a key."""

    tabs: list[TabDraft] = field(default_factory=lambda: [TabDraft("", {})])
    quick: list[str] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        """All sections in order."""
        return [block for tab in self.tabs for block in tab.blocks]

    @property
    def names(self) -> list[str]:
        """All fields in order."""
        return [spot.name for block in self.blocks for spot in block.spots]

    def spot(self, name: str) -> Spot | None:
        """A field that stands on it."""
        return next((spot for block in self.blocks for spot in block.spots if spot.name == name), None)

    def block(self, key: str) -> Block | None:
        """A section."""
        return next((block for block in self.blocks if block.key == key), None)

    def tab(self, key: str) -> TabDraft | None:
        """A tab."""
        return next((tab for tab in self.tabs if tab.key == key), None)

    def free(self, letter: str) -> str:
        """A key that no part has yet."""
        taken = {*(tab.key for tab in self.tabs), *(block.key for block in self.blocks)}
        return next(key for number in range(1, MOST * 2) if (key := f"{letter}{number}") not in taken)


def draft_of(layout: Layout, known: AbstractSet[str]) -> Draft:
    """The draft of a layout, with the fields that the reader may know of."""
    draft = Draft(quick=[name for name in layout.quick if name in known])
    tabs = [(draft.tabs[0], layout.sections)]
    for tab in layout.tabs:
        draft.tabs.append(TabDraft(draft.free("t"), dict(tab.label)))
        tabs.append((draft.tabs[-1], tab.sections))
    for made, sections in tabs:
        for section in sections:
            columns = str(section.columns) if section.columns else ""
            block = Block(draft.free("s"), dict(section.label), columns, filter_text(section.visible))
            block.spots = [
                Spot(item.field, filter_text(item.visible), ALWAYS if item.required is True else filter_text(item.required or None))
                for item in section.placed
                if item.field in known
            ]
            made.blocks.append(block)
    return draft


def draft_from(form: Form, known: AbstractSet[str]) -> Draft:
    """The draft that a form holds; what it can't hold is left out."""
    draft = Draft(quick=[name for name in dict.fromkeys(form.get("quick", ())) if name in known])

    def one(name: str) -> str:
        return next(iter(form.get(name, ())), "").strip()

    seen: set[str] = set()
    for text in form.get("at", ())[:MOST]:
        kind, _, key = text.partition(":")
        if text in seen:
            continue
        seen.add(text)
        label = {language: one(f"{key}.{language}")[:200] for language in LANGUAGES}
        if kind == "tab" and key:
            draft.tabs.append(TabDraft(key, label))
        elif kind == "section" and key:
            draft.tabs[-1].blocks.append(Block(key, label, one(f"{key}.columns"), one(f"{key}.visible")))
        elif kind == "field" and key in known and draft.tabs[-1].blocks:
            draft.tabs[-1].blocks[-1].spots.append(Spot(key, one(f"f.{key}.visible"), one(f"f.{key}.required")))
    return draft


def change(draft: Draft, command: str, form: Form, language: str) -> None:
    """Carry out a command: `up:field:name`, `to:s2:name`, `remove:section:s1`, `columns:s1:2`, `more:s1` …; others do nothing.

    What is new is named in the reader's `language`, which serves for the other one too until that gets a name.
    """
    name, _, rest = command.partition(":")
    first, _, second = rest.partition(":")
    if name in _MOVES:
        _move(draft, first, second, _MOVES[name])
    elif name == "to":
        _to_section(draft, draft.block(first), second)
    elif name == "tab" and first == "new":
        draft.tabs.append(TabDraft(draft.free("t"), _named(t("New tab"), language)))
        draft.tabs[-1].blocks.append(Block(draft.free("s"), _named(t("New section"), language)))
    elif name == "into":
        _to_tab(draft, draft.tab(first), second)
    elif name == "section" and (tab := draft.tab(first)) is not None:
        tab.blocks.append(Block(draft.free("s"), _named(t("New section"), language)))
    elif name == "remove":
        _remove(draft, first, second)
    elif name == "more" and (block := draft.block(first)) is not None:
        added = [n for n in form.get(f"{first}.more", ()) if n and n not in draft.names]
        block.spots += [Spot(n) for n in added]
    else:
        _set(draft, name, first, second)


_MOVES = {"up": -1, "down": 1}


def _named(text: Text, language: str) -> dict[str, str]:
    return {other: text.render(language) if other == language else "" for other in LANGUAGES}


def _set(draft: Draft, name: str, first: str, second: str) -> None:
    spot, block = draft.spot(first), draft.block(first)
    if name == "columns" and block is not None and second in ("1", "2"):
        block.columns = second
    elif name == "required" and spot is not None:
        spot.required = ALWAYS if second == ALWAYS else ""
    elif name == "visible" and (spot or block) is not None:
        (spot or block).visible = ""  # type: ignore[union-attr]  # one of them is there
    elif name == "quick" and spot is not None:
        draft.quick = [n for n in draft.quick if n != first] if first in draft.quick else [*draft.quick, first]


def _move(draft: Draft, kind: str, key: str, step: int) -> None:
    """One step within the list it is in; at its end into the next one."""
    if kind == "field":
        lists: list[list[Any]] = [block.spots for block in draft.blocks]
    elif kind == "section":
        lists = [tab.blocks for tab in draft.tabs]
    else:
        lists = [draft.tabs]
    for number, items in enumerate(lists):
        at = next((n for n, item in enumerate(items) if key in (getattr(item, "key", None), getattr(item, "name", None))), None)
        if at is None or not key:
            continue
        to = at + step
        if kind == "tab" and not 1 <= to < len(items):
            return
        if 0 <= to < len(items):
            items[at], items[to] = items[to], items[at]
        elif 0 <= number + step < len(lists):
            item = items.pop(at)
            other = lists[number + step]
            other.insert(len(other) if step < 0 else 0, item)
        return


def _to_section(draft: Draft, target: Block | None, name: str) -> None:
    spot = draft.spot(name)
    if target is None or spot is None or spot in target.spots:
        return
    _remove(draft, "field", name)
    target.spots.append(spot)


def _to_tab(draft: Draft, target: TabDraft | None, key: str) -> None:
    block = draft.block(key)
    if target is None or block is None:
        return
    for tab in draft.tabs:
        tab.blocks = [other for other in tab.blocks if other is not block]
    target.blocks.append(block)


def _remove(draft: Draft, kind: str, key: str) -> None:
    """Take a part away; the sections of a tab go above the tabs, the fields of a section among those that can be added."""
    for tab in draft.tabs:
        if kind == "section":
            tab.blocks = [block for block in tab.blocks if block.key != key]
        for block in tab.blocks if kind == "field" else ():
            block.spots = [spot for spot in block.spots if spot.name != key]
    if kind == "tab" and key and (gone := draft.tab(key)) is not None:
        draft.tabs[0].blocks += gone.blocks
        draft.tabs.remove(gone)


def unnamed(draft: Draft) -> list[str]:
    """The keys of sections and tabs without a name in any language."""
    labels = {**{tab.key: tab.label for tab in draft.tabs[1:]}, **{block.key: block.label for block in draft.blocks}}
    return [key for key, label in labels.items() if not any(label.values())]


def body_of(draft: Draft, layout: Layout, base: Layout, unknown: AbstractSet[str]) -> dict[str, Any]:
    """The document of what was arranged, with name and roles of `layout`. What only others may know of stays as it is in `base`.

    Every key is there, so that nothing of a module's layout of the same name shines through.
    """
    hidden: dict[str, list[Any]] = {}
    for section in base.all_sections:
        hidden.setdefault(_label(section.label)["de"], []).extend(item for item in section.placed if item.field in unknown)
    sections = [[_section(block, hidden) for block in tab.blocks] for tab in draft.tabs]
    left = [_built(item) for items in hidden.values() for item in items]
    if left and any(sections):
        next(found for found in sections if found)[0]["fields"].extend(left)
    tabs = [{"label": _label(tab.label), "sections": own} for tab, own in zip(draft.tabs[1:], sections[1:], strict=True) if own]
    return {
        "name": layout.name, "object": layout.object, "roles": list(layout.roles), "facts": list(base.facts),
        "sections": sections[0], "tabs": tabs, "related": list(base.related),
        "quick": [*draft.quick, *(name for name in base.quick if name in unknown)],
    }  # fmt: skip


def _section(block: Block, hidden: dict[str, list[Any]]) -> dict[str, Any]:
    label = _label(block.label)
    fields = [_built(_placed(spot)) for spot in block.spots]
    found: dict[str, Any] = {"label": label, "fields": fields + [_built(item) for item in hidden.pop(label["de"], ())]}
    if block.columns in ("1", "2"):
        found["columns"] = int(block.columns)
    if block.visible:
        found["visible"] = _where(block.visible)
    return found


def _placed(spot: Spot) -> Placed:
    required = True if spot.required == ALWAYS else _where(spot.required) if spot.required else False
    return Placed(field=spot.name, visible=_where(spot.visible) if spot.visible else None, required=required)


def _built(item: Placed) -> Any:
    plain = item.visible is None and item.required is False
    return item.field if plain else msgspec.to_builtins(item)


def _where(text: str) -> Any:
    """The filter that a text holds; what is none is refused by those who read it."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {"field": text[:50]}


def _label(label: Mapping[str, str]) -> Label:
    """In every language: where one is missing, what stands in another."""
    some = next((text for text in label.values() if text), "")
    return {language: label.get(language) or some for language in LANGUAGES}
