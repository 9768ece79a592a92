"""Texts in several languages: everybody compares, sorts, groups and finds what they read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.integration.engine.records.making import leaf, make_all, names
from tests.integration.world import World

from kundig.base.errors import Invalid
from kundig.engine.configuration.yaml import load
from kundig.engine.history.journal import journal
from kundig.engine.policy.scope import Scope
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.counting import has_index
from kundig.engine.records.ordering import parse_order
from kundig.engine.records.reading import read_record
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Update, write
from kundig.engine.search.query import search
from kundig.interfaces.api.openapi import describe
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.widgets.filling import fill
from kundig.interfaces.web.widgets.reading import read

FIELDS = """
kind: field
object: product
name: slogan
type: text
label: {en: Slogan, de: Slogan}
translated: true
main: true
---
kind: field
object: product
name: story
type: long_text
label: {en: Story, de: Geschichte}
translated: true
"""
SLOGANS: list[dict[str, str] | None] = [{"de": "Zange", "en": "Ant"}, {"de": "Affe", "en": "Zebra"}, {"en": "Milk"}, None]


@pytest.fixture(scope="module")
async def shop(crm: World) -> World:
    """The CRM with two such fields on products."""
    await crm.apply(*load(FIELDS, "fields.yaml"))
    return crm


@pytest.fixture(params=["de", "en"])
async def reader(shop: World, request: pytest.FixtureRequest) -> AsyncIterator[Scope]:
    """Somebody who reads German, or English."""
    user = await shop.user("administrator")
    await shop.update("user", user, language=request.param)
    async with shop.scope(user) as scope:
        assert scope.context.language == request.param
        yield scope


async def products(scope: Scope) -> list[UUID]:
    """Products a, b, c, d."""
    return await make_all(
        scope,
        "product",
        *({"name": f"{scope.context.now.timestamp()} {n}", "slogan": s} for n, s in zip("abcd", SLOGANS, strict=True)),
    )


async def letters(scope: Scope, where: Any, **query: Any) -> str:
    return "".join(name[-1] for name in await names(scope, "product", where, **query))


def mine(ids: list[UUID], *more: dict[str, Any]) -> dict[str, Any]:
    return {"all": [leaf("id", "in", [str(id_) for id_ in ids]), *more]}


async def test_orders_filters_and_groups_are_in_the_language_of_the_reader(reader: Scope) -> None:
    german, ids = reader.context.language == "de", await products(reader)
    assert await letters(reader, mine(ids), order="slogan") == ("bcad" if german else "acbd")
    assert await letters(reader, mine(ids), order="-slogan") == ("acbd" if german else "bcad")
    assert await letters(reader, mine(ids, leaf("slogan", "starts_with", "z"))) == ("a" if german else "b")
    assert await letters(reader, mine(ids, leaf("slogan", "is", "Milk"))) == "c", "what is missing is read in another language"
    assert await letters(reader, mine(ids, leaf("slogan", "empty"))) == "d"
    assert await letters(reader, mine(ids, leaf("slogan.en", "is", "Zebra"))) == "b"
    groups = msgspec.json.decode(await aggregate(reader, "product", mine(ids), ["slogan"]))
    expected = ["Affe", "Milk", "Zange", None] if german else ["Ant", "Milk", "Zebra", None]
    assert groups == [{"slogan": text, "count": 1} for text in expected]
    with pytest.raises(Invalid):
        await letters(reader, leaf("slogan.fr", "is", "x"))


async def test_an_order_has_an_index_for_each_language(reader: Scope) -> None:
    product = reader.object("product")
    [key] = parse_order(reader, product, "slogan")
    assert has_index(product, key)
    assert len([index for index in product.indexes if "slogan" in str(index.name)]) == 4


async def test_search_finds_every_language(reader: Scope) -> None:
    tag = f"q{reader.context.language}{reader.context.now.microsecond}"
    values = {"name": "x", "slogan": {"de": f"{tag}uhrwerk", "en": f"{tag}clockwork"}, "story": {"de": f"{tag}aufziehen"}}
    [id_] = await make_all(reader, "product", values)
    for word in ("uhrwerk", "clockwork", "aufziehen"):
        assert [str(hit["id"]) for hit in await search(reader, tag + word)] == [str(id_)]


async def test_the_journal_tells_all_languages_and_undo_gives_them_back(reader: Scope) -> None:
    [id_] = await make_all(reader, "product", {"name": "x", "slogan": {"de": "alt", "en": "old"}})
    written = await write(reader, "product", [Update(id_, {"slogan": {"en": "new"}})])
    entries = (await journal(reader, "product", id_))["data"]
    assert entries[0]["fields"] == {"slogan": {"old": {"de": "alt", "en": "old"}, "new": {"en": "new"}}}
    assert written.change is not None
    await undo(reader, written.change)
    assert msgspec.json.decode((await read_record(reader, "product", id_)).text)["slogan"] == {"de": "alt", "en": "old"}


async def test_forms_have_an_input_for_each_language(reader: Scope) -> None:
    fields, zone = reader.object("product").fields, reader.context.time_zone
    for name, value in (("slogan", {"de": "Eins", "en": "One"}), ("story", {"de": "Eins\nZwei"})):
        field = fields[name]
        filled = fill(field, value, formats("de", "UTC"))
        form = {f"{name}.{language}": filled.get(language, [""]) for language in ("de", "en")}
        assert read(field, form, "de", zone) == value
        assert read(field, {f"{name}.de": ["  "], f"{name}.en": [""]}, "de", zone) is None


async def test_the_description_names_the_languages(reader: Scope) -> None:
    schemas = describe(reader)["components"]["schemas"]
    assert set(schemas["Translated"]["properties"]) == {"de", "en"}
    assert "Translated" in str(schemas["product"]["properties"]["slogan"])


@pytest.mark.parametrize("translated", [True, False])
async def test_a_text_stays_what_it_is(shop: World, translated: bool) -> None:
    name = "fixed_text" if translated else "free_text"
    text = f"kind: field\nobject: product\nname: {name}\ntype: text\nlabel: {{en: x, de: x}}\ntranslated: "
    await shop.apply(*load(text + str(not translated).lower(), "f.yaml"))
    with pytest.raises(Invalid) as told:
        await shop.apply(*load(text + str(translated).lower(), "f.yaml"))
    assert "stored as another type" in str(told.value.errors[0].text)
