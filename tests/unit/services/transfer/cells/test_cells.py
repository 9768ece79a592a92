"""Cells: what people write, in German and English, becomes contract JSON, and what can't be read is refused."""

import datetime as dt
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kundig.engine.extension import choice, field
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields import TYPES
from kundig.engine.schema.fields.contract import Refused
from kundig.services.transfer.cells import Style, is_empty, reader_for, unguarded

ZONE = ZoneInfo("Europe/Berlin")
COLORS = (choice("red", "Red", "Rot"), choice("green", "Green", "Grün"))


def bound(type_name: str, **options) -> BoundField:
    type_ = TYPES[type_name]
    definition = field("value", type_name, "Value", "Wert", **options)
    return BoundField(definition, type_, msgspec.convert(options, type_.Options), "thing", "value")


def read(type_name: str, cell, language: str = "de", dates: str | None = None, scale: Decimal | None = None, **options):
    return reader_for(bound(type_name, **options), Style(language, dates, ZONE, scale))(cell)


@pytest.mark.parametrize(
    ("language", "cell", "wanted"),
    [
        ("de", "1.234,50", "1234.50"),
        ("de", "1234,5", "1234.5"),
        ("de", "1.234", "1234"),
        ("de", "1 234,5", "1234.5"),
        ("de", "1\u202f234,5", "1234.5"),
        ("de", "1'234,5", "1234.5"),
        ("de", "−12", "-12"),
        ("de", "12-", "-12"),
        ("de", "(12,5)", "-12.5"),
        ("de", " +7 ", "7"),
        ("de", "-0", "0"),
        ("en", "1,234.50", "1234.50"),
        ("en", ".5", "0.5"),
        ("en", "1234567", "1234567"),
        ("en", 12.5, "12.5"),
        ("de", 7, "7"),
    ],
)
def test_decimals(language, cell, wanted) -> None:
    assert read("decimal", cell, language) == wanted


@pytest.mark.parametrize("type_name", ["decimal", "number", "money", "percent", "duration", "rating"])
@pytest.mark.parametrize(
    ("language", "cell"),
    [
        ("de", "12.5"),
        ("de", "1.23"),
        ("en", "12,5"),
        ("de", "1,2,3"),
        ("de", "abc"),
        ("de", "1e5"),
        ("de", "--1"),
        ("de", ","),
        ("de", "9" * 60),
    ],
)
def test_what_is_no_number_is_refused_not_guessed(type_name, language, cell) -> None:
    with pytest.raises(Refused):
        read(type_name, cell, language)


def test_numbers_are_json_numbers() -> None:
    assert read("number", "1.250") == 1250
    assert isinstance(read("number", "1.250"), int)
    assert read("number", "1,5") == 1.5
    assert read("rating", "4") == 4
    assert read("percent", "12,5 %") == "12.5"


def test_a_scale_multiplies() -> None:
    assert read("money", "1100.04", "en", scale=Decimal(1_000_000)) == {"amount": "1100040000.00"}


@pytest.mark.parametrize(
    ("cell", "amount", "currency"),
    [
        ("1.234,50 €", "1234.50", "EUR"),
        ("-1.234.567,00 €", "-1234567.00", "EUR"),
        ("€ 12", "12", "EUR"),
        ("- 12 €", "-12", "EUR"),
        ("-$12,5", "-12.5", "USD"),
        ("CHF 1'200", "1200", "CHF"),
        ("12 GBP", "12", "GBP"),
        ("12", "12", None),
    ],
)
def test_money(cell, amount, currency) -> None:
    assert read("money", cell) == ({"amount": amount, "currency": currency} if currency else {"amount": amount})


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("90", 90), ("1:30", 5400), ("0:01:30", 90), ("90 min", 5400), ("1,5 h", 5400), ("2 Std.", 7200), ("30 s", 30)],
)
def test_durations(cell, seconds) -> None:
    assert read("duration", cell) == seconds


@pytest.mark.parametrize(
    ("language", "dates", "cell", "wanted"),
    [
        ("de", None, "31.12.1998", "1998-12-31"),
        ("de", None, "1.2.2026", "2026-02-01"),
        ("de", None, "01.02.26", "2026-02-01"),
        ("de", None, "1.2.98", "1998-02-01"),
        ("de", None, "31/12/2020", "2020-12-31"),
        ("de", None, "3. März 2026", "2026-03-03"),
        ("de", None, "2026-12-31", "2026-12-31"),
        ("de", None, "2026-12-31 00:00:00", "2026-12-31"),
        ("de", None, "2026/12/31", "2026-12-31"),
        ("en", None, "2026-12-31", "2026-12-31"),
        ("en", None, "Dec 31, 2026", "2026-12-31"),
        ("en", None, "31 December 2026", "2026-12-31"),
        ("en", None, "31.12.2026", "2026-12-31"),
        ("en", "mdy", "10/20/2016", "2016-10-20"),
        ("en", "dmy", "20/10/2016", "2016-10-20"),
        ("de", "mdy", "3/1/2017", "2017-03-01"),
        ("de", None, dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "2026-11-23"),
        ("de", None, dt.date(2026, 11, 23), "2026-11-23"),
    ],
)
def test_dates(language, dates, cell, wanted) -> None:
    assert read("date", cell, language, dates) == wanted


@pytest.mark.parametrize(
    ("language", "cell"),
    [
        ("de", "31.02.2020"),
        ("de", "32.1.2020"),
        ("de", "gestern"),
        ("de", "1.13.2020"),
        ("en", "03/04/2016"),
        ("de", "1/2.2020"),
        ("de", "12"),
    ],
)
def test_what_is_no_day_is_refused_not_guessed(language, cell) -> None:
    with pytest.raises(Refused):
        read("date", cell, language)


@pytest.mark.parametrize(
    ("language", "dates", "cell", "wanted"),
    [
        ("de", None, "31.12.2026 14:30", "2026-12-31T13:30:00Z"),
        ("de", None, "31.12.2026, 14:30 Uhr", "2026-12-31T13:30:00Z"),
        ("de", None, "1.7.2026 14:30:15", "2026-07-01T12:30:15Z"),
        ("de", None, "2026-07-01T12:30:15Z", "2026-07-01T12:30:15Z"),
        ("de", None, "2026-07-01T12:30:15+02:00", "2026-07-01T10:30:15Z"),
        ("de", None, "1.7.2026", "2026-06-30T22:00:00Z"),
        ("en", "mdy", "7/1/2026, 2:30 PM", "2026-07-01T12:30:00Z"),
        ("en", "mdy", "7/1/2026 12:05 am", "2026-06-30T22:05:00Z"),
    ],
)
def test_instants(language, dates, cell, wanted) -> None:
    assert read("datetime", cell, language, dates) == wanted


@pytest.mark.parametrize("cell", ["31.12.2026 25:00", "31.12.2026 13:00 pm", "14:30", "31.12.2026 14:30 later"])
def test_what_is_no_instant_is_refused(cell) -> None:
    with pytest.raises(Refused):
        read("datetime", cell)


def test_yes_and_no_in_both_languages() -> None:
    assert all(read("boolean", cell) is True for cell in ("ja", "Ja", " YES ", "true", "x", "1", True, "wahr"))
    assert all(read("boolean", cell) is False for cell in ("nein", "No", "false", "0", False, "falsch"))
    with pytest.raises(Refused):
        read("boolean", "vielleicht")


@pytest.mark.parametrize("cell", ["green", "Green", "GRÜN", " grün "])
def test_choices_by_key_and_label(cell) -> None:
    assert read("choice", cell, choices=COLORS) == "green"


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(Refused):
        read("choice", "blau", choices=COLORS)


def test_lists() -> None:
    assert read("choices", "Rot; green", choices=COLORS) == ["red", "green"]
    assert read("tags", "a, b;c|d\ne ,") == ["a", "b", "c", "d", "e"]
    assert read("emails", "a@b.de; c@d.de") == ["a@b.de", "c@d.de"]


def test_texts() -> None:
    assert read("text", 12345) == "12345"
    assert read("text", dt.date(2026, 1, 2)) == "2026-01-02"
    assert read("rich_text", "A & B\n<C\n\nD") == "<p>A &amp; B<br>&lt;C</p><p>D</p>"
    assert read("rich_text", "<p>A</p>") == "<p>A</p>"
    assert read("url", "www.example.com/a") == "https://www.example.com/a"
    assert read("url", "http://example.com") == "http://example.com"
    assert read("json", '{"a": [1]}') == {"a": [1]}


def test_countries_by_name() -> None:
    country = bound("address").parts["country"]
    reader = reader_for(country, Style("de"))
    assert [reader(cell) for cell in ("Deutschland", "germany", "at", "USA", "United States", "Norway")] == [
        "DE",
        "DE",
        "AT",
        "US",
        "US",
        "NO",
    ]


def test_the_guard_of_an_export_is_taken_off() -> None:
    assert [unguarded(cell) for cell in ("'=1", "'+49", "'-1", "'@a", "'a", "'", "''=", 5)] == [
        "=1",
        "+49",
        "-1",
        "@a",
        "'a",
        "'",
        "''=",
        5,
    ]


def test_empty_cells() -> None:
    assert is_empty("")
    assert is_empty("  ")
    assert not is_empty(0)
    assert not is_empty(False)
    assert not is_empty("0")


DECIMALS = st.decimals(min_value=-(10**11), max_value=10**11, places=4)
DAYS = st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2068, 12, 31))
LANGUAGES = st.sampled_from(["de", "en"])


@given(DECIMALS, LANGUAGES)
def test_formatted_numbers_read_back(number, language) -> None:
    cell = format_decimal(number, "#,##0.####", locale=language)
    assert Decimal(read("decimal", cell, language)) == number


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), LANGUAGES, st.sampled_from(["EUR", "USD", "CHF", "GBP"]))
def test_formatted_money_reads_back(amount, language, currency) -> None:
    found = read("money", format_currency(amount, currency, locale=language), language)
    assert (Decimal(found["amount"]), found["currency"]) == (amount, currency)


@given(DAYS, LANGUAGES, st.sampled_from(["short", "medium", "long"]))
def test_formatted_dates_read_back(day, language, width) -> None:
    cell = format_date(day, width, locale=language)
    assert read("date", cell, language, "dmy" if language == "de" else "mdy") == day.isoformat()


@given(
    st.datetimes(min_value=dt.datetime.fromisoformat("1970-01-01"), max_value=dt.datetime.fromisoformat("2068-12-31")),
    LANGUAGES,
    st.sampled_from(["short", "medium"]),
)
def test_formatted_instants_read_back(moment, language, width) -> None:
    moment = moment.replace(microsecond=0, second=0 if width == "short" else moment.second, tzinfo=ZONE)
    if moment.astimezone(dt.UTC).astimezone(ZONE) != moment or moment.replace(fold=1).utcoffset() != moment.utcoffset():
        return  # an hour that the clocks skip or repeat
    cell = format_datetime(moment, width, locale=language, tzinfo=ZONE)
    found = read("datetime", cell, language, "dmy" if language == "de" else "mdy")
    assert dt.datetime.fromisoformat(found) == moment


@given(st.dictionaries(st.text(), st.integers()))
def test_json_reads_back(value) -> None:
    assert read("json", json.dumps(value)) == value
