"""Transactions end at the edge: nobody else commits or rolls back."""

import ast
import re

from tests.unit.house.source import python_files, room, tree

EDGE = ("base/database/", "base/jobs/", "interfaces/", "wiring.py")
STATEMENT = re.compile(r"^\s*(commit|rollback)\b(?!\s+to\s+savepoint)", re.IGNORECASE)


def ends_a_transaction(node: ast.AST) -> bool:
    """Whether an expression calls `….commit()` or `….rollback()`, or executes such a statement."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr in {"commit", "rollback"}:
        return not node.args  # with arguments it is a verb of ours, not the connection's
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return node.func.attr == "execute" and any(map(STATEMENT.match, texts))


def test_the_check_sees_a_commit() -> None:
    for ends in ("await connection.commit()", 'connection.execute("ROLLBACK")'):
        assert any(map(ends_a_transaction, ast.walk(ast.parse(ends))))
    assert not any(map(ends_a_transaction, ast.walk(ast.parse('changing.rollback(connection, plan); x("commit")'))))


def test_nobody_else_ends_a_transaction() -> None:
    found = [
        f"{room(path)}:{node.lineno}"
        for path in python_files()
        if not room(path).startswith(EDGE)
        for node in ast.walk(tree(path))
        if ends_a_transaction(node)
    ]
    assert not found, "\n".join(found)
