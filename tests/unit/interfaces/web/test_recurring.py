"""Rules as sentences, and in the controls of a form."""

from __future__ import annotations

import pytest

from kundig.interfaces.web.widgets.recurring import in_words, parts_of, rule_of

SENTENCES = [
    ("FREQ=DAILY", "Jeden Tag", "Every day"),
    ("FREQ=DAILY;INTERVAL=3", "Alle 3 Tage", "Every 3 days"),
    ("FREQ=WEEKLY;BYDAY=MO,WE", "Jede Woche am Montag und Mittwoch", "Every week on Monday and Wednesday"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "An jedem Werktag", "On every working day"),
    ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231", "Alle 2 Wochen, bis 31.12.2026", "Every 2 weeks, until Dec 31, 2026"),
    ("FREQ=MONTHLY", "Jeden Monat", "Every month"),
    ("FREQ=MONTHLY;BYDAY=2TU", "Jeden Monat am zweiten Dienstag", "Every month on the second Tuesday"),
    ("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=3", "Alle 3 Monate am letzten Freitag", "Every 3 months on the last Friday"),
    ("FREQ=MONTHLY;BYMONTHDAY=15", "Jeden Monat am 15.", "Every month on day 15"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "Jeden Monat am letzten Tag", "Every month on the last day"),
    ("FREQ=YEARLY;COUNT=5", "Jedes Jahr, 5-mal", "Every year, 5 times"),
]


@pytest.mark.parametrize(("rule", "german", "english"), SENTENCES)
def test_a_rule_is_a_sentence(rule: str, german: str, english: str) -> None:
    assert in_words(rule, "de") == german
    assert in_words(rule, "en") == english


@pytest.mark.parametrize("rule", [rule for rule, _, _ in SENTENCES])
def test_a_rule_goes_into_the_controls_and_comes_back(rule: str) -> None:
    read = rule_of(parts_of(rule))
    assert read is not None
    assert in_words(read, "de") == in_words(rule, "de")


def test_never_is_no_rule() -> None:
    assert rule_of({"freq": [""], "every": ["2"], "days": ["MO"]}) is None
    assert rule_of({}) is None


def test_what_another_kind_needs_is_left_out() -> None:
    parts = {"freq": ["DAILY"], "every": [""], "days": ["MO"], "by": ["2"], "weekday": ["FR"], "end": [""], "until": ["2027-01-01"]}
    assert rule_of(parts) == "FREQ=DAILY"


def test_what_cannot_be_read_is_kept_for_the_door_to_refuse() -> None:
    assert (
        rule_of({"freq": ["WEEKLY"], "every": ["often"], "end": ["until"], "until": [""]}) == "FREQ=WEEKLY;INTERVAL=often;UNTIL=?"
    )


def test_what_is_no_rule_is_shown_as_it_is() -> None:
    assert in_words("jeden dritten Vollmond", "de") == "jeden dritten Vollmond"
    assert parts_of("jeden dritten Vollmond") == {}
