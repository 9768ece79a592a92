"""The help of the keys and what scripts wire are the same."""

import re

from tests.unit.house.source import ROOT

from kundig.interfaces.web.keys import SHORTCUTS, key_help

SCRIPTS = ROOT / "frontend" / "js"


def acts() -> set[str]:
    """The names of what keyboard.js can do."""
    [table] = re.findall(r"const ACTS = \{\n(.*?)\n\};", (SCRIPTS / "keyboard.js").read_text(), re.DOTALL)
    return set(re.findall(r"^  (\w+): \(", table, re.MULTILINE))


def test_what_is_listed_is_wired_and_what_is_wired_is_listed() -> None:
    listed = {one.does for _, shortcuts in SHORTCUTS for one in shortcuts if one.script == "keyboard.js"}
    assert listed == acts()
    for _, shortcuts in SHORTCUTS:
        for one in shortcuts:
            if one.script != "keyboard.js":
                assert one.does in (SCRIPTS / one.script).read_text(), one


def test_no_key_means_two_things() -> None:
    keys = [key for _, shortcuts in SHORTCUTS for one in shortcuts for key in one.keys]
    assert len(keys) == len(set(keys))
    assert key_help("en").wired.keys() < set(keys)


def test_keys_are_written_as_on_keyboards() -> None:
    shown = [keys for _, rows in key_help("de").groups for alternatives, _ in rows for keys in alternatives]
    assert ["Strg", "K"] in shown
    assert ["Umschalt", "X"] in shown
    assert ["↓"] in shown
