"""No code outside `engine/schema/fields/` compares a field type's name: aspects ask for the kind."""

import ast

from tests.unit.house.source import python_files, room, tree

HOME = "engine/schema/fields/"


def type_names() -> set[str]:
    """The names that the field types give themselves: `name = "…"` in a class of their folder."""
    names = set()
    for path in python_files():
        if room(path).startswith(HOME):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.ClassDef):
                    for line in node.body:
                        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
                        value = getattr(line, "value", None)
                        if isinstance(target, ast.Name) and target.id == "name" and isinstance(value, ast.Constant):
                            names.add(str(value.value))
    return names


def asks_for_a_type(node: ast.AST) -> bool:
    """Whether an expression reads a field's type name: `….type`, `….type.name`, `type_name`."""
    if isinstance(node, ast.Attribute) and node.attr == "name":
        return asks_for_a_type(node.value)
    return (isinstance(node, ast.Attribute) and node.attr in {"type", "type_name"}) or (
        isinstance(node, ast.Name) and node.id in {"type_name", "field_type"}
    )


def literals(node: ast.AST) -> set[str]:
    """The strings of a literal, or of the tuple, list or set of them."""
    return {str(n.value) for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_there_are_types() -> None:
    assert {"text", "link", "money"} <= type_names()


def test_nobody_else_compares_them() -> None:
    names, found = type_names(), []
    for path in python_files():
        if room(path).startswith(HOME):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                if any(map(asks_for_a_type, sides)) and any(literals(side) & names for side in sides):
                    found.append(f"{room(path)}:{node.lineno}")
            elif isinstance(node, ast.Match) and asks_for_a_type(node.subject):
                found.append(f"{room(path)}:{node.lineno}")
    assert not found, "\n".join(found)
