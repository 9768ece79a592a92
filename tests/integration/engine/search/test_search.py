"""Search: what people type, best first, and nothing they may not see."""

from __future__ import annotations

import pytest
from tests.integration.engine.records.making import make, trash
from tests.integration.world import World

from kundig.base.errors import Invalid
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import Update, write
from kundig.engine.search import query
from kundig.engine.search.query import search
from kundig.engine.search.sight import Alike


async def labels(scope: Scope, q: str, **rest: object) -> list[str]:
    return [hit["label"] for hit in await search(scope, q, **rest)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [("Müller", "muller"), ("Müller", "mueller"), ("Müller", "MÜLLER"), ("Müller", "Müll"), ("Mueller", "Müller"), ("Weiß", "weiss"),
     ("Weiss", "weiß"), ("Škoda", "skoda"), ("Großmann", "grossm"), ("O'Neill-Żak", "zak neill o")],
)  # fmt: skip
async def test_spelling_does_not_matter(scope: Scope, stored: str, asked: str) -> None:
    await make(scope, "contact", last_name=stored, first_name="Quentin")
    assert await labels(scope, f"quentin {asked}") == [f"Quentin {stored}"]


async def test_all_words_must_occur(scope: Scope) -> None:
    await make(scope, "contact", last_name="qwert", first_name="Anne", job_title="Geologin")
    await make(scope, "contact", last_name="qwert", first_name="Berta", job_title="Bäckerin")
    for q in ("qwert anne", "Anne qwert", "geologin qwert"):
        assert await labels(scope, q) == ["Anne qwert"]
    assert await labels(scope, "qwert anne bäckerin") == []


async def test_whole_name_before_part_before_mention(scope: Scope) -> None:
    await make(scope, "account", name="AG", description="liefert an Qwertz und andere")
    await make(scope, "account", name="Gebrüder qwertz mbH")
    await make(scope, "account", name="Qwertz Handel")
    await make(scope, "account", name="QWERTZ")
    assert await labels(scope, "qwertz") == ["QWERTZ", "Qwertz Handel", "Gebrüder qwertz mbH", "AG"]
    assert await labels(scope, "qwertz", limit=2) == ["QWERTZ", "Qwertz Handel"]


async def test_a_single_letter_is_a_word_or_begins_a_name(scope: Scope) -> None:
    await make(scope, "account", name="Anlage ŋ")
    await make(scope, "account", name="ŋandu AG")
    await make(scope, "account", name="Werk", description="baut ŋandus, kein anderer")
    assert await labels(scope, "ŋ") == ["ŋandu AG", "Anlage ŋ"]
    assert await labels(scope, "ŋa") == ["ŋandu AG", "Werk"]


@pytest.mark.parametrize(
    "q", ["0892345678", "089/2345678", "089 2345 678", "(089) 2345678", "+49 89 2345678", "+49 (0)89 2345678", "0049 89 2345678", "+49892345678", "2345678"]
)  # fmt: skip
async def test_a_phone_in_any_notation(scope: Scope, q: str) -> None:
    await make(scope, "contact", last_name="qwert", phones=["089 2345678"])
    assert await labels(scope, q) == ["qwert"]


@pytest.mark.parametrize(
    "q",
    [
        "ab.cd@mail.qwert.example",
        "AB.CD@mail.qwert.example",
        "ab.cd@",
        "@mail.qwert.example",
        "mail.qwert.example",
        "qwert.example",
    ],
)
async def test_an_address_or_its_parts(scope: Scope, q: str) -> None:
    await make(scope, "contact", last_name="x", emails=["ab.cd@mail.qwert.example"])
    assert await labels(scope, q) == ["x"]


async def test_a_number_finds_its_record_first(scope: Scope) -> None:
    ticket = await make(scope, "ticket", subject="first")
    number = (await read_record(scope, "ticket", ticket, ["number"])).text.split('"')[-2]
    await make(scope, "ticket", subject=f"again: {number}")
    assert (await labels(scope, number))[0] == f"{number} first"


@pytest.mark.parametrize(
    "q", ["& | !", "'", '"', "a:*", "(", "\\", "%", "<->", "--", "日本", "\0", "x" * 5000, "😀", "a & ! ( |", "((((", "_"]
)
async def test_odd_questions_are_no_errors(scope: Scope, q: str) -> None:
    await make(scope, "account", name="qwert")
    if q.strip("\0"):
        assert "qwert" not in await labels(scope, q)
    else:
        with pytest.raises(Invalid):
            await labels(scope, q)


async def test_wrong_parameters_are_named(scope: Scope) -> None:
    for arguments, field in (
        ({"q": "  "}, "q"),
        ({"q": "x", "objects": ["starship"]}, "object"),
        ({"q": "x", "limit": 0}, "limit"),
    ):
        with pytest.raises(Invalid) as raised:
            await search(scope, **arguments)  # type: ignore[arg-type]
        assert [error.field for error in raised.value.errors] == [field]


async def test_search_follows_writes(scope: Scope) -> None:
    id_ = await make(scope, "account", name="qwerta")
    await write(scope, "account", [Update(id_, {"name": "zuiopa"})])
    assert (await labels(scope, "qwerta"), await labels(scope, "zuiopa")) == ([], ["zuiopa"])
    await trash(scope, "account", id_)
    assert await labels(scope, "zuiopa") == []


async def test_objects_narrow(scope: Scope) -> None:
    await make(scope, "account", name="qwert a")
    await make(scope, "contact", last_name="qwert c")
    assert await labels(scope, "qwert", objects=["contact"]) == ["qwert c"]


async def test_snippets_do_not_repeat_the_name(scope: Scope) -> None:
    await make(scope, "contact", first_name="Anne", last_name="Qwertz", job_title="Geologin bei Qwertz")
    await make(scope, "account", name="Qwertz Handel")
    hits = {hit["label"]: hit["snippet"] for hit in await search(scope, "qwertz")}
    assert hits == {"Anne Qwertz": "Geologin bei <mark>Qwertz</mark>", "Qwertz Handel": ""}


async def test_snippets_are_escaped_and_marked(scope: Scope) -> None:
    await make(scope, "account", name="x", description='<img src=x onerror="a()"> liefert an Müller & Söhne')
    [hit] = await search(scope, "mueller")
    assert "an <mark>Müller</mark> &amp; Söhne" in hit["snippet"]
    assert "&lt;img src=x onerror=&quot;a()&quot;&gt;" in hit["snippet"]


async def test_only_what_may_be_seen_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    me, other, narrow = await world.user("level_own"), await world.user("level_own"), await world.user("no_price")
    await world.create("house", name="Villa Findling", city="Findlingen", owner=me)
    await world.create("house", name="Haus Findling", owner=other)
    await world.create("house", name="x", city="Findling", price=4711, owner=other)
    for few in (True, False):

        async def sees_few(_scope: Scope, group: Alike, few: bool = few) -> bool:
            return few and group.reads is not None

        monkeypatch.setattr(query, "sees_few_entries", sees_few)
        for user, wanted in ((me, ["Villa Findling"]), (narrow, ["Haus Findling", "Villa Findling", "x"])):
            async with world.scope(user) as scope:
                assert sorted(await labels(scope, "findling")) == wanted
                assert await labels(scope, "villa") == ["Villa Findling"]
