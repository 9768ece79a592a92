"""Style sheets: no rule for a class that nothing carries."""

from __future__ import annotations

import re

from tests.unit.house.source import ROOT, python_files, templates

SHEETS = ROOT / "frontend" / "css"
SCRIPTS = ROOT / "frontend" / "js"


def test_every_class_of_ours_is_named_by_a_template_or_script() -> None:
    files = [*templates(), *python_files(), *SCRIPTS.rglob("*.js")]
    text = "\n".join(path.read_text() for path in files)
    named = set(re.findall(r"[\w-]+", text))
    made = tuple(re.findall(r"([\w-]+-)\{\{", text))  # the end of a name comes from a value: k-level-{{ … }}
    dead = set()
    for sheet in SHEETS.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        selectors = re.sub(r"\{[^{}]*\}", "", rules)
        dead |= {
            f"{sheet.name}: {name}"
            for name in re.findall(r"\.([kc]-[\w-]+)", selectors)
            if not (name in named or name.startswith(made))
        }
    assert dead == set()


def test_no_rule_for_whatever_stands_behind_something() -> None:
    """With such a rule a browser looks at the whole page anew whenever something is put into it (`> :not(:first-child)` costs nothing)."""
    costly = re.compile(r"[+~]\s*\*|:(?:first|last|only|nth)-[\w-]+(?:\([^)]*\))?\s*[ >]\s*\*")
    rules = {sheet.name: re.sub(r"\{[^{}]*\}", "", sheet.read_text()) for sheet in SHEETS.glob("*.css")}
    assert {name: costly.findall(text) for name, text in rules.items() if costly.search(text)} == {}
