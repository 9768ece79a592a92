"""What every request of a directory has at hand, and the contract of the two kinds of resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import msgspec
from scim2_models import InvalidValueException, Meta, Resource

from kundig.base.errors import Missing
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Update
from kundig.engine.records.reading import ListQuery, list_records, read_record
from kundig.engine.schema.filters import both
from kundig.interfaces.scim.filters import Test, Where
from kundig.services.identity.provisioned import SYSTEM, record_by_directory_id
from kundig.services.identity.provisioners import Provisioner

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Desk:
    """A request: in which scope, by whom, and the address that resources are found at."""

    scope: Scope
    by: Provisioner
    base: str

    def address(self, folder: str, id_: str) -> str:
        """Where a resource is."""
        return f"{self.base}/scim/v2/{folder}/{id_}"


class ResourceKind(Protocol):
    """Users or groups."""

    @property
    def model(self) -> type[Resource[Any]]:
        """The resource's model."""

    @property
    def folder(self) -> str:
        """Users, Groups."""

    @property
    def object(self) -> str:
        """The object whose records they are."""

    @property
    def fields(self) -> Sequence[str]:
        """What is read of a record."""

    @property
    def visible(self) -> Where | None:
        """Which records are resources at all; None: all."""

    @property
    def attributes(self) -> Mapping[str, Test]:
        """What can be filtered by."""

    async def resources(self, desk: Desk, records: Sequence[Record], *, whole: bool) -> list[Any]:
        """Records as resources; not `whole`: what costs further statements may be left out."""

    async def create(self, desk: Desk, given: Any) -> UUID:
        """A new one."""

    async def change(self, desk: Desk, id_: UUID, before: Any, after: Any, version: int | None) -> None:
        """Bring a record in line with a resource."""

    async def remove(self, desk: Desk, id_: UUID, version: int | None) -> None:
        """Let it be gone for the directory."""


async def record_of(desk: Desk, kind: ResourceKind, id_: str) -> Record:
    """A record that is a resource; raises Missing."""
    try:
        found = UUID(id_)
    except ValueError:
        raise Missing from None
    where = {"field": "id", "op": "is", "value": str(found)}
    records = (await list_records(desk.scope, ListQuery(kind.object, both(where, kind.visible), kind.fields, None, 1))).records()
    if not records:
        raise Missing
    return records[0]


async def where_of(desk: Desk, kind: ResourceKind, id_: UUID) -> Record:
    """A record by its id, whether it is a resource or not."""
    found: Record = msgspec.json.decode((await read_record(desk.scope, kind.object, id_, list(kind.fields))).text)
    return found


def meta(desk: Desk, kind: ResourceKind, record: Record) -> Meta:
    """What is said of every resource."""
    return Meta(
        resource_type=kind.model.__name__,
        created=record["created_at"],
        last_modified=record["updated_at"],
        location=desk.address(kind.folder, record["id"]),
        version=f'W/"{record["version"]}"',
    )


def external_id(record: Record) -> str | None:
    """What the directory calls a record."""
    before = f"{SYSTEM}:"
    return next((pair.removeprefix(before) for pair in record["external_ids"] if pair.startswith(before)), None)


def renamed(record: Record, name: str | None, values: Mapping[str, Any], version: int | None) -> Update:
    """New values for a record that the directory calls so, and nothing else, from now on."""
    ids = pairs(name)
    lost = [pair for pair in record["external_ids"] if pair.startswith(f"{SYSTEM}:") and pair not in ids]
    return Update(UUID(record["id"]), values, version, ids, lost)


def pairs(name: str | None) -> tuple[str, ...]:
    """An external id as the write door takes it."""
    return (f"{SYSTEM}:{name}",) if name else ()


async def by_external_id(desk: Desk, object_: str, op: str, value: Any) -> Where:
    """The filter for a record that the directory calls so: only what is equal can be asked for."""
    if op != "is" or not isinstance(value, str):
        raise InvalidValueException(detail="externalId can only be compared with eq.")
    found = await record_by_directory_id(desk.scope.connection, object_, value)
    return {"field": "id", "op": "is", "value": str(found)} if found else {"field": "id", "op": "empty"}
