"""Lists reach PostgreSQL as they are, whatever is in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kundig.base.database import Database

ID, OTHER = UUID(int=0), UUID("01a21836-ca1d-7748-a109-8c3dffeffef3")


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("uuid[]", []),
        ("uuid[]", [ID, OTHER]),
        ("uuid[]", [ID, None]),
        ("int4[]", [0, -1, 2**31 - 1]),
        ("int8[]", [1, 2**40]),
        ("int4[]", [[1, 2], [3, 4]]),
        ("boolean[]", [True, False]),
        ("text[]", ["", "a,b", '"', "\\", "{}", "null", "ä ö", "\t\n"]),
        ("numeric[]", [Decimal("1.50")]),
        ("date[]", [date(2026, 3, 4)]),
    ],
)
async def test_a_list_comes_back_as_it_went(database: Database, type_: str, given: list[Any]) -> None:
    async with database.transaction(None) as connection:
        assert await connection.value(f"select %(given)s::{type_}", {"given": given}) == given
        statement = f"create temp table t (given {type_}) on commit drop"
        await connection.execute(statement)
        await connection.copy_in("t", ["given"], [[given]])
        assert await connection.value("select given from t") == given
