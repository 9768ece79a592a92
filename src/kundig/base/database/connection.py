"""One transaction on one connection: how every statement of the program reaches PostgreSQL.

Texts contain `{ws}` where the quoted schema of the workspace belongs; tables of SQLAlchemy Core that live in a workspace are
declared with `schema=WORKSPACE_SCHEMA` and come out the same. Values are always bound, as `%(name)s`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar, cast

import psycopg
from psycopg.rows import AsyncRowFactory, dict_row, tuple_row
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import Executable

from kundig.base.context import Workspace
from kundig.base.database.faults import translated
from kundig.base.database.names import quoted, workspace_role

WORKSPACE_SCHEMA = "{ws}"
"""The schema name under which Core tables of a workspace are declared; replaced when a statement is run."""

Params = Mapping[str, Any]
Row = TypeVar("Row")
_DIALECT = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects are untyped here


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement compiled once: its text, the values it already has, how values of the caller are adapted.

    `prepare` lets PostgreSQL keep its plan on each connection: only for big statements run often, whose text names schema
    and model version in a comment at its front (else a changed column breaks the kept plan).
    """

    text: str
    fixed: Params = field(default_factory=lambda: MappingProxyType({}))
    adapters: Params = field(default_factory=lambda: MappingProxyType({}))
    prepare: bool = False

    def bound(self, params: Params | None) -> Params:
        """All values for a run; those of the caller win over the fixed ones."""
        if not params:
            return self.fixed
        adapters = self.adapters
        given = (
            {name: adapters[name](value) if name in adapters else value for name, value in params.items()} if adapters else params
        )
        return {**self.fixed, **given}


def compile_statement(
    statement: Executable, *, columns: Iterable[str] | None = None, prepare: bool = False, comment: str = ""
) -> Compiled:
    """Compile a Core statement (0.3 to 1.2 ms: keep the result). Named `bindparam`s without a value are given at each run.

    `columns` names the ones an INSERT or UPDATE without `values()` writes. Lists must be bound as
    arrays (`= any(:ids)`): the values of an `in_()` are frozen. `comment` is put in front of the text.
    """
    keys = list(columns) if columns is not None else None
    compiled = statement.compile(dialect=_DIALECT, column_keys=keys, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    adapters = {str(name): adapt for name, adapt in compiled._bind_processors.items() if callable(adapt)}
    values = {name: value for name, value in compiled.params.items() if not _required(compiled, name)}
    fixed = {name: adapters[name](value) if name in adapters else value for name, value in values.items()}
    text = f"/* {comment} */ {compiled}" if comment else str(compiled)
    return Compiled(text, MappingProxyType(fixed), MappingProxyType(adapters), prepare)


def _required(compiled: Any, name: str) -> bool:
    bind = compiled.binds.get(name)
    return bind is not None and bool(bind.required)


Statement = Executable | Compiled | str


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that a transaction may begin with, in the same message; `$1` in its text is bytes, such as a hash.

    Each connection keeps its plan under `name`.
    """

    name: str
    text: str

    def about(self, value: bytes) -> Asked:
        """The question with its value."""
        return Asked(self, value)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a value."""

    question: Question
    value: bytes

    def spoken(self, *, known: bool) -> str:
        """Its text in a message of several statements; `known` says that the connection keeps the plan already."""
        name = self.question.name
        kept = "" if known else f"prepare {name} (bytea) as {self.question.text}; "
        return f"{kept}execute {name} ('\\x{self.value.hex()}')"


_PLACE = re.compile(r"%\(([^)]+)\)s|%%")


@lru_cache(maxsize=4000)
def _numbered(text: str, schema: str) -> tuple[str, tuple[str, ...]]:
    """A text with `$1` for each name, and the names in that order: psycopg would read long texts anew each time (1.4 ms).

    `schema` is the quoted one of the workspace, put in too.
    """
    names: dict[str, int] = {}

    def number(place: re.Match[str]) -> str:
        name = place.group(1)
        return "%" if name is None else f"${names.setdefault(name, len(names) + 1)}"

    return _in_schema(_PLACE.sub(number, text), schema), tuple(names)


Answers = Mapping[Asked, dict[str, Any] | None]
"""The row of each question, if there is one."""


class Connection:
    """One transaction: opened and closed by `Database.transaction()` or `Database.owner()`, by nobody else.

    `raw` is psycopg's connection, `statements` counts what was sent. Not for use by two tasks at once.
    """

    __slots__ = ("_answers", "_quoted", "_tuples", "raw", "role_set", "schema", "statements")

    def __init__(
        self,
        raw: psycopg.AsyncConnection[Any],
        schema: str | None = None,
        *,
        role_set: bool = False,
        answers: Answers = MappingProxyType({}),
    ) -> None:
        """`role_set` says that the transaction acts as the workspace's role already; `answers` is what it began with."""
        self.raw = raw
        self.schema = schema
        self.role_set = role_set
        self.statements = len(answers)
        self._answers = answers
        self._quoted = quoted(schema) if schema else ""
        self._tuples = raw.cursor(row_factory=tuple_row)

    async def ask(self, asked: Asked) -> dict[str, Any] | None:
        """The answer to a question, without another message if the transaction began with it."""
        if asked in self._answers:
            return self._answers[asked]
        self.statements += 1
        cursor = psycopg.AsyncRawCursor(self.raw, row_factory=dict_row)
        with translated():
            await cursor.execute(asked.question.text, [asked.value])
            return await cursor.fetchone()

    async def rows(self, statement: Statement, params: Params | None = None) -> list[dict[str, Any]]:
        """All rows, as dicts by column."""
        cursor = await self._send(dict_row, statement, params)
        return await cursor.fetchall()

    async def row(self, statement: Statement, params: Params | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        cursor = await self._send(dict_row, statement, params)
        return await cursor.fetchone()

    async def value(self, statement: Statement, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        cursor = await self._send(tuple_row, statement, params)
        row = await cursor.fetchone()
        return row[0] if row else None

    async def values(self, statement: Statement, params: Params | None = None) -> list[Any]:
        """The first column of all rows."""
        cursor = await self._send(tuple_row, statement, params)
        return [row[0] for row in await cursor.fetchall()]

    async def execute(self, statement: Statement, params: Params | None = None) -> int:
        """Run for the effect; how many rows were touched. Without `params` a text may hold several statements."""
        cursor = await self._send(tuple_row, statement, params)
        return max(cursor.rowcount, 0)

    async def execute_many(self, statement: Statement, params: Sequence[Params]) -> int:
        """Run once per item in few round trips; how many rows were touched in all."""
        if not params:
            return 0
        compiled = self._compiled(statement, params[0])
        bound = [compiled.bound(item) for item in params] if compiled else params
        text = self._text(compiled.text if compiled else cast("str", statement))
        self.statements += 1
        with translated():
            await self._tuples.executemany(text, bound)
        return max(self._tuples.rowcount, 0)

    async def copy_in(self, table_sql: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Write rows by COPY, the fastest way in. `table_sql` as `{ws}.account`; how many rows were written."""
        names = ", ".join(quoted(column) for column in columns)
        self.statements += 1
        written = 0
        with translated():
            async with self._tuples.copy(self._text(f"copy {table_sql} ({names}) from stdin")) as copy:
                for row in rows:
                    await copy.write_row(row)
                    written += 1
        return written

    async def copy_text(self, table_sql: str, columns: Sequence[str], text: str) -> None:
        """The same for rows that are in PostgreSQL's text format already: several times faster, for millions of rows."""
        names = ", ".join(quoted(column) for column in columns)
        self.statements += 1
        with translated():
            async with self._tuples.copy(self._text(f"copy {table_sql} ({names}) from stdin")) as copy:
                await copy.write(text)

    async def stream(
        self, statement: Statement, params: Params | None = None, *, size: int = 2000
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Read a long result in pages of `size` rows through a cursor of the server."""
        text, bound = self._prepared(statement, params)
        async with self.raw.cursor(name="kundig_stream", row_factory=dict_row) as cursor:
            with translated():
                await cursor.execute(text, bound)
            self.statements += 1
            while True:
                with translated():
                    page = await cursor.fetchmany(size)
                if not page:
                    return
                yield page

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What happens inside is undone alone when it fails; the error goes on."""
        with translated():
            async with self.raw.transaction():
                yield

    def enter(self, workspace: Workspace, *, role_set: bool = True) -> None:
        """Go on in a workspace. `role_set`: the first statement has already set the workspace's role; else call `take_role`."""
        self.schema = workspace.schema
        self._quoted = quoted(workspace.schema)
        self.role_set = role_set

    async def take_role(self) -> None:
        """Act as the role of the workspace from here to the end of the transaction."""
        await self.execute("select set_config('role', %(role)s, true)", {"role": workspace_role(self.schema or "")})
        self.role_set = True

    @asynccontextmanager
    async def directory(self) -> AsyncIterator[None]:
        """Inside, statements reach schema `kundig` (sign-ins, tokens) instead of the workspace; two round trips."""
        await self.execute("select set_config('role', 'none', true)")
        yield
        if self.schema and self.role_set:
            await self.take_role()

    async def _send(self, rows: AsyncRowFactory[Row], statement: Statement, params: Params | None) -> psycopg.AsyncCursor[Row]:
        self.statements += 1
        compiled = self._compiled(statement, params)
        if compiled is None:
            plain = psycopg.AsyncCursor(self.raw, row_factory=rows)
            with translated():
                return await plain.execute(self._text(cast("str", statement)), params)
        text, names = _numbered(compiled.text, self._quoted)
        bound = compiled.bound(params)
        numbered = psycopg.AsyncRawCursor(self.raw, row_factory=rows)
        values = [bound[name] for name in names]
        with translated():
            if not compiled.prepare:
                return await numbered.execute(text, values)
            # The connections of the pools prepare nothing (see there), which psycopg heeds even for what asks for it.
            self.raw.prepare_threshold = 0
            try:
                return await numbered.execute(text, values)
            finally:
                self.raw.prepare_threshold = None

    def _prepared(self, statement: Statement, params: Params | None) -> tuple[str, Params | None]:
        compiled = self._compiled(statement, params)
        if compiled is None:
            return self._text(cast("str", statement)), params
        return self._text(compiled.text), compiled.bound(params)

    def _compiled(self, statement: Statement, params: Params | None) -> Compiled | None:
        if isinstance(statement, str):
            return None
        return statement if isinstance(statement, Compiled) else compile_statement(statement, columns=params)

    def _text(self, text: str) -> str:
        return _in_schema(text, self._quoted)


def _in_schema(text: str, schema: str) -> str:
    if "{ws}" not in text:
        return text
    if not schema:
        message = "a statement names the workspace's schema, but the transaction is in no workspace"
        raise RuntimeError(message)
    return text.replace('"{ws}"', schema).replace("{ws}", schema)
