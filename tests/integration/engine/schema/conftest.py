"""A workspace with the engine's tables and one object that has a field of every type."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.engine.schema.sample import MODULE

from kundig import engine
from kundig.base.context import SYSTEM, Context, Workspace
from kundig.base.database import Connection, Database
from kundig.base.secrets import Secrets
from kundig.engine.extension import Module
from kundig.engine.policy.predicates import FullReading
from kundig.engine.schema.ddl.applying import apply_model
from kundig.engine.schema.definitions import define
from kundig.engine.schema.fields.contract import Reference
from kundig.engine.schema.model import Model, build_model

SQL = Path(engine.__file__).parent / "sql"


@dataclass
class SampleParsing:
    """Finds every record by its id, and knows one foreign rate."""

    context: Context
    known: dict[Reference, UUID | None] = field(default_factory=dict)

    def record(self, reference: Reference) -> UUID | None:
        """What the test has made known, else any id."""
        if reference in self.known:
            return self.known[reference]
        try:
            return UUID(reference.key)
        except ValueError:
            return None


@pytest.fixture(scope="session")
def model() -> Model:
    """The model of the sample module."""
    return build_model(define([MODULE]), "test", 1)


Prepare = Callable[[Module], Awaitable[Workspace]]


@pytest.fixture(scope="session")
async def with_engine(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> Callable[[], Awaitable[Workspace]]:
    """A function that makes a workspace with the engine's tables."""

    async def make() -> Workspace:
        made = await new_workspace()
        async with database.owner(made) as connection:
            if await connection.value("select to_regclass(%(name)s) is null", {"name": f"{made.schema}.stage"}):
                for file in sorted(SQL.glob("*.sql")):
                    await connection.execute(file.read_text())
        return made

    return make


@pytest.fixture(scope="session")
async def sample_workspace(database: Database, with_engine: Callable[[], Awaitable[Workspace]], model: Model) -> Workspace:
    """A workspace with the tables of the sample module."""
    made = await with_engine()
    await apply_model(database, made, model)
    return made


class _Undo(Exception):
    pass


@pytest.fixture
async def sample(database: Database, sample_workspace: Workspace) -> AsyncIterator[Connection]:
    """A transaction in the sample workspace, undone at the end."""
    try:
        async with database.transaction(sample_workspace) as connection:
            yield connection
            raise _Undo
    except _Undo:
        pass


@pytest.fixture
def parsing(sample: Connection, sample_workspace: Workspace, secrets: Secrets) -> SampleParsing:
    """What types may ask while they read a value."""
    return SampleParsing(Context(sample, sample_workspace, SYSTEM, "test", secrets=secrets))


@pytest.fixture
def reading(model: Model) -> FullReading:
    """What types may ask while they build SQL."""
    return FullReading(model)
