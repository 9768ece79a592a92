"""Sample data: the story of a company told through the write door."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kundig.base.context import Actor
from kundig.base.errors import Conflict
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.scope import Scope
from kundig.engine.records.bulk import derive
from kundig.engine.records.writing import MAX_ITEMS, Change, Create, Item, Update
from kundig.modules.contacts.demo import plain
from kundig.modules.demo_bulk import fill
from kundig.modules.demo_events import Event
from kundig.modules.demo_story import CAST, MANAGER, TEAMS, tell_story
from kundig.services.identity.samples import sample_ids
from kundig.services.identity.signing_in import set_first_password

SOURCE = "demo"
"""Why sample records are there; what is written for this reason is flagged `is_sample`."""
LOG_IN = "demo@nordwind.example"
PASSWORD = "nordwind-probieren"  # noqa: S105 - told to everybody who loads the sample data
"""Address and password of the administrator of the sample company."""

_WINDOW = timedelta(days=28)
_LAST_WINDOW = timedelta(days=3)
_ORDER = (
    "product", "account", "contact", "lead", "opportunity", "opportunity_line", "opportunity_contact", "ticket", "task", "call",
    "meeting", "note",
)  # fmt: skip
"""Objects so that what is linked to is there first."""


@dataclass(slots=True)
class Step:
    """What one colleague does in one go: all of it is one change set."""

    moment: datetime
    actor: int
    creates: dict[str, list[Create]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[str, list[Update]] = field(default_factory=lambda: defaultdict(list))
    acts: list[tuple[str, str, UUID]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many records of each object were made, and with what to sign in."""

    counts: Counter[str]
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class _Actor:
    user: UUID
    teams: tuple[UUID, ...]


async def load_demo(scope: Scope, today: date | None = None) -> Loaded:
    """Tell the story up to `today`, by default the day on which it is told. `scope` is the program's own.

    Raises Conflict if sample data is there already.
    """
    if await sample_ids(scope, "account"):
        raise Conflict(t("Sample data is there already. Remove it first."))
    demo = scope.because(SOURCE)
    log_in, cast = await _make_cast(demo)
    counts: Counter[str] = Counter()
    for step in steps(tell_story(today or scope.context.now.date(), uuid7)):
        await _take(_as(demo, cast[step.actor], step.moment), step)
        counts.update({object_: len(items) for object_, items in step.creates.items()})
    await derive(demo, "is_sample")
    await set_first_password(scope.connection, log_in, PASSWORD)
    return Loaded(counts, LOG_IN, PASSWORD)


def steps(events: Sequence[Event]) -> Iterator[Step]:
    """Events gathered into as few goes as keep the story believable: per colleague and four weeks, the last days finer.

    A record changes at most once in a go, and colleagues' goes are in no dependable order: what would come too early waits.
    """
    if not events:
        return
    pending = list(events)
    start, end = events[0].moment, events[-1].moment
    while pending:
        window = _WINDOW if start < end - _WINDOW else _LAST_WINDOW
        due = [event for event in pending if event.moment < start + window]
        taken, late = _gather(due, start, end)
        yield from sorted(taken, key=lambda step: step.moment)
        pending = late + [event for event in pending if event.moment >= start + window]
        start += window
        if start > end + _WINDOW:
            return


def _gather(due: Iterable[Event], start: datetime, end: datetime) -> tuple[list[Step], list[Event]]:
    taken: dict[int, Step] = {}
    late: list[Event] = []
    touched: dict[str, int | None] = {}  # record → who made or changed it in this go; None: it waits for the next
    for event in due:
        record = str(event.item.id)
        if record in touched or any(touched.get(link, event.actor) != event.actor for link in _links(event)):
            touched[record] = None
            late.append(event)
            continue
        touched[record] = event.actor
        step = taken.setdefault(event.actor, Step(min(max(event.moment, start), end), event.actor))
        if event.action is not None and event.item.id is not None:
            step.acts.append((event.object, event.action, event.item.id))
        elif isinstance(event.item, Create):
            step.creates[event.object].append(event.item)
        elif isinstance(event.item, Update):
            step.updates[event.object].append(event.item)
    return list(taken.values()), late


def _links(event: Event) -> Iterator[str]:
    """Ids of the records that the event may refer to."""
    for value in event.item.values.values() if isinstance(event.item, Create | Update) else ():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from (link["id"] for link in value if isinstance(link, dict) and "id" in link)


async def _take(scope: Scope, step: Step) -> None:
    change = Change(scope, trusted=True, derive_later=True)
    for items in (step.creates, step.updates):
        for object_ in _ORDER:
            for chunk in _chunks(items.get(object_, [])):
                await change.write(object_, chunk)
    for object_, name, id_ in step.acts:
        action = scope.model.actions[object_, name]
        await action.run(scope, id_, action.body())


async def _make_cast(scope: Scope) -> tuple[UUID, list[_Actor]]:
    """Teams and users; those of sample data that was taken away come back."""
    change = Change(scope, trusted=True)
    rows = await scope.connection.rows("select id, name from {ws}.team where is_sample and deleted_at is null")
    teams = {row["name"]: row["id"] for row in rows}
    missing = [name for name in TEAMS if name not in teams]
    teams |= zip(missing, await change.write("team", [Create({"name": name}) for name in missing]), strict=True)
    rows = await scope.connection.rows('select id, email from {ws}."user" where is_sample and deleted_at is null')
    known = {row["email"]: row["id"] for row in rows}
    actors: list[_Actor] = []
    for name, role, own in (("Nordwind Demo", "administrator", ()), *CAST):
        email = LOG_IN if not own else f"{'.'.join(plain(part) for part in name.split())}@nordwind.example"
        values = {"role": [role], "teams": [str(teams[team]) for team in own], "is_active": True, "language": "de"}
        item = Update(known[email], values) if email in known else Create({"name": name, "email": email, **values})
        (user,) = await change.write("user", [item])
        actors.append(_Actor(user, tuple(teams[team] for team in own)))
    log_in, *cast = actors
    # Who tries things out finds a day of their own: what the manager of the story does is theirs.
    cast[MANAGER] = replace(cast[MANAGER], user=log_in.user)
    return log_in.user, cast


def _as(scope: Scope, actor: _Actor, moment: datetime) -> Scope:
    """The same scope on another day, with somebody else answerable: all rights, but records are theirs and their team's."""
    context = replace(scope.context, actor=Actor("user", actor.user, actor.user), now=moment)
    return replace(scope, context=context, access=replace(scope.access, user=actor.user, teams=actor.teams))


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + MAX_ITEMS] for start in range(0, len(items), MAX_ITEMS))


__all__ = ["LOG_IN", "PASSWORD", "Loaded", "fill", "load_demo"]
