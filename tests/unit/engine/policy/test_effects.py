"""What a change of roles means for people, by the roles that they have together."""

from __future__ import annotations

from typing import Any

from tests.integration.world import WORLD, label

from kundig.engine.configuration.documents import Document
from kundig.engine.extension import Role
from kundig.engine.policy.effects import Effect, effects
from kundig.engine.policy.models import Models
from kundig.engine.schema.model import Model, build_model
from kundig.services.identity.module import MODULE as IDENTITY

MODELS = Models([IDENTITY, WORLD])


def model(*roles: dict[str, Any]) -> Model:
    documents = [Document("role", role["name"], {"label": label(role["name"]), **role}) for role in roles]
    return build_model(MODELS.define(documents), "ws_test", 1)


def one(**grant: Any) -> dict[str, Any]:
    return {"name": "one", "objects": {"house": grant}}


def told(before: Model, after: Model, *people: tuple[tuple[str, ...], int]) -> tuple[int, set[Effect]]:
    found = effects(before, after, people)
    return found.people, set(found.found)


def test_a_level_for_those_who_have_no_more_by_another_role() -> None:
    people = (("one",), 3), (("one", "level_own"), 2), (("one", "level_all"), 4), (("level_own",), 8), ((), 5)
    assert told(model(one(read="own")), model(one(read="team")), *people) == (
        5,
        {Effect("house", "read", "own", "team", 5, wider=True)},
    )
    assert told(model(one(read="team")), model(one(read="none")), *people) == (
        5,
        {
            Effect("house", "read", "team", "own", 2, wider=False),
            Effect("house", "read", "team", "none", 3, wider=False),
        },
    )


def test_words_that_are_yes_or_no_and_global_rights() -> None:
    before, after = model(one(read="all", export=True)), model({**one(read="all", bulk=True), "rights": ["read_audit"]})
    assert told(before, after, (("one",), 1)) == (
        1,
        {
            Effect("house", "export", "1", "", 1, wider=False),
            Effect("house", "bulk", "", "1", 1, wider=True),
            Effect("", "read_audit", "", "1", 1, wider=True),
        },
    )


def test_fields_only_of_what_can_be_read_before_and_after() -> None:
    hidden = one(read="all", fields={"price": "hidden"})
    assert told(model(one(read="all")), model(hidden), (("one",), 1)) == (
        1,
        {Effect("house", "field", "edit", "hidden", 1, wider=False, field="price")},
    )
    _, found = told(model(one()), model(hidden), (("one",), 1))
    assert found == {Effect("house", "read", "none", "all", 1, wider=True)}


def test_filters_and_forbids() -> None:
    rome = {"field": "city", "op": "is", "value": "Rome"}
    _, found = told(model(one(read="own")), model(one(read="own", where=rome)), (("one",), 1))
    assert found == {Effect("house", "filter", "", "", 1, wider=True)}
    forbidding = {**one(read="own"), "forbids": [{"object": "house", "where": rome}]}
    _, found = told(model(one(read="own")), model(forbidding), (("one",), 1))
    assert found == {Effect("house", "forbid", "", "", 1, wider=False)}
    bern = {"field": "city", "op": "is", "value": "Bern"}
    _, found = told(model(one(read="own", where=rome)), model(one(read="own", where=bern)), (("one",), 1))
    assert found == {Effect("house", "filter", "", "", 1, wider=None)}
    _, found = told(model(forbidding), model({**forbidding, "forbids": []}), (("one",), 1))
    assert found == {Effect("house", "forbid", "", "", 1, wider=True)}
    _, found = told(model(one(read="all")), model(one(read="all", where=rome)), (("one",), 1))
    assert found == set(), "a filter adds nothing to all of them"


def test_what_everybody_may_concerns_everybody() -> None:
    everyone = {"name": "everyone", "objects": {"team": {"read": "none"}}}
    people, _ = told(model(), model(everyone), (("level_own",), 3), ((), 2), (("administrator",), 1))
    assert people == 5


def test_a_role_that_is_gone_takes_what_it_gave() -> None:
    gone = MODELS.define([Document("role", "sees", {"name": "sees", "hidden": True})])
    after = build_model(gone, "ws_test", 2)
    assert isinstance(model().roles["sees"], Role)
    people, found = told(model(), after, (("sees",), 2), (("sees", "level_all"), 1))
    assert people == 2
    assert Effect("house", "read", "all", "none", 2, wider=False) in found
