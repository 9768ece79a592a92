"""Rights from roles, teams, rules and tokens; the whole against a simple model with Hypothesis."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.world import ROLES, WORLD, label

from kundig.engine.extension import Field, Forbid, Grant, Module, Object, Role, SharingRule, field
from kundig.engine.policy import principals
from kundig.engine.policy.access import Access
from kundig.engine.policy.policies import EVERYONE, Policies
from kundig.engine.policy.resolve import LEVELS, Narrowing, Person, person_principals, resolve, system_access
from kundig.engine.schema.definitions import define
from kundig.engine.schema.model import Model, build_model
from kundig.services.identity.module import MODULE as IDENTITY

USER = UUID(int=1)
TEAMS = tuple(UUID(int=number) for number in (11, 12, 13))
MODEL = build_model(define([IDENTITY, WORLD]), "ws_test", 1)
ROME = {"field": "city", "op": "is", "value": "Rome"}


class Numbers(dict[Any, int]):
    """Every principal has a number."""

    def __missing__(self, key: Any) -> int:
        return self.setdefault(key, len(self) + 1)

    def __contains__(self, key: object) -> bool:
        return True


def rights(
    *roles: Role, person: Person | None = None, rules: tuple[SharingRule, ...] = (), model: Model = MODEL, **more: Any
) -> Access:
    policies = Policies({role.name: role for role in roles}, rules)
    who = person or Person(USER, tuple(role.name for role in roles), TEAMS[:1], TEAMS[:2])
    return resolve(model, policies, who, NUMBERS, **more)


NUMBERS = Numbers()


def role(name: str = "r", **grants: Grant) -> Role:
    return Role(name=name, label=label(name), objects=grants)


def number(principal: principals.Principal) -> int:
    return NUMBERS[principal]


def test_own_reads_by_user_memberships_and_roles() -> None:
    reads = rights(role(house=Grant(read="own"))).objects["house"].reads
    assert reads is not None
    assert set(reads) == {
        number(principals.user(USER)),
        number(principals.members(TEAMS[0])),
        number(principals.role("r")),
    }


def test_team_adds_own_teams_and_team_below_those_under_them() -> None:
    own, team, below = (
        set(rights(role(house=Grant(read=level))).objects["house"].reads or ()) for level in ("own", "team", "team_below")
    )
    assert team - own == {number(principals.team(TEAMS[0]))}
    assert below - own == {number(principals.team(team)) for team in TEAMS[:2]}


def test_all_reads_without_principals() -> None:
    access = rights(role(house=Grant(read="all")))
    assert access.objects["house"].reads is None
    assert access.objects["house"].reads_all
    assert "reads_house" not in access.parameters


def test_a_filter_alone_reaches_only_what_matches() -> None:
    found = rights(role(house=Grant(where=ROME))).objects["house"]
    assert found.reads == (number(principals.grant("r", "house", ROME)),)


def test_another_filter_is_another_principal() -> None:
    assert principals.grant("r", "house", ROME) != principals.grant("r", "house", {**ROME, "value": "Oslo"})


def test_roles_add_up() -> None:
    one = role("one", house=Grant(read="own", edit="own", delete="all", export=True))
    two = role("two", house=Grant(read="team", edit="team", create=True))
    found = rights(one, two).objects["house"]
    assert (found.edit, found.delete, found.create, found.export, found.bulk) == ("team", "all", True, True, False)


def test_field_rights_add_up_over_the_roles_that_reach_the_object() -> None:
    one = role("one", house=Grant(read="own", fields={"price": "hidden", "city": "read", "name": "edit_on_create"}))
    two = role("two", house=Grant(read="own", fields={"price": "read", "city": "edit"}, other_fields="read"))
    nothing = role("nothing", house=Grant(fields={"price": "edit"}))
    assert "price" in rights(one).objects["house"].hidden
    found = rights(one, two, nothing).objects["house"]
    assert "price" not in found.hidden
    assert "price" in found.fixed
    assert "city" not in found.fixed
    assert "name" in found.fixed_later


def test_id_label_and_version_are_never_hidden() -> None:
    assert "version" not in rights(role(house=Grant(read="all", other_fields="hidden"))).objects["house"].hidden


def test_a_forbid_of_any_role_stays() -> None:
    forbidding = Role(name="f", label=label("f"), forbids=(Forbid("house", ROME),))
    administrator = Role(name="a", label=label("a"), everything=True)
    found = rights(administrator, forbidding).objects["house"]
    assert found.forbids == (number(principals.forbid("f", "house", ROME)),)
    assert not found.reads_all


def test_the_star_stands_for_objects_not_named_but_not_for_the_platforms() -> None:
    access = rights(Role(name="r", label=label("r"), objects={"*": Grant(read="all"), "room": Grant()}))
    assert set(access.objects) == {"house", "visitor"}, "with what it owns"


def test_everyones_role_is_everyones() -> None:
    access = resolve(MODEL, Policies(MODEL.roles), Person(USER), NUMBERS)
    assert set(access.objects) == {"user", "team"}
    assert EVERYONE in MODEL.roles


def test_owned_objects_follow_their_parent() -> None:
    found = rights(role(room=Grant(read="own", edit="team", delete="none", share="all")))
    window, room = found.objects["window"], found.objects["room"]
    assert (window.reads, window.forbids) == (room.reads, room.forbids)
    assert (window.create, window.edit, window.delete, window.share, window.assign) == (True, "team", "team", "none", "none")
    assert found.parameters["reads_window"] == found.parameters["reads_room"]
    assert not rights(role(room=Grant(read="all"))).objects["window"].create


def test_what_is_made_of_hidden_fields_is_hidden() -> None:
    grants = {"house": Grant(read="all"), "room": Grant(read="all", fields={"area": "hidden"})}
    found = rights(role(**grants)).objects["house"]
    assert "area" in found.hidden
    assert "rooms" not in found.hidden
    assert {"area", "rooms"} <= rights(role(house=Grant(read="all"))).objects["house"].hidden, "rooms do not exist for them"


def test_what_is_made_of_a_hidden_formula_is_hidden_too() -> None:
    def money(name: str, type_: str, **options: Any) -> Field:
        return field(name, type_, name, name, **options)

    thing = Object(
        name="thing",
        label=label("Thing"),
        label_plural=label("Things"),
        title="{code}",
        fields=(
            money("code", "text"),
            money("cost", "number"),
            money("twice", "formula", result="number", sql="{cost} * 2"),
        ),
    )
    part = Object(
        name="part",
        label=label("Part"),
        label_plural=label("Parts"),
        title="{code}",
        fields=(money("code", "text"), money("thing", "link", target="thing"), money("cost", "number")),
    )
    module = Module(name="things", label=label("x"), objects=(thing, part))
    model = build_model(define([IDENTITY, module]), "ws_test", 1)
    found = rights(role(thing=Grant(read="all", fields={"cost": "hidden"}), part=Grant(read="all")), model=model)
    assert {"cost", "twice"} <= found.objects["thing"].hidden


def test_a_rule_reaches_its_receivers_and_may_let_them_edit() -> None:
    rule = SharingRule(name="s", label=label("s"), object="house", where=ROME, to=(f"team:{TEAMS[0]}",), level="edit")
    principal = number(principals.rule("s", "house", ROME))
    found = rights(role(house=Grant(read="own")), rules=(rule,))
    assert principal in (found.objects["house"].reads or ())
    assert found.edit_rules == {principal}
    other = rights(role(house=Grant(read="own")), rules=(msgspec.structs.replace(rule, to=("user:" + str(UUID(int=99)),)),))
    assert principal not in (other.objects["house"].reads or ())


def test_a_read_only_token_reads_as_much_and_writes_nothing() -> None:
    full = rights(*ROLES)
    narrow = rights(*ROLES, narrowing=Narrowing(read_only=True))
    for name, found in narrow.objects.items():
        assert (found.reads, found.forbids) == (full.objects[name].reads, full.objects[name].forbids)
        assert (found.create, found.edit, found.delete, found.assign, found.share, found.bring, found.bulk) == (
            False, "none", "none", "none", "none", False, False,
        )  # fmt: skip


def test_a_token_for_one_object_knows_no_other_and_no_general_rights() -> None:
    administrator = Role(name="a", label=label("a"), everything=True)
    narrow = rights(administrator, narrowing=Narrowing(objects=frozenset({"room"})))
    assert set(narrow.objects) == {"room", "window"}
    assert narrow.rights == frozenset()
    assert not narrow.everything
    named = rights(administrator, narrowing=Narrowing(objects=frozenset({"room"}), rights=frozenset({"read_audit"})))
    assert named.rights == {"read_audit"}


def test_a_principal_without_a_number_is_left_out() -> None:
    access = resolve(MODEL, Policies({"r": role(house=Grant(read="own"))}), Person(USER, ("r",)), {})
    assert access.objects["house"].reads == ()
    assert not access.objects["house"].readable


def test_the_shape_tells_everything_but_the_numbers() -> None:
    own = role(house=Grant(read="own"))
    one = resolve(MODEL, Policies({"r": own}), Person(USER, ("r",)), NUMBERS)
    two = resolve(MODEL, Policies({"r": own}), Person(UUID(int=2), ("r",), TEAMS), NUMBERS)
    assert one.shape == two.shape
    assert one.parameters != two.parameters
    assert one.shape != rights(role(house=Grant(read="all"))).shape
    assert one.shape != rights(role(house=Grant(read="own", fields={"price": "hidden"}))).shape


def test_the_program_itself_may_do_everything() -> None:
    access = system_access(MODEL)
    assert set(access.objects) == set(MODEL.objects)
    assert all(found.reads_all and not found.hidden and found.delete == "all" for found in access.objects.values())


LEVEL = st.sampled_from(LEVELS)
GRANT = st.builds(
    Grant,
    read=LEVEL,
    create=st.booleans(),
    edit=LEVEL,
    delete=LEVEL,
    where=st.none() | st.just(ROME),
    fields=st.dictionaries(st.sampled_from(["price", "city"]), st.sampled_from(["hidden", "read", "edit", "edit_on_create"])),
    other_fields=st.sampled_from(["hidden", "read", "edit"]),
)
SET = st.lists(st.tuples(GRANT, st.booleans()), max_size=4)


def drawn(grants: list[tuple[Grant, bool]]) -> list[Role]:
    return [
        Role(name=f"r{n}", label=label("x"), objects={"house": grant}, forbids=(Forbid("house", ROME),) if forbids else ())
        for n, (grant, forbids) in enumerate(grants)
    ]


@given(SET)
def test_the_rights_are_those_of_a_simple_model(grants: list[tuple[Grant, bool]]) -> None:
    roles = drawn(grants)
    found = rights(*roles).objects.get("house")
    counting = [grant for grant, _ in grants if grant.read != "none" or grant.where or grant.create]
    if not counting:
        assert found is None
        return
    assert found is not None
    level = max(LEVELS.index(grant.read) for grant in counting)
    assert (found.reads is None) == (level == 4)
    if found.reads is not None:
        assert (number(principals.user(USER)) in found.reads) == (level >= 1)
        assert (number(principals.team(TEAMS[0])) in found.reads) == (level >= 2)
        assert (number(principals.team(TEAMS[1])) in found.reads) == (level >= 3)
        for item in roles:
            expected = item.objects["house"].where is not None
            assert (number(principals.grant(item.name, "house", ROME)) in found.reads) == expected
    assert LEVELS.index(found.edit) == max(LEVELS.index(grant.edit) for grant in counting)
    assert found.create == any(grant.create for grant in counting)
    assert len(found.forbids) == sum(forbids for _, forbids in grants)
    for name in ("price", "city"):
        given_rights = {grant.fields.get(name, grant.other_fields) for grant in counting}
        assert (name in found.hidden) == (given_rights == {"hidden"})
        assert (name in found.fixed) == (given_rights <= {"hidden", "read"})
        assert (name in found.fixed_later) == (
            given_rights <= {"hidden", "read", "edit_on_create"} and "edit_on_create" in given_rights
        )


@given(SET, SET)
def test_more_roles_never_take_rights_away(one: list[tuple[Grant, bool]], two: list[tuple[Grant, bool]]) -> None:
    without = [(grant, False) for grant, _ in one]
    fewer = rights(*drawn(without)).objects.get("house")
    more = rights(*drawn([*without, *((grant, False) for grant, _ in two)])).objects.get("house")
    if fewer is None:
        return
    assert more is not None
    assert more.reads is None or (fewer.reads is not None and set(fewer.reads) <= set(more.reads))
    assert LEVELS.index(fewer.edit) <= LEVELS.index(more.edit)
    assert more.hidden <= fewer.hidden
    assert more.fixed <= fewer.fixed


@given(SET, st.booleans(), st.booleans())
def test_a_token_never_adds(grants: list[tuple[Grant, bool]], read_only: bool, one_object: bool) -> None:
    roles = drawn(grants)
    full = rights(*roles)
    narrow = rights(*roles, narrowing=Narrowing(read_only, frozenset({"house"}) if one_object else None))
    assert set(narrow.objects) <= set(full.objects)
    for name, found in narrow.objects.items():
        whole = full.objects[name]
        assert (found.reads, found.forbids) == (whole.reads, whole.forbids)
        assert whole.hidden <= found.hidden
        assert LEVELS.index(found.edit) <= LEVELS.index(whole.edit)
    assert narrow.rights <= full.rights


@pytest.mark.parametrize("teams", [(), TEAMS])
def test_all_numbers_asked_for_are_known_beforehand(teams: tuple[UUID, ...]) -> None:
    policies = Policies({item.name: item for item in ROLES})
    person = Person(USER, tuple(policies.roles), teams, teams)
    wanted = person_principals(MODEL, policies, person)
    known = {principal: place for place, principal in enumerate(sorted(wanted))}
    asked: set[Any] = set()

    class Asking(dict[Any, int]):
        def __contains__(self, key: object) -> bool:
            asked.add(key)
            return super().__contains__(key)

    resolve(MODEL, policies, person, Asking(known))
    assert asked <= wanted
