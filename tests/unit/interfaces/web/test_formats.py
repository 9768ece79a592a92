import datetime as dt
from decimal import Decimal

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kundig.interfaces.web.formats import formats

DE, EN = formats("de", "Europe/Berlin"), formats("en", "America/New_York")
NOW = dt.datetime(2026, 11, 23, 14, 0, tzinfo=dt.UTC)
NBSP = "\N{NO-BREAK SPACE}"

decimals = st.decimals(min_value=-(10**11), max_value=10**11, places=2)


@given(decimals, st.sampled_from(["EUR", "USD", "CHF", "JPY", "KWD"]))
def test_money_is_what_babel_says(amount: Decimal, currency: str) -> None:
    for language, shown in (("de", DE), ("en", EN)):
        expected = format_currency(amount, currency, locale=language, decimal_quantization=True)
        if not str(expected).strip("-€$¥CHFKWDUSJP \N{NO-BREAK SPACE}0,."):  # babel writes -0.00 for what rounds to nothing
            continue
        assert shown.money({"amount": str(amount), "currency": currency}) == expected


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=3))
def test_numbers_are_what_babel_says(value: Decimal) -> None:
    for language, shown in (("de", DE), ("en", EN)):
        assert shown.number(value) in {
            format_decimal(value, locale=language, decimal_quantization=False),
            "-0" if value == 0 else "",
        }


@given(st.dates(min_value=dt.date(1900, 1, 1)), st.times())
def test_dates_are_what_babel_says(day: dt.date, time: dt.time) -> None:
    assert DE.date(day) == format_date(day, "medium", locale="de")
    assert EN.time(time) == format_time(time, "short", locale="en")


def test_contract_json_is_taken() -> None:
    assert DE.money({"amount": "1234567.5", "currency": "EUR"}) == f"1.234.567,50{NBSP}€"
    assert EN.money({"amount": "-12.5", "currency": "EUR"}) == "-€12.50"
    assert DE.date("2026-11-23") == "23.11.2026"
    assert DE.datetime("2026-11-23T13:30:00.000000Z") == "23.11.2026, 14:30"
    assert DE.number("12.50") == "12,5"
    assert DE.percent("12.5") == f"12,5{NBSP}%"
    assert EN.percent(10) == "10%"


@pytest.mark.parametrize(
    "show", [DE.number, DE.percent, DE.money, DE.money_short, DE.count, DE.date, DE.time, DE.datetime, DE.relative, DE.duration]
)
def test_nothing_is_an_empty_text(show) -> None:
    assert show(None) == ""


def test_large_figures_are_short() -> None:
    assert EN.money_short({"amount": "86500", "currency": "EUR"}) == "€86.5K"
    assert DE.money_short({"amount": "86500", "currency": "EUR"}) == f"86.500{NBSP}€"
    assert DE.money_short({"amount": "1261100", "currency": "EUR"}).startswith("1,3")
    assert DE.count(418_000) == "418.000"
    assert DE.money_short({"amount": "950", "currency": "EUR"}) == f"950{NBSP}€"
    assert DE.count(2418) == "2.418"
    assert EN.count(1_234_567) == "1M"


def test_relative_only_near_now() -> None:
    assert EN.relative(NOW, NOW) == "just now"
    assert EN.relative(NOW - dt.timedelta(minutes=12), NOW).startswith("12 min")
    assert DE.relative(NOW + dt.timedelta(hours=3), NOW).startswith("in 3")
    assert EN.relative("2026-11-20T10:00:00Z", NOW) == "Nov 20, 2026"
    assert EN.relative(NOW - dt.timedelta(hours=20), NOW) == "yesterday"


def test_the_zone_counts() -> None:
    late = "2026-11-23T23:30:00Z"
    assert DE.datetime(late) == "24.11.2026, 00:30"
    assert EN.datetime(late).startswith("Nov 23, 2026")


def test_durations() -> None:
    assert DE.duration(5100) == "1 Std. 25 Min."
    assert EN.duration(45) == "45 sec"
    assert EN.duration(0) == "0 min"
