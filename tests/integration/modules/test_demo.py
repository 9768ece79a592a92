"""Loading the sample data and taking it away, and filling a workspace by COPY."""

from datetime import date

import pytest
from tests.integration.modules.conftest import Crm

from kundig.base.errors import Conflict
from kundig.engine.policy.scope import Scope
from kundig.engine.records.bulk import derive
from kundig.modules.demo import LOG_IN, fill, load_demo
from kundig.services.identity.samples import remove_samples

TODAY = date(2026, 11, 23)
_FIGURES = """record, coalesce(open_opportunities, 0), won_revenue, won_revenue__currency, coalesce(open_tickets, 0),
  last_activity_at, next_activity_at"""
SNAPSHOTS = {
    "account_rollup": f"select {_FIGURES} from {{ws}}.account_rollup order by record",
    "contact_rollup": f"select {_FIGURES} from {{ws}}.contact_rollup order by record",
    "timeline_entry": "select * from {ws}.timeline_entry order by about_object, about, object, record",
    "search_entry": "select object, record, audience, label_fold, body from {ws}.search_entry order by object, record",
}


@pytest.mark.slow
async def test_the_story_is_told_and_taken_back(system: Scope) -> None:
    loaded = await load_demo(system, TODAY)
    connection = system.connection
    assert (loaded.counts["account"], loaded.counts["contact"], loaded.email) == (200, 600, LOG_IN)
    assert await connection.value("select count(*) from {ws}.account where not is_sample") == 0
    assert await connection.value("select count(distinct created_by) from {ws}.opportunity") > 4
    assert await connection.value("select count(*) from {ws}.lead where converted_account is not null") > 15
    own = """select count(*) from {ws}.task t join {ws}."user" u on u.id = t.owner_id
             where u.email = %(email)s and t.status in ('open', 'in_progress')"""
    assert await connection.value(own, {"email": LOG_IN}) > 3, "who signs in to it has something to do"
    open_ = "select count(*) from {ws}.opportunity where stage__status = 'open' and account is not null"
    assert await connection.value("select sum(open_opportunities) from {ws}.account_rollup") == await connection.value(open_)
    with pytest.raises(Conflict):
        await load_demo(system, TODAY)
    assert await remove_samples(system) > 2000
    assert await connection.value("select count(*) from {ws}.contact where deleted_at is null") == 0
    assert await connection.value("select count(*) from {ws}.search_entry where object = 'contact'") == 0
    assert await connection.values('select email from {ws}."user" where is_active') == [LOG_IN]


async def test_what_is_filled_in_is_found_and_counted(system: Scope) -> None:
    made = await fill(system, 300)
    assert made == {"account": 61, "contact": 300, "opportunity": 150, "call": 150, "ticket": 30}
    connection = system.connection
    for object_, count in made.items():
        assert await connection.value("select count(*) from {ws}.search_entry where object = %(o)s", {"o": object_}) == count
        entries = "select count(*) from {ws}.change_entry where object = %(o)s and action = 'create'"
        assert await connection.value(entries, {"o": object_}) == count
    assert await connection.value("select count(*) from {ws}.stage_history where object = 'opportunity'") == 150
    assert await connection.value("select count(*) from {ws}.contact_point where object = 'contact'") == 600
    won = "select sum(amount__base) from {ws}.opportunity where stage__status = 'won'"
    assert await connection.value("select sum(won_revenue) from {ws}.account_rollup") == await connection.value(won)
    assert (
        await connection.value("select count(*) from {ws}.timeline_entry where object = 'call' and about_object = 'account'") == 150
    )


async def test_deriving_again_changes_nothing_that_the_write_door_made(crm: Crm) -> None:
    account = await crm.make("account", name="Ott")
    contact = await crm.make("contact", last_name="Ott", account=account["id"])
    await crm.make("opportunity", name="x", account=account["id"], stage="won", amount={"amount": "5.00", "currency": "EUR"})
    await crm.make("call", subject="x", related_to=[{"object": "contact", "id": contact["id"]}], started_at="2026-05-04T10:00:00Z")
    await crm.make("ticket", subject="x", contact=contact["id"])
    before = {name: await crm.scope.connection.rows(sql) for name, sql in SNAPSHOTS.items()}
    await derive(crm.scope, "not is_sample")
    assert {name: await crm.scope.connection.rows(sql) for name, sql in SNAPSHOTS.items()} == before
