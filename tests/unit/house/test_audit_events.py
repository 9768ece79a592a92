"""What is noted in the audit trail has been declared with its words: the trail shows and filters nothing else."""

import ast
import re

from tests.unit.house.source import python_files, room, tree

from kundig import wiring
from kundig.engine.policy.models import Models

NAME = re.compile(r"[a-z]+(_[a-z]+)*")
PLACE = re.compile(r"\{(\w+)\}")


def called(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def made() -> dict[str, str]:
    """All events that are made anywhere, by name, and where."""
    found = {}
    for path in python_files():
        for node in ast.walk(tree(path)):
            if called(node, "audit_event", "AuditEvent") and node.args and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value not in found, f"{room(path)}: {node.args[0].value} is made twice"
                found[node.args[0].value] = room(path)
    return found


def test_every_event_is_declared() -> None:
    declared = Models(wiring.modules()).define(()).events
    assert len(declared) > 20
    assert made().keys() == declared.keys(), "hand it in by Module.audit_events (or EVENTS of the engine)"


def test_their_words_are_whole() -> None:
    for event in Models(wiring.modules()).define(()).events.values():
        assert NAME.fullmatch(event.name), event.name
        assert event.text is not None
        for words in (event.label, event.text, *event.told.values(), *event.guarded.values()):
            assert words.keys() == {"en", "de"}, event.name
            assert all(words.values()), event.name
        places = {language: set(PLACE.findall(text)) for language, text in event.text.items()}
        assert places["en"] == places["de"], event.name
        assert places["en"] <= {"record", "object", *event.told}, f"{event.name}: say in `told` what the sentence names"


def test_events_are_noted_as_values() -> None:
    """A name in quotes would be one that nobody declares."""
    found = [
        f"{room(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if called(node, "note", "Noted")
        and any(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in node.args[:2])
    ]
    assert not found, "\n".join(found)
