"""One line per entry, whatever somebody sends."""

from __future__ import annotations

import json
import logging
import uuid

from kundig.base.logs import JsonLines


def line(message: str, *args: object, error: BaseException | None = None, **extra: object) -> dict[str, object]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.getLogger("kundig.x").makeRecord("kundig.x", logging.WARNING, "f", 1, message, args, info, extra=extra)
    text = JsonLines().format(record)
    assert "\n" not in text
    found: dict[str, object] = json.loads(text)
    return found


def test_an_entry_has_time_level_place_and_what_was_handed_in() -> None:
    number = uuid.uuid4()
    entry = line("refused %s", "x", status=403, path="/a", id=number)
    assert {k: entry[k] for k in ("level", "logger", "message", "status", "path", "id")} == {
        "level": "warning", "logger": "kundig.x", "message": "refused x", "status": 403, "path": "/a", "id": str(number),
    }  # fmt: skip
    assert str(entry["at"]).endswith("Z")


def test_nobody_can_forge_an_entry() -> None:
    evil = 'x\n{"level": "info"}\r\x1b[31m\ud800'
    entry = line("refused", path=evil)
    assert str(entry["path"]).startswith("x\n{")


def test_an_error_is_told_with_its_trace() -> None:
    try:
        raise ValueError("inside")
    except ValueError as caught:
        entry = line("unexpected", error=caught)
    assert "ValueError: inside" in str(entry["error"])
