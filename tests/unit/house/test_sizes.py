"""Files and functions stay small enough to be read in one go, and say what they promise."""

import ast
from pathlib import Path

from tests.unit.house.source import ROOT, SOURCE, python_files, room, tree

DUMPS = {"utils", "util", "helpers", "helper", "common", "misc", "base_classes", "tools"}
MONSTERS = ("Service", "Manager", "Handler", "Mixin")


def length(path: Path) -> int:
    return len(path.read_text().splitlines())


def code_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring."""
    docstring = ast.get_docstring(node, clean=False)
    return (node.end_lineno or node.lineno) - node.lineno + 1 - (len(docstring.splitlines()) if docstring else 0)


def test_files_are_at_most_500_lines() -> None:
    limit = {True: 500, False: 800}
    found = [
        f"{path.relative_to(ROOT)}: {length(path)}"
        for path in python_files(tests=True)
        if length(path) > limit[path.is_relative_to(SOURCE)]
    ]
    assert not found, "\n".join(found)


def test_the_one_place_that_knows_everything_stays_short() -> None:
    assert length(SOURCE / "wiring.py") < 100


def test_functions_are_at_most_60_lines() -> None:
    found = [
        f"{room(path)}:{node.lineno} {node.name}: {code_length(node)}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and code_length(node) > 60
    ]
    assert not found, "\n".join(found)


def test_names_say_what_is_inside() -> None:
    files = [room(path) for path in python_files() if path.stem in DUMPS or path.parent.name in DUMPS]
    classes = [
        f"{room(path)}: {node.name}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(MONSTERS)
    ]
    assert not [*files, *classes]


def test_every_module_says_what_it_is() -> None:
    found = [room(path) for path in python_files() if tree(path).body and not ast.get_docstring(tree(path))]
    assert not found, "\n".join(found)


def test_nothing_is_left_to_do() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    found = [room(path) for path in python_files() if any(mark in path.read_text() for mark in marks)]
    assert not found, "\n".join(found)
