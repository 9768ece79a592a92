"""What operators read: one JSON object a line on standard error, so that no value can forge an entry and programs can search it."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import msgspec

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """A record with its time in UTC, its level, where it comes from, and what was handed in as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever is in it."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _USUAL},
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(_writable(entry), enc_hook=str).decode()


def log_json_lines() -> None:
    """Log as JSON lines from here on: all of our own, of libraries only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("kundig").setLevel(logging.INFO)


def _writable(entry: dict[str, object]) -> dict[str, object]:
    """Texts without half characters, which no encoding can write."""
    return {
        name: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for name, value in entry.items()
    }
