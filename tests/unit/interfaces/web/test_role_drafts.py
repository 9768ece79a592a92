"""A role in a form: what is read from it, commands, and what a document says of it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.integration.world import WORLD, label

from kundig.engine.extension import Forbid, Grant, Role
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.definitions import define
from kundig.engine.schema.model import build_model
from kundig.interfaces.web.pages.rights.drafts import OTHERS, GrantDraft, body_of, change, draft_from, draft_of
from kundig.interfaces.web.pages.rights.role_filters import BY_FILTER, missing
from kundig.services.identity.module import MODULE as IDENTITY

OBJECTS: list[BoundObject] = list(build_model(define([IDENTITY, WORLD]), "ws_test", 1).objects.values())
SEEN = {object_.name for object_ in OBJECTS}
ROLE = Role(
    name="r", label=label("R"), objects={"house": Grant(read="team", create=True, fields={"price": "hidden", "city": "edit"})}
)
WIDE = Role(
    name="r",
    label=label("R"),
    objects={"*": Grant(read="own"), "room": Grant(read="all", where={"field": "area", "op": "gt", "value": 3})},
)


def form(**more: Any) -> dict[str, list[str]]:
    return {"role-name.de": ["R"], "role-name.en": ["R"], **{name.replace("__", "."): value for name, value in more.items()}}


def test_what_is_no_level_field_or_object_is_left_out() -> None:
    draft = draft_from(
        form(
            on=["house", "castle"],
            house__read=["everything"],
            house__edit=["own"],
            house__create=["1"],
            house__f__price=["secret"],
            right=["see_busy", "rule"],
        ),
        OBJECTS,
        ROLE,
        SEEN,
    )
    assert draft.grants == {
        "house": GrantDraft({"read": "none", "edit": "own", "delete": "none", "assign": "none", "share": "none"}, {"create"})
    }
    assert draft.rights == {"see_busy"}


def test_a_draft_that_was_not_changed_says_nothing_new() -> None:
    for role in (ROLE, WIDE):
        assert body_of(draft_of(role, OBJECTS), role, {"name": "r"}, OBJECTS) == {"name": "r", "label": label("R")}


def test_only_what_was_changed_is_said_and_all_of_it() -> None:
    draft = draft_of(ROLE, OBJECTS)
    draft.grants["house"].fields = {}
    draft.grants["room"].levels["read"] = "own"
    body = body_of(draft, ROLE, {"name": "r"}, OBJECTS)
    assert body["objects"]["house"]["fields"] == {"price": "edit", "city": "edit"}, "so that nothing of a module's shines through"
    assert body["objects"]["room"]["read"] == "own"
    assert body["objects"]["room"]["export"] is False
    assert set(body["objects"]) == {"house", "room"}


def test_filters_stay_and_all_others_are_followed() -> None:
    draft = draft_of(WIDE, OBJECTS)
    assert draft.grant(next(o for o in OBJECTS if o.name == "house")) == draft.grants[OTHERS]
    draft.grants["room"].levels["read"] = "team"
    assert body_of(draft, WIDE, {"name": "r"}, OBJECTS)["objects"]["room"]["where"] == {"field": "area", "op": "gt", "value": 3}
    assert change(draft, "apart:house", OBJECTS) == "house-read"
    draft.grants["house"].levels["read"] = "all"
    assert body_of(draft, WIDE, {"name": "r"}, OBJECTS)["objects"]["house"]["read"] == "all"
    assert change(draft, "join:house", OBJECTS) == "apart-house"
    assert "house" not in draft.grants


def test_a_filter_in_the_form() -> None:
    small = {"field": "area", "op": "lt", "value": 9}
    given = form(on=["room", "house"], room__read=["filter"], room__where=[json.dumps(small)], house__where=["no filter"])
    draft = draft_from(given, OBJECTS, WIDE, SEEN)
    assert (draft.grants["room"].levels["read"], draft.grants["room"].where) == (BY_FILTER, small)
    assert draft.grants["house"].where is None
    body = body_of(draft, WIDE, {"name": "r"}, OBJECTS)["objects"]["room"]
    assert (body["read"], body["where"]) == ("none", small)
    assert change(draft, "unfilter:room", OBJECTS) == "room-where"
    body = body_of(draft, WIDE, {"name": "r"}, OBJECTS)["objects"]["room"]
    assert (body["read"], body["where"]) == ("none", None), "said, so that a module's filter does not shine through"
    unseen = draft_from(given, OBJECTS, WIDE, SEEN - {"room"})
    assert unseen.grants["room"].where == WIDE.objects["room"].where, "who does not know of it does not change it"


def test_what_is_never_seen() -> None:
    dear = {"field": "price", "op": "gt", "value": 5}
    role = msgspec.structs.replace(ROLE, forbids=(Forbid("room", {"field": "area", "op": "lt", "value": 2}),))
    draft = draft_from(form(never=["4"], never__4__object=["house"], never__4__where=[json.dumps(dear)]), OBJECTS, role, {"house"})
    assert [item.object for item in draft.forbids] == ["room", "house"], "what the form does not show stays"
    assert change(draft, "forbid:house", OBJECTS) == "never-2-where"
    assert set(missing(draft)) == {"never.2.where"}
    assert change(draft, "forbid:user", OBJECTS) == ""
    assert change(draft, "permit:2", OBJECTS) == "forbid"
    assert change(draft, "permit:7", OBJECTS) == ""
    assert body_of(draft, role, {"name": "r"}, OBJECTS)["forbids"][1] == {"object": "house", "where": dear}


def test_platform_objects_never_follow() -> None:
    draft = draft_of(WIDE, OBJECTS)
    user = next(o for o in OBJECTS if o.name == "user")
    assert draft.grant(user) == GrantDraft()


@pytest.mark.parametrize(
    ("command", "after"), [("up:room", ["room", "house"]), ("down:room", ["house", "room"]), ("up:house", ["house", "room"])]
)
def test_the_navigation_in_order(command: str, after: list[str]) -> None:
    draft = draft_from(form(nav=["house", "room"]), OBJECTS, ROLE, SEEN)
    change(draft, command, OBJECTS)
    assert draft.navigation == after
    assert body_of(draft, ROLE, {"name": "r"}, OBJECTS)["navigation"] == after
