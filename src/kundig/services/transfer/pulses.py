"""How far a trial is, and whether it is to stop: told beside its own transaction, which holds back everything until it ends."""

from __future__ import annotations

from uuid import UUID

from kundig.base.database.connection import Connection


async def beat(connection: Connection, id_: UUID, done: int) -> bool:
    """Tell how many rows have been tried; whether somebody wants it to stop."""
    return bool(
        await connection.value(
            "insert into {ws}.import_pulse (import, done) values (%(id)s, %(done)s)"
            " on conflict (import) do update set done = excluded.done returning is_stopped",
            {"id": id_, "done": done},
        )
    )


async def tried(connection: Connection, id_: UUID) -> int:
    """How many rows have been tried by now."""
    return await connection.value("select done from {ws}.import_pulse where import = %(id)s", {"id": id_}) or 0


async def ask_to_stop(connection: Connection, id_: UUID) -> None:
    """The trial ends behind the chunk that it is at."""
    await connection.execute(
        "insert into {ws}.import_pulse (import, is_stopped) values (%(id)s, true)"
        " on conflict (import) do update set is_stopped = true",
        {"id": id_},
    )


async def forget_pulse(connection: Connection, id_: UUID) -> None:
    """Nothing is under way any more, or not yet."""
    await connection.execute("delete from {ws}.import_pulse where import = %(id)s", {"id": id_})
