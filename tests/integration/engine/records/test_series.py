"""Records that recur: made ahead, changed one by one or together, ended, taken back, always by the clock on the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.integration.engine.records.making import make
from tests.integration.world import World

from kundig.base.errors import Denied, Invalid
from kundig.engine.configuration.yaml import load
from kundig.engine.policy import principals
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.shares import grant_share
from kundig.engine.records.continuing import near
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.series import HORIZON, extend
from kundig.engine.records.series_writes import AT_ONCE, Reach, delete_series, update_series
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Delete, Restore, Update, write

BERLIN = ZoneInfo("Europe/Berlin")
ALL = ("subject", "starts_at", "ends_at", "location", "recurrence", "recurrence_series", "recurrence_at", "recurrence_changed")


def local(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(BERLIN)


def monday(hour: int = 9) -> datetime:
    """A Monday some weeks ago, so that a series has a past and a future."""
    day = datetime.now(BERLIN).replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=21)
    return day - timedelta(days=day.weekday())


async def weekly(scope: Scope, rule: str = "FREQ=WEEKLY;BYDAY=MO", **values: Any) -> UUID:
    start = monday()
    times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    return await make(scope, "meeting", **({"subject": "Jour fixe", "recurrence": rule} | times | values))


async def series(scope: Scope, object_: str = "meeting", fields: tuple[str, ...] = ALL) -> list[dict[str, Any]]:
    order = "starts_at" if object_ == "meeting" else "due_at"
    where = {"field": "recurrence_series", "op": "not_empty"}
    return (await list_records(scope, ListQuery(object_, where, fields, order, 1000))).records()


async def change(scope: Scope, id_: Any, reach: Reach, **values: Any) -> Change:
    made = Change(scope)
    await update_series(made, "meeting", Update(UUID(str(id_)), values), reach)
    return made


async def test_occurrences_are_records_at_the_same_hour_all_year(scope: Scope) -> None:
    first = await weekly(scope, location="Raum 2")
    found = await series(scope)
    assert len(found) >= 57
    assert {local(one["starts_at"]).hour for one in found} == {9}
    assert {local(one["starts_at"]).weekday() for one in found} == {0}
    assert {datetime.fromisoformat(one["starts_at"]).astimezone(UTC).hour for one in found} == {7, 8}, "summer and winter"
    assert {one["location"] for one in found} == {"Raum 2"}
    assert {one["recurrence_series"] for one in found} == {str(first)}
    assert all(one["ends_at"] > one["starts_at"] and one["recurrence_at"] == one["starts_at"] for one in found)


async def test_a_number_of_times_is_kept(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;COUNT=5")
    found = await series(scope)
    assert len(found) == 5
    assert "UNTIL=" in found[0]["recurrence"]


async def test_what_is_rare_is_made_some_times_ahead(scope: Scope) -> None:
    await weekly(scope, "FREQ=YEARLY")
    assert len(await series(scope)) == 4


async def test_what_a_record_owns_comes_along(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;COUNT=3", attendee=[{"email": "ada@example.com"}])
    found = (await list_records(scope, ListQuery("attendee", None, ("email", "meeting")))).records()
    assert len({one["meeting"]["id"] for one in found}) == 3


async def test_other_times_keep_their_distance(scope: Scope) -> None:
    start = monday()
    values = {"subject": "Bericht", "due_at": start.isoformat(), "reminder_at": (start - timedelta(days=1)).isoformat()}
    await make(scope, "task", recurrence="FREQ=WEEKLY;COUNT=4", **values)
    for one in await series(scope, "task", ("due_at", "reminder_at", "status", "recurrence_series")):
        assert local(one["due_at"]).replace(tzinfo=None) - local(one["reminder_at"]).replace(tzinfo=None) == timedelta(days=1)


@pytest.mark.parametrize("rule", ["every Monday", "FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=XX"])
async def test_a_bad_rule_is_told_at_its_field(scope: Scope, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        await weekly(scope, rule)
    assert [error.field for error in refused.value.errors] == ["recurrence"]


async def test_without_a_beginning_nothing_recurs(scope: Scope) -> None:
    with pytest.raises(Invalid) as refused:
        await weekly(scope, starts_at=None, ends_at=None)
    assert [error.field for error in refused.value.errors] == ["starts_at"]


async def test_one_is_changed_alone(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;COUNT=4")
    second = (await series(scope))[1]
    await change(
        scope, second["id"], "one", subject="Klausur", starts_at=(local(second["starts_at"]) - timedelta(hours=1)).isoformat()
    )
    found = await series(scope)
    assert [one["subject"] for one in found] == ["Jour fixe", "Klausur", "Jour fixe", "Jour fixe"]
    assert [one["recurrence_changed"] for one in found] == [False, True, False, False]
    assert found[1]["recurrence_at"] == second["recurrence_at"]


async def test_what_follows_is_changed(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;COUNT=4")
    third = (await series(scope))[2]
    await change(scope, third["id"], "following", location="Raum 5")
    found = await series(scope)
    assert [one["location"] for one in found] == [None, None, "Raum 5", "Raum 5"]
    assert len({one["recurrence_series"] for one in found}) == 1, "values alone tear no series apart"


async def test_what_follows_moves_to_another_day(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO;COUNT=6")
    third = (await series(scope))[2]
    start = local(third["starts_at"]) + timedelta(days=1, hours=2)
    times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=2)).isoformat()}
    made = await change(scope, third["id"], "following", **times)
    found = await series(scope)
    assert [(local(one["starts_at"]).weekday(), local(one["starts_at"]).hour) for one in found] == [(0, 9)] * 2 + [(1, 11)] * 4
    assert [local(one["ends_at"]).hour for one in found] == [10] * 2 + [13] * 4
    rules = [one["recurrence"] for one in found]
    assert rules[2:] == [rules[2]] * 4
    assert "BYDAY=TU" in rules[2]
    assert f"UNTIL={local(found[1]['starts_at']):%Y%m%d}" in rules[0]
    await undo(scope, made.id)
    assert {local(one["starts_at"]).hour for one in await series(scope)} == {9}
    assert len({one["recurrence"] for one in await series(scope)}) == 1


async def test_all_move(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    second = (await series(scope))[1]
    start = local(second["starts_at"]) + timedelta(days=2)
    await change(scope, second["id"], "all", starts_at=start.isoformat(), ends_at=(start + timedelta(hours=1)).isoformat())
    found = await series(scope)
    assert len(found) == 4
    assert {local(one["starts_at"]).weekday() for one in found} == {2}
    assert all("BYDAY=WE" in one["recurrence"] for one in found)
    assert len({one["recurrence_series"] for one in found}) == 1


async def test_another_rule_keeps_what_fits_and_makes_what_is_missing(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO")
    before = await series(scope)
    third = before[2]
    made = await change(scope, third["id"], "following", recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH")
    found = await series(scope)
    new = [one for one in found if one["recurrence_series"] == third["id"]]
    assert [(local(one["starts_at"]).date() - local(third["starts_at"]).date()).days for one in new[:5]] == [0, 3, 14, 17, 28]
    kept = {one["id"] for one in before} & {one["id"] for one in new}
    assert before[4]["id"] in kept
    assert before[3]["id"] not in {one["id"] for one in found}
    await undo(scope, made.id)
    assert [one["id"] for one in await series(scope)] == [one["id"] for one in before]


async def test_a_rule_given_by_a_plain_write_holds_from_there_on(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO")
    before = await series(scope)
    await write(scope, "meeting", [Update(UUID(before[2]["id"]), {"recurrence": "FREQ=WEEKLY;BYDAY=MO;COUNT=2"})])
    assert [one["id"] for one in await series(scope)] == [one["id"] for one in before[:4]]
    await write(scope, "meeting", [Update(UUID(before[1]["id"]), {"recurrence": None})])
    left = [before[0]["id"], before[2]["id"], before[3]["id"]]
    assert [one["id"] for one in await series(scope)] == left, "the series that began with the third is another one by now"


async def test_what_was_moved_alone_does_not_move_the_rest(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO;COUNT=5")
    second = (await series(scope))[1]
    await change(scope, second["id"], "one", starts_at=(local(second["starts_at"]) + timedelta(minutes=30)).isoformat())
    await write(scope, "meeting", [Update(UUID(second["id"]), {"recurrence": "FREQ=WEEKLY;BYDAY=MO;COUNT=3"})])
    found = await series(scope)
    assert [local(one["starts_at"]).minute for one in found] == [0, 30, 0, 0]


async def test_one_is_deleted_and_not_made_again(scope: Scope) -> None:
    first = await weekly(scope, "FREQ=WEEKLY;BYDAY=MO")
    before = await series(scope)
    await write(scope, "meeting", [Delete(UUID(before[1]["id"])), Delete(UUID(before[-1]["id"]))])
    made = Change(scope)
    assert not await extend(made, scope.object("meeting"), str(first), 100)
    assert len(await series(scope)) == len(before) - 2
    start = local(before[0]["starts_at"]) + timedelta(hours=1)
    await change(scope, before[0]["id"], "all", starts_at=start.isoformat(), ends_at=(start + timedelta(hours=1)).isoformat())
    found = await series(scope)
    assert len(found) == len(before) - 2
    assert {local(one["starts_at"]).hour for one in found} == {10}


async def test_the_rest_is_deleted_and_comes_back(scope: Scope) -> None:
    first = await weekly(scope, "FREQ=WEEKLY;BYDAY=MO")
    before = await series(scope)
    made = Change(scope)
    await delete_series(made, "meeting", UUID(before[3]["id"]), "following")
    assert [one["id"] for one in await series(scope)] == [one["id"] for one in before[:3]]
    assert not await extend(Change(scope), scope.object("meeting"), str(first), 100)
    assert len(await series(scope)) == 3
    await undo(scope, made.id)
    assert await series(scope) == before


async def test_all_are_deleted(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO")
    before = await series(scope)
    await delete_series(Change(scope), "meeting", UUID(before[3]["id"]), "all")
    assert await series(scope) == []
    assert not [one for one in await near(scope) if one[1] == before[0]["recurrence_series"]]


async def test_what_comes_back_from_the_trash_stands_alone(scope: Scope) -> None:
    await weekly(scope, "FREQ=WEEKLY;BYDAY=MO;COUNT=3")
    second = UUID((await series(scope))[1]["id"])
    await write(scope, "meeting", [Delete(second)])
    await write(scope, "meeting", [Restore(second)])
    assert len(await series(scope)) == 2


async def test_making_a_series_is_taken_back_as_a_whole(scope: Scope) -> None:
    made = Change(scope)
    start = monday()
    await made.write("meeting", [Create({"subject": "x", "starts_at": start.isoformat(), "recurrence": "FREQ=DAILY"})])
    found = await series(scope)
    assert len(found) == AT_ONCE + 1
    more, now = True, scope.context.now
    while more:
        now += timedelta(seconds=1)
        later = replace(scope, context=replace(scope.context, now=now))  # a transaction of the job
        more = await extend(Change(later, id_=made.id), scope.object("meeting"), found[0]["recurrence_series"], 100)
    assert len(await series(scope)) == HORIZON.days + 1 + (scope.context.now - start).days
    await undo(scope, made.id)
    assert await series(scope) == []


async def gone_on(scope: Scope, days: int) -> list[UUID]:
    """What the nightly job makes in changes of its own some days later."""
    later = replace(scope, context=replace(scope.context, now=scope.context.now + timedelta(days=days)))
    before = {one["id"] for one in await series(scope)}
    for object_, one in await near(later):
        while await extend(Change(later), later.object(object_), one, 100):
            later = replace(later, context=replace(later.context, now=later.context.now + timedelta(seconds=1)))
    return [UUID(one["id"]) for one in await series(scope) if one["id"] not in before]


async def rows_of(scope: Scope, ids: list[UUID]) -> list[dict[str, Any]]:
    found = "select id, recurrence, recurrence__series, deleted_at is null as live from {ws}.meeting where id = any(%(ids)s) order by id"
    return await scope.connection.rows(found, {"ids": ids})


@pytest.mark.parametrize("given_later", [False, True])
async def test_a_series_taken_back_ends_with_what_the_job_has_made_of_it(scope: Scope, given_later: bool) -> None:
    made, start = Change(scope), {"starts_at": monday().isoformat()}
    rule = {"recurrence": "FREQ=WEEKLY;BYDAY=MO"}
    if given_later:
        first = await make(scope, "meeting", subject="x", **start)
        await made.write("meeting", [Update(first, rule)])
    else:
        [first] = await made.write("meeting", [Create({"subject": "x", **start, **rule})])
    many = len(await series(scope))
    nightly = await gone_on(scope, 15)
    assert len(nightly) >= 2
    undone = await undo(scope, made.id)
    assert await series(scope) == []
    assert not any(row["live"] for row in await rows_of(scope, nightly))
    assert await near(replace(scope, context=replace(scope.context, now=scope.context.now + timedelta(days=40)))) == []
    back = await undo(scope, undone.change)
    assert len(await series(scope)) == many + len(nightly), "the undo of the undo brings back all of it"
    more = await gone_on(scope, 30)
    assert len(more) >= 2
    await undo(scope, back.change)
    assert await series(scope) == []
    assert not any(row["live"] for row in await rows_of(scope, [*nightly, *more]))


async def test_what_somebody_changed_of_a_series_taken_back_stays_on_its_own(crm: World) -> None:
    user = await crm.user("administrator")
    async with crm.scope(user) as scope:
        made = Change(scope)
        await made.write(
            "meeting", [Create({"subject": "x", "starts_at": monday().isoformat(), "recurrence": "FREQ=WEEKLY;BYDAY=MO"})]
        )
    async with crm.system() as system:
        nightly = await gone_on(system, 15)
    async with crm.scope(user) as scope:
        await write(scope, "meeting", [Update(nightly[0], {"subject": "y"})])
        await undo(scope, made.id)
        assert await series(scope) == []
        assert [(row["live"], row["recurrence"], row["recurrence__series"] is None) for row in await rows_of(scope, nightly)] == [
            (True, None, True),
            *[(False, "FREQ=WEEKLY;BYDAY=MO", False)] * (len(nightly) - 1),
        ]


async def test_deleting_the_first_again_by_undo_leaves_the_series(scope: Scope) -> None:
    first = await weekly(scope)
    many = len(await series(scope))
    nightly = await gone_on(scope, 15)
    deleted = Change(scope)
    await delete_series(deleted, "meeting", first, "one")
    undone = await undo(scope, deleted.id)
    assert len(await series(scope)) == many + len(nightly)
    await undo(scope, undone.change)
    assert len(await series(scope)) == many + len(nightly) - 1
    assert all(row["live"] for row in await rows_of(scope, nightly))


async def test_others_records_of_a_series_stay_theirs(crm: World) -> None:
    mine, hers = await crm.user("sales_representative"), await crm.user("sales_representative")
    async with crm.scope(mine) as scope:
        await weekly(scope, "FREQ=WEEKLY;COUNT=3")
        found = await series(scope)
    await crm.update("meeting", UUID(found[2]["id"]), owner=hers)
    async with crm.scope(mine) as scope:
        with pytest.raises(Denied):
            async with scope.connection.savepoint():
                await change(scope, found[0]["id"], "all", subject="Neu")
        with pytest.raises(Denied):
            async with scope.connection.savepoint():
                await delete_series(Change(scope), "meeting", UUID(found[0]["id"]), "all")
        await change(scope, found[0]["id"], "one", subject="Neu")


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=WEEKLY;COUNT=9", ""])
async def test_who_may_change_one_record_of_a_series_does_not_change_its_rule(crm: World, rule: str) -> None:
    """OA-02: others' records would be written, and more of them made."""
    mine, hers = await crm.user("sales_representative"), await crm.user("sales_representative")
    async with crm.scope(hers) as scope:
        await weekly(scope, "FREQ=WEEKLY;COUNT=4")
        found = await series(scope)
    async with crm.system() as scope:
        await grant_share(scope, "meeting", UUID(found[2]["id"]), principals.user(mine), "edit")
    for field, value, allowed in (("subject", "Neu", True), ("recurrence", rule, False)):
        async with crm.scope(mine) as scope:
            item = Update(UUID(found[2]["id"]), {field: value or None})
            if allowed:
                await write(scope, "meeting", [item])
            else:
                with pytest.raises(Denied):
                    async with scope.connection.savepoint():
                        await write(scope, "meeting", [item])
    async with crm.scope(hers) as scope:
        assert len(await series(scope)) == 4


async def test_more_of_a_record_is_made_by_who_may_create_it(crm: World) -> None:
    await crm.apply(
        *load(
            """
kind: role
name: edits_only
label: {en: Edits, de: Ändert}
objects: {meeting: {read: own, edit: own}}
""",
            "test.yaml",
        )
    )
    user = await crm.user("edits_only")
    meeting = await crm.create("meeting", subject="Allein", owner=user, starts_at="2027-03-01T09:00:00Z")
    async with crm.scope(user) as scope:
        with pytest.raises(Denied):
            await Change(scope).write("meeting", [Update(meeting, {"recurrence": "FREQ=DAILY;COUNT=5"})])
