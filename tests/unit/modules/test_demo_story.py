"""The story of the sample company, before anything is written."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID

import pytest

from kundig.engine.records.draft import Create, Update
from kundig.modules.demo import Step, steps
from kundig.modules.demo_events import Event
from kundig.modules.demo_story import DAYS, tell_story

TODAY = date(2026, 11, 23)


def story(today: date = TODAY) -> list[Event]:
    numbers = count(1)
    return tell_story(today, lambda: UUID(int=next(numbers)))


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return story()


@pytest.fixture(scope="module")
def taken(events: list[Event]) -> list[Step]:
    return list(steps(events))


def test_the_same_day_tells_the_same_story(events: list[Event]) -> None:
    assert story() == events
    assert story(TODAY + timedelta(days=1)) != events


def test_it_is_of_the_size_that_was_promised(events: list[Event]) -> None:
    made = Counter(event.object for event in events if isinstance(event.item, Create))
    assert (made["account"], made["contact"], made["lead"], made["opportunity"]) == (200, 600, 150, 300)
    assert made["ticket"] > 100
    assert made["call"] + made["meeting"] + made["note"] + made["task"] > 700


def test_nothing_happens_after_today_or_too_long_ago(events: list[Event]) -> None:
    now = datetime.combine(TODAY, time(11), UTC)
    assert all(now - timedelta(days=DAYS) <= event.moment <= now for event in events)


def test_every_event_is_taken_once_and_in_order(events: list[Event], taken: list[Step]) -> None:
    size = sum(len(items) for step in taken for items in (*step.creates.values(), *step.updates.values(), step.acts))
    assert size == len(events)
    assert [step.moment for step in taken] == sorted(step.moment for step in taken)


@pytest.mark.parametrize("later", range(24))
def test_nothing_is_changed_or_linked_before_it_is_there(later: int) -> None:
    there: set[str] = set()
    for step in steps(story(TODAY + timedelta(days=later))):
        there |= {str(item.id) for items in step.creates.values() for item in items}
        for item in (item for items in step.updates.values() for item in items):
            assert str(item.id) in there
        for item in (item for items in (*step.creates.values(), *step.updates.values()) for item in items):
            links = [
                item.values.get(name) for name in ("account", "primary_contact", "contact", "opportunity", "product", "parent")
            ]
            links += [link["id"] for link in item.values.get("related_to", ())]
            assert {link for link in links if link} <= there


def test_a_record_changes_once_in_a_step(taken: list[Step]) -> None:
    for step in taken:
        ids = [item.id for items in (*step.creates.values(), *step.updates.values()) for item in items]
        assert len(ids) == len(set(ids))


def test_most_is_decided_and_something_is_open(events: list[Event]) -> None:
    ends = Counter(
        event.item.values["stage"]
        for event in events
        if isinstance(event.item, Update) and event.object == "opportunity" and event.item.values.get("stage") in ("won", "lost")
    )
    assert 60 < ends["won"] < 180
    assert 40 < ends["lost"] < 150
    assert ends["won"] + ends["lost"] < 260


def test_no_events_make_no_steps() -> None:
    assert list(steps([])) == []
