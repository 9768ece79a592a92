"""The keys of all pages, once: the help (?) lists them, and the script wires what is listed and nothing else.

A key is named as browsers name it; `Control+` stands for Ctrl or ⌘. Single characters can be switched off in one's settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kundig.base.i18n import Text, t


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys that do the same. `does` is what `script` calls it; keys of other scripts than keyboard.js are wired there."""

    keys: tuple[str, ...]
    does: str
    label: Text
    script: str = "keyboard.js"


EVERYWHERE, LISTS, RECORDS = t("Everywhere"), t("In lists"), t("On a record")
BOARDS, CALENDARS = t("On a board"), t("In the calendar")
SHORTCUTS: tuple[tuple[Text, tuple[Shortcut, ...]], ...] = (
    (
        EVERYWHERE,
        (
            Shortcut(("Control+k",), "palette", t("Search everywhere")),
            Shortcut(("c",), "create", t("Create")),
            Shortcut(("?",), "help", t("Keyboard shortcuts")),
            Shortcut(("z",), "undo", t("Undo, while the notice is up")),
            Shortcut(("Control+Enter",), "save", t("Save")),
            Shortcut(("Escape",), "Escape", t("Close or revert"), "editing.js"),
        ),
    ),
    (
        LISTS,
        (
            Shortcut(("/",), "search", t("Search in this list")),
            Shortcut(("f",), "filter", t("Add a filter")),
            Shortcut(("j", "ArrowDown"), "down", t("Next row")),
            Shortcut(("k", "ArrowUp"), "up", t("Previous row")),
            Shortcut(("x",), "select", t("Select the row")),
            Shortcut(("Shift+x",), "range", t("Select up to this row")),
            Shortcut(("Control+a",), "all", t("Select all rows, then all that match")),
            Shortcut(("Shift+a",), "assign", t("Assign the selected rows")),
            Shortcut(("Shift+e",), "change", t("Change a field of the selected rows")),
            Shortcut(("Delete",), "trash", t("Move the selected rows to the trash")),
            Shortcut(("Enter",), "open", t("Open")),
            Shortcut(("e",), "edit", t("Edit")),
        ),
    ),
    (
        RECORDS,
        (
            Shortcut(("n",), "first", t("New note")),
            Shortcut(("t",), "second", t("New task")),
            Shortcut(("a",), "third", t("Log a call")),
            Shortcut(("m",), "comment", t("Write a comment")),
            Shortcut(("[",), "previous", t("Previous record")),
            Shortcut(("]",), "next", t("Next record")),
        ),
    ),
    (BOARDS, (Shortcut(("ArrowLeft", "ArrowRight"), "ArrowLeft", t("Move the card one stage"), "board.js"),)),
    (CALENDARS, (Shortcut(("Shift+ArrowLeft", "Shift+ArrowRight"), "WEEK", t("Move the entry by a week"), "calendar.js"),)),
)
_SIGNS = {"ArrowDown": "↓", "ArrowUp": "↑", "ArrowLeft": "←", "ArrowRight": "→", "Enter": "↵", "Escape": "Esc", "Delete": "Del"}
_CONTROL, _SHIFT = t("Ctrl"), t("Shift")


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """The view of `keys.html`: groups of keys with what they do, and what the script is to wire."""

    groups: Sequence[tuple[str, Sequence[tuple[Sequence[Sequence[str]], str]]]]
    wired: dict[str, str]


def key_help(language: str) -> KeyHelp:
    """The help in a language."""
    groups = [
        (heading.render(language), [([_shown(key, language) for key in one.keys], one.label.render(language)) for one in shortcuts])
        for heading, shortcuts in SHORTCUTS
    ]
    wired = {key: one.does for _, shortcuts in SHORTCUTS for one in shortcuts if one.script == "keyboard.js" for key in one.keys}
    return KeyHelp(groups, wired)


def _shown(key: str, language: str) -> list[str]:
    """The keys to press together, as they are written on keyboards."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    names = {"Control": _CONTROL, "Shift": _SHIFT}
    return [*(names[one].render(language) for one in held), _SIGNS.get(last, last.upper())]
