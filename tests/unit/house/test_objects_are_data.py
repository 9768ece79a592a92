"""No object's name stands in code outside the module that brings it: what works for one object works for all."""

import ast

from tests.unit.house.source import python_files, room, strings, templates, tree

PLATFORM = {"user", "team"}  # records of the platform itself; services/identity brings them
WORDS = {"note"}  # also the plain word: an audit note, a note on a page


def declared() -> set[str]:
    """The names of all objects that modules declare: `Object(name="…")` anywhere below modules/."""
    names = set()
    for path in python_files():
        if room(path).startswith("modules/"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    if called == "Object":
                        names |= {
                            str(k.value.value) for k in node.keywords if k.arg == "name" and isinstance(k.value, ast.Constant)
                        }
    return names - PLATFORM


def test_modules_declare_objects() -> None:
    assert declared() >= {"account", "contact", "opportunity", "ticket"}


def test_no_object_is_named_outside_modules() -> None:
    names = declared() - WORDS
    found = [
        f"{room(path)}:{line} {text!r}"
        for path in python_files()
        if not room(path).startswith("modules/")
        for line, text in strings(path)
        if text in names
    ]
    assert not found, "\n".join(found)


def test_no_template_asks_for_an_object_by_name() -> None:
    found = [
        f"{path.name}: {name}"
        for path in templates()
        if "/modules/" not in path.as_posix()
        for name in declared()
        if f'== "{name}"' in path.read_text() or f"== '{name}'" in path.read_text() or f'"/{name}' in path.read_text()
    ]
    assert not found, "\n".join(found)
