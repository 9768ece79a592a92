"""The SQL functions: folding, trigrams, digits of currencies."""

from __future__ import annotations

import pytest

from kundig.base.database import Connection


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("STRASSE ŁÓDŹ Ærø Þór Đặng ﬁ Ａ", "strasse lodz aero thor dang fi a"),
        ("Straße ẞ", "strasse ss"),
        ("Müller", "muller"),
        ("plain ASCII 42", "plain ascii 42"),
        ("Ελλάς ЖУК İ", None),
        ("", ""),
    ],
)
async def test_fold_makes_equal_what_people_take_for_equal(connection: Connection, text: str, folded: str | None) -> None:
    result = await connection.value("select kundig.fold(%(text)s)", {"text": text})
    if folded is None:
        assert result == await connection.value('select kundig.fold(upper(%(text)s collate "C"))', {"text": text})
    else:
        assert result == folded


async def test_fold_of_nothing_is_nothing(connection: Connection) -> None:
    assert await connection.value("select kundig.fold(null) is null") is True


async def test_folded_order_is_the_dictionarys(connection: Connection) -> None:
    words = [
        "Zebra",
        "Öl",
        "Ofen",
        "Müller",
        "Muller",
        "Mueller",
        "Straße",
        "Strasse",
        "Übel",
        "Äpfel",
        "Apfel",
        "Ähre",
        "Łódź",
        "Lodz",
    ]
    ordered = await connection.values(
        'select w from unnest(%(words)s::text[]) as w order by kundig.fold(w) collate "C", w collate "C"', {"words": words}
    )
    assert ordered == [
        "Ähre",
        "Apfel",
        "Äpfel",
        "Lodz",
        "Łódź",
        "Mueller",
        "Muller",
        "Müller",
        "Ofen",
        "Öl",
        "Strasse",
        "Straße",
        "Übel",
        "Zebra",
    ]


async def test_grams_of_a_part_are_among_those_of_the_whole(connection: Connection) -> None:
    grams = await connection.value("select kundig.grams('Müllerei')")
    assert sorted(grams) == ["ere", "ler", "lle", "mul", "rei", "ull"]
    assert await connection.value("select kundig.grams('Großmüllerei') @> kundig.grams('ssMULL')") is True
    assert await connection.value("select kundig.grams('ab')") == []
    assert await connection.value("select kundig.grams(null)") == []


async def test_contains_uses_an_index_over_grams(connection: Connection) -> None:
    await connection.execute("create temporary table word (name text)")
    await connection.execute("insert into word select 'Firma ' || n || ' Größe' from generate_series(1, 5000) as n")
    await connection.execute("create index on word using gin (kundig.grams(name))")
    await connection.execute("analyze word")
    plan = await connection.values(
        "explain select * from word where kundig.grams(name) @> kundig.grams('4711 gr') and kundig.fold(name) like '%4711 gr%'"
    )
    assert any("Bitmap Index Scan" in line for line in plan), plan


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
async def test_digits_of_currencies(connection: Connection, currency: str, digits: int) -> None:
    assert await connection.value("select kundig.currency_digits(%(currency)s)", {"currency": currency}) == digits
