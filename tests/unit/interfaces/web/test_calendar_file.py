"""Calendars for other programs: what they read is what stands in Kundig, series and changes of the clocks included."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from kundig.interfaces.web.calendar_file import Item, calendar_file

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 19, 9, tzinfo=BERLIN)


def item(n: int = 0, **values: Any) -> Item:
    """The n-th Monday of a weekly series."""
    at = START + timedelta(weeks=n)
    made = Item(
        id=f"id{n}", label="Jour fixe, Runde; 1", starts=at, ends=at + timedelta(hours=1), all_day=False, busy=True, place="Raum 2",
        address="https://crm.example.com/o/meeting/x", changed_at=datetime(2026, 10, 1, tzinfo=UTC), version=3,
        series="s1", rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20261116", at=at,
    )  # fmt: skip
    return replace(made, **values)


def events(*items: Item) -> list[Any]:
    return list(Calendar.from_ical(calendar_file("Kundig: Jana", "crm.example.com", items)).walk("VEVENT"))


def test_a_single_entry() -> None:
    [event] = events(item(series="", at=None))
    assert event["uid"] == "id0@crm.example.com"
    assert str(event["summary"]) == "Jour fixe, Runde; 1"
    assert event["dtstart"].dt == START
    assert event["dtend"].dt == START + timedelta(hours=1)
    assert (str(event["location"]), event["transp"], "rrule" in event) == ("Raum 2", "OPAQUE", False)


def test_a_series_is_a_rule_in_its_zone() -> None:
    text = calendar_file("Kundig: Jana", "crm.example.com", [item(n) for n in range(5)]).decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART;TZID=Europe/Berlin:20261019T090000" in text
    assert "UNTIL=20261116T225959Z" in text, "the end of the last day in its zone, as an instant"
    assert "BEGIN:VTIMEZONE" in text
    assert "EXDATE" not in text


def test_what_is_missing_and_what_differs() -> None:
    moved = item(2, starts=START + timedelta(weeks=2, hours=2), ends=START + timedelta(weeks=2, hours=3), differs=True)
    renamed = item(3, label="Klausur", differs=True)
    found = events(item(0), moved, renamed, item(4))
    [master] = [event for event in found if "rrule" in event]
    assert master["exdate"].dts[0].dt == START + timedelta(weeks=1)
    others = {event["recurrence-id"].dt: event for event in found if "recurrence-id" in event}
    assert set(others) == {START + timedelta(weeks=2), START + timedelta(weeks=3)}
    assert others[START + timedelta(weeks=2)]["dtstart"].dt == START + timedelta(weeks=2, hours=2)
    assert str(others[START + timedelta(weeks=3)]["summary"]) == "Klausur"
    assert len({str(event["uid"]) for event in found}) == 1


def test_a_model_that_differs_is_told_as_a_change() -> None:
    found = events(item(0, label="Auftakt", differs=True), item(1), item(2))
    [master] = [event for event in found if "rrule" in event]
    assert str(master["summary"]) == "Jour fixe, Runde; 1"
    assert [str(event["summary"]) for event in found if "recurrence-id" in event] == ["Auftakt"]


def test_whole_days_have_no_time() -> None:
    midnight = datetime(2026, 12, 24, tzinfo=BERLIN)
    [event] = events(item(series="", at=None, all_day=True, starts=midnight, ends=midnight + timedelta(days=3)))
    assert (event["dtstart"].dt.isoformat(), event["dtend"].dt.isoformat()) == ("2026-12-24", "2026-12-27")


def test_nothing_typed_can_break_out_of_its_line() -> None:
    [event] = events(item(series="", at=None, label="x\r\nATTENDEE:mailto:evil@example.com"))
    assert "attendee" not in event
