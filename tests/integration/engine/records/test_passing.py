"""Time passes without anybody writing: a planned meeting becomes the last activity."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
from tests.integration.engine.records.making import make

from kundig.engine.policy.scope import Scope
from kundig.engine.records.passing import refresh_passed
from kundig.engine.records.reading import read_record


async def test_the_next_activity_becomes_the_last(scope: Scope) -> None:
    """After its time has come, at the next look."""
    account = await make(scope, "account", name="Zeit GmbH")
    soon = scope.context.now + timedelta(hours=1)
    await make(scope, "meeting", subject="Bald", starts_at=soon.isoformat(), related_to=[{"object": "account", "id": str(account)}])
    assert (await _times(scope, account))[1] is not None
    # an hour later, without waiting for it
    for statement in (
        "update {ws}.timeline_entry set at = at - interval '2 hours' where about = %(id)s",
        "update {ws}.account_rollup set next_activity_at = next_activity_at - interval '2 hours' where record = %(id)s",
    ):
        await scope.connection.execute(statement, {"id": account})
    assert await refresh_passed(scope) >= 1
    last, following = await _times(scope, account)
    assert last is not None
    assert following is None


async def _times(scope: Scope, account: UUID) -> tuple[str | None, str | None]:
    text = (await read_record(scope, "account", account, ["last_activity_at", "next_activity_at"])).text
    record = msgspec.json.decode(text)
    return record["last_activity_at"], record["next_activity_at"]
