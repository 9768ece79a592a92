"""The write door: one transaction with all that follows, few statements, hooks that join, nothing written when something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest
from tests.integration.engine.records.making import make

from kundig.base.errors import Invalid, KundigError, Stale
from kundig.base.i18n import t
from kundig.engine.extension import Hook
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import MAX_ITEMS, Change, Create, Update, write


def with_hook(scope: Scope, hook: Hook) -> Scope:
    """The same scope with one more rule."""
    hooks = {**scope.model.hooks, (hook.object, hook.when): (*scope.model.hooks.get((hook.object, hook.when), ()), hook)}
    return replace(scope, model=replace(scope.model, hooks=MappingProxyType(hooks)))


async def test_a_creation_takes_a_fixed_number_of_statements(scope: Scope) -> None:
    """However many fields are given, and no more for fifty records than for two."""
    await make(scope, "contact", last_name="warm")
    counts = []
    for values in ({"last_name": "kurz"}, {"last_name": "lang", "first_name": "Anna", "job_title": "Leitung", "department": "IT"}):
        before = scope.connection.statements
        await write(scope, "contact", [Create(values)])
        counts.append(scope.connection.statements - before)
    assert counts[0] == counts[1] <= 8
    many = []
    for number in (2, 50):
        before = scope.connection.statements
        await write(scope, "contact", [Create({"last_name": f"viele {n}"}) for n in range(number)])
        many.append(scope.connection.statements - before)
    assert many[0] == many[1]


async def test_a_hook_may_change_and_veto(scope: Scope) -> None:
    """What a rule sets is written and journaled; what it refuses is told at the field."""

    async def rule(_: Scope, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if draft.get("name") == "verboten":
                draft.refuse("name", "forbidden_word", t("This is not possible."))
            draft.set("description", "von der Regel")

    ruled = with_hook(scope, Hook("account", "before", rule))
    id_ = await make(ruled, "account", name="erlaubt")
    assert '"von der Regel"' in (await read_record(scope, "account", id_)).text
    with pytest.raises(Invalid) as refused:
        await make(ruled, "account", name="verboten")
    assert [(e.field, e.code) for e in refused.value.errors] == [("name", "forbidden_word")]


async def test_a_hooks_own_writes_join_the_change(scope: Scope) -> None:
    """They stand in the same change set; rules that cause each other without end are stopped."""

    async def follow(_: Scope, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if draft.action == "create":
                draft.also("account", Create({"name": f"{draft.get('name')} Tochter", "parent": str(draft.id)}))

    ruled = with_hook(scope, Hook("account", "before", follow))
    with pytest.raises(KundigError, match="without end"):
        await make(ruled, "account", name="Endlos")

    async def once(_: Scope, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if draft.get("parent") is None:
                draft.also("account", Create({"name": "Tochter", "parent": str(draft.id)}))

    change = Change(with_hook(scope, Hook("account", "before", once)))
    await change.write("account", [Create({"name": "Mutter"})])
    written = await scope.connection.value("select count(*) from {ws}.change_entry where change = %(id)s", {"id": change.id})
    assert written == 2


async def test_a_stale_item_keeps_the_whole_list(scope: Scope) -> None:
    """One record is newer than thought: none of the list is written."""
    ids = [await make(scope, "account", name=f"Liste {n}") for n in range(2)]
    await write(scope, "account", [Update(ids[1], {"description": "schneller"})])
    with pytest.raises(Stale):
        async with scope.connection.savepoint():
            await write(scope, "account", [Update(id_, {"description": "spät"}, version=1) for id_ in ids])
    assert '"spät"' not in (await read_record(scope, "account", ids[0])).text


async def test_a_list_has_an_end(scope: Scope) -> None:
    """More than a thousand items go in chunks."""
    with pytest.raises(Invalid):
        await write(scope, "account", [Create({"name": "x"})] * (MAX_ITEMS + 1))
