"""The program's own files, for tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "kundig"


@cache
def python_files(*, tests: bool = False) -> tuple[Path, ...]:
    """All Python files of the program, and on request of its tests."""
    folders = [SOURCE, ROOT / "tests", ROOT / "tools", ROOT / "bench"] if tests else [SOURCE]
    return tuple(sorted(path for folder in folders for path in folder.rglob("*.py")))


@cache
def templates() -> tuple[Path, ...]:
    """All page templates."""
    return tuple(sorted(SOURCE.rglob("templates/**/*.html")))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


def room(path: Path) -> str:
    """Where a file stands within the package: `engine/records/writer.py`."""
    return path.relative_to(SOURCE).as_posix()


def docstrings(module: ast.Module) -> set[int]:
    """The ids of the constants that are docstrings."""
    found = set()
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for statement in body:  # also the strings below attributes
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    found.add(id(statement.value))
    return found


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """All string constants of a file that are not docstrings, with their lines."""
    module = tree(path)
    prose = docstrings(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value
