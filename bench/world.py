"""A running server with data in it, seen from outside by HTTP, and from inside by a connection to its database."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

from bench.asking import Line

RAW_FILE = Path(__file__).parent / "raw.sql"
_RAW = dict(part.split("\n", 1) for part in RAW_FILE.read_text(encoding="utf-8").split("-- name: ")[1:])
ALL = "all"
FEW = 1000
"""So many records are quicker read and sorted than found in an index of all."""


class Answer(NamedTuple):
    """What a request gave: what came, whether compressed, and how many statements the server sent for it, as it says itself."""

    sent: bytes
    compressed: bool
    statements: int

    @property
    def body(self) -> bytes:
        """What it means."""
        return gzip.decompress(self.sent) if self.compressed else self.sent


Call = Callable[[], Answer]
Rows = Callable[[], Sequence[dict[str, Any]]]


@dataclass
class World:
    """Where to ask, as whom, and what is there."""

    host: str
    port: int
    schema: str
    dsn: str
    size: int
    tokens: Mapping[str, str]
    """By what the user sees: `all`, or a number of contacts."""
    sessions: Mapping[str, str]
    users: Mapping[str, Any]
    facts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Ids and values that requests name, by what the user sees."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """With which commands reach the installation."""
    _connection: psycopg.Connection[Any] | None = None

    def shows(self, sees: str) -> bool:
        """Whether there is enough for somebody to see so much."""
        return sees == ALL or int(sees) <= self.size

    def api(self, path: str, sees: str = ALL, body: Callable[[], Any] | None = None) -> Call:
        """A call of the API with a connection of its own; a POST with a body."""
        return self._call(f"/api/v1{path}", {"Authorization": f"Bearer {self.tokens[sees]}"}, body)

    def page(self, path: str, sees: str = ALL) -> Call:
        """A page."""
        return self._call(path, {"Cookie": f"kundig_session={self.sessions[sees]}", "Accept-Encoding": "gzip"}, None)

    def _call(self, path: str, headers: Mapping[str, str], body: Callable[[], Any] | None) -> Call:
        line = Line(self.host, self.port)
        method, wanted = ("GET", 200) if body is None else ("POST", 201)
        told = {**headers, "Content-Type": "application/json"}

        def call() -> Answer:
            response = line.ask(method, path, told, b"" if body is None else json.dumps(body()).encode())
            if response.status != wanted:
                raise RuntimeError(f"{method} {path}: {response.status} {response.body[:300]!r}")
            statements = int(response.headers.get("kundig-statements") or 0)
            return Answer(response.body, "content-encoding" in response.headers, statements)

        return call

    def patch(self) -> Callable[[str, Any], None]:
        """A function that changes a record at a path, as the administrator, by a connection of its own."""
        line, told = Line(self.host, self.port), {"Authorization": f"Bearer {self.tokens[ALL]}", "Content-Type": "application/json"}

        def change(path: str, values: Any) -> None:
            response = line.ask("PATCH", f"/api/v1{path}", told, json.dumps(values).encode())
            if response.status != 200:
                raise RuntimeError(f"PATCH {path}: {response.status} {response.body[:300]!r}")

        return change

    def raw(self, name: str, params: Mapping[str, Any] | Callable[[], Mapping[str, Any]], sees: str = ALL) -> Rows:
        """A raw query through psycopg, which keeps its plan; all rows fetched as dicts. `params` may be made for each run."""
        connection = self.connection
        sql = raw_query(name, self.schema, sees)
        who = {} if sees == ALL else {"who": self.users[sees], "reads": self.facts[sees]["reads"]}
        make = params if callable(params) else lambda: params

        def call() -> Sequence[dict[str, Any]]:
            cursor = connection.execute(sql, {**make(), **who})
            return cursor.fetchall() if cursor.description else []

        return call

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The one for raw queries, which commits by itself."""
        if self._connection is None:
            self._connection = psycopg.connect(self.dsn, autocommit=True, row_factory=dict_row)
        return self._connection

    def value(self, sql: str) -> Any:
        """What a query in the workspace (`{ws}`) finds first."""
        row = self.connection.execute(sql.replace("{ws}", self.schema)).fetchone()
        return next(iter(row.values())) if row else None

    def folded(self, text: str) -> str:
        """A text as orders compare it."""
        row = self.connection.execute("select kundig.fold(%s) as folded", [text]).fetchone()
        return str(row["folded"]) if row else ""


def raw_query(name: str, schema: str, sees: str) -> str:
    """A query of `raw.sql`, for an administrator or for a user who sees what is theirs: few records or many."""
    sql = re.sub(r"\{(\w+)\}", lambda part: _RAW.get(part.group(1), part.group(0)), _RAW[name])
    kept = {"all", "many"} if sees == ALL else {"own", "few" if int(sees) <= FEW else "many"}
    dropped = "|".join({"all", "own", "few", "many"} - kept)
    sql = re.sub(rf"^ *-- (?:{dropped}): .*\n", "", sql, flags=re.MULTILINE)
    return re.sub(rf"^ *-- (?:{'|'.join(kept)}): ", "", sql, flags=re.MULTILINE).replace("{ws}", schema)
