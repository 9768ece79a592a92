"""The tables of the engine that policy reads and writes, as far as it needs them."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from kundig.base.database.connection import WORKSPACE_SCHEMA

UUIDS: sa.types.TypeEngine[list[UUID]] = ARRAY(PG_UUID(as_uuid=True))  # type: ignore[assignment]  # a list of the items' type
NUMBERS: sa.types.TypeEngine[list[int]] = ARRAY(sa.Integer)  # type: ignore[assignment]  # the same

PRINCIPAL = sa.table(
    "principal", sa.column("id", sa.Integer), sa.column("kind", sa.Text), sa.column("ref", sa.Text), schema=WORKSPACE_SCHEMA
)
SHARE = sa.table(
    "share",
    sa.column("object", sa.Text),
    sa.column("record", PG_UUID(as_uuid=True)),
    sa.column("principal", sa.Integer),
    sa.column("level", sa.Text),
    sa.column("until", sa.DateTime(timezone=True)),
    schema=WORKSPACE_SCHEMA,
)
SEARCH_ENTRY = sa.table(
    "search_entry",
    sa.column("object", sa.Text),
    sa.column("record", PG_UUID(as_uuid=True)),
    sa.column("audience", NUMBERS),
    schema=WORKSPACE_SCHEMA,
)
TIMELINE_ENTRY = sa.table(
    "timeline_entry",
    sa.column("about_object", sa.Text),
    sa.column("about", PG_UUID(as_uuid=True)),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("object", sa.Text),
    sa.column("record", PG_UUID(as_uuid=True)),
    sa.column("through", PG_UUID(as_uuid=True)),
    sa.column("audience", NUMBERS),
    schema=WORKSPACE_SCHEMA,
)
