"""Transactions end at the edge: nobody else commits or rolls back."""

import ast
import re

from tests.unit.house.source import python_files, room, strings, tree

EDGE = ("base/database/", "base/jobs/", "interfaces/", "wiring.py")
STATEMENT = re.compile(r"^\s*(commit|rollback)\b(?!\s+to\s+savepoint)", re.IGNORECASE)


def ends_a_transaction(node: ast.AST) -> bool:
    """Whether an expression calls `….commit()` or `….rollback()`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"commit", "rollback"}


def test_the_check_sees_a_commit() -> None:
    assert any(map(ends_a_transaction, ast.walk(ast.parse("await connection.commit()"))))


def test_nobody_else_ends_a_transaction() -> None:
    found = []
    for path in python_files():
        if room(path).startswith(EDGE):
            continue
        found += [f"{room(path)}:{node.lineno}" for node in ast.walk(tree(path)) if ends_a_transaction(node)]
        found += [f"{room(path)}:{line}" for line, text in strings(path) if STATEMENT.match(text)]
    assert not found, "\n".join(found)
