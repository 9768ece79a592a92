"""Changing and deleting a whole series, or one of its records and all that follow, as one change set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from kundig.base.errors import Denied, Invalid, Malformed
from kundig.base.i18n import t
from kundig.base.jobs import queue
from kundig.engine.policy.decisions import Deed, allowed
from kundig.engine.policy.predicates import FullReading
from kundig.engine.records.alike import families_alike
from kundig.engine.records.draft import Delete, Draft, Item, Update
from kundig.engine.records.series import Occurrence, Recurring, extend, lock_series, occurrences, within_series
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.recurrence import parts_of_series
from kundig.engine.schema.recurrence import Rule, parse_rule
from kundig.engine.schema.values_json import read_values, values_statement

if TYPE_CHECKING:
    from kundig.engine.policy.scope import Scope
    from kundig.engine.records.writing import Change

Reach = Literal["one", "following", "all"]
"""How much of a series is meant."""
AT_ONCE = 60
"""Occurrences that are made in the write that begins a series; a job makes the rest."""
CHUNK = 500
EXTEND = "records.extend_series"
_NOT_MOVED = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a series that a change is about."""

    how: Recurring
    series: str
    this: Occurrence
    earlier: tuple[Occurrence, ...]
    others: tuple[Occurrence, ...]
    """Those that are meant besides this one, in the order of the rule."""
    gone: frozenset[datetime]
    """When those in the trash were to be: they are not made again."""

    @property
    def object(self) -> BoundObject:
        """The object whose records recur."""
        return self.how.object

    @property
    def first(self) -> datetime:
        """When the first one that is meant was to be."""
        return min(one.at for one in (self.this, *self.others))


@dataclass(frozen=True, slots=True)
class _News:
    """What has changed in the record that a change is about, for the others to follow."""

    row: Mapping[str, Any]
    moved: timedelta
    values: Mapping[str, Any] = field(default_factory=dict)
    owned: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    """What becomes of what each of the others owns."""


async def update_series(change: Change, object_name: str, item: Update, reach: Reach) -> None:
    """Write a record, and what is new in it to the others that are meant: times move by as much, other values become the same.

    Where the rule or the day changes, what no longer fits goes to the trash and what is missing is made. Raises what a single
    write does; Denied too if one of the others may not be changed.
    """
    scope = change.scope
    part = None if reach == "one" else await _part(scope, scope.object(object_name), item.id, reach)
    if part is None:
        await change.write(object_name, [item])
        return
    how, name = part.how, part.how.field.name
    plain = {key: value for key, value in item.values.items() if key != name}
    before = await _values(scope, part.object, item.id, plain)
    owned = await families_alike(scope, part.object, plain, [one.id for one in part.others])
    with within_series(change):
        await change.write(object_name, [replace(item, values=plain)])
        row = await _row(scope, part, item.id)
        after = await _values(scope, part.object, item.id, plain)
        new = {key: value for key, value in after.items() if value != before.get(key)}
        old_start, new_start = part.this.row[how.start.column], row[how.start.column]
        moved = how.local(new_start) - how.local(old_start) if old_start is not None and new_start is not None else _NOT_MOVED
        if name in item.values and item.values[name] in (None, ""):
            await _end(change, part)
        else:
            rule = _new_rule(part, item.values.get(name), moved)
            await _go_on(change, part, rule, reach, _News(row, moved, new, owned))


async def delete_series(change: Change, object_name: str, id_: UUID, reach: Reach) -> None:
    """Move a record of a series to the trash with all that follow, or with all. What came before ends the day before."""
    scope = change.scope
    part = None if reach == "one" else await _part(scope, scope.object(object_name), id_, reach)
    if part is None:
        await change.write(object_name, [Delete(id_)])
        return
    with within_series(change):
        await _write(change, part, "delete", [Delete(one.id) for one in (part.this, *part.others)])
        await _end_before(change, part)


async def follow_series(change: Change, drafts: Sequence[Draft]) -> None:
    """What follows from a rule that was given, changed or taken by a write of single records: it holds for all that follow."""
    for draft in drafts:
        assert draft.object.recurrence is not None
        zone = draft.new.get(parts_of_series(draft.object.recurrence)["zone"])
        how = Recurring.of(draft.object, zone or change.scope.context.time_zone)
        series, left = draft.new.get(how.column("series")), draft.old.get(how.column("series"))
        part = await _part(change.scope, draft.object, draft.id, "following", draft.old) if left else None
        with within_series(change):
            if part is not None and series is None:
                await _end(change, part, this=False)
            elif part is not None:
                row = await _row(change.scope, part, draft.id)
                moved = how.local(row[how.column("at")]) - part.this.at
                await _go_on(change, part, how.rule_of(row), "following", _News(row, moved))
            elif series is not None:
                _require_create(change, draft.object)
                await _fill(change, draft.object, series, AT_ONCE)


async def _go_on(change: Change, part: _Part, rule: Rule, reach: Reach, news: _News) -> None:
    """The others with what is new; by another rule or at other times the series is tied anew, from this record on or as a whole."""
    moved = news.moved
    if rule == part.how.rule_of(part.this.row) and not moved:
        await _spread(change, part, part.others, news)
        return
    whole = reach == "all" or not part.earlier
    await _require(change, part, "edit", part.others if whole else [*part.earlier, *part.others])
    _require_create(change, part.object)
    begins, ends = part.first + moved, max((one.at + moved for one in part.others), default=part.first + moved)
    fits = set(_up_to(rule, begins, ends))
    kept = [one for one in part.others if one.at + moved in fits]
    await _spread(change, part, kept, news)
    await _write(change, part, "delete", [Delete(one.id) for one in part.others if one not in kept])
    series = part.series if whole else str(part.this.id)
    ties = [Update(one.id, part.how.tie(rule, series, one.at + moved)) for one in (part.this, *kept)]
    await _write(change, part, None, ties)
    if not whole:
        await _end_before(change, part)
    since = max(begins, part.how.local(change.scope.context.now)) if reach == "all" else part.this.at + moved
    await _fill(change, part.object, series, CHUNK, since, {at + moved for at in part.gone})


def _up_to(rule: Rule, begins: datetime, ends: datetime) -> list[datetime]:
    found = []
    for at in rule.after(begins, inclusive=True):
        if at > ends:
            break
        found.append(at)
    return found


def _new_rule(part: _Part, given: str | None, moved: timedelta) -> Rule:
    """The rule that holds from the first record that is meant: the one given, else the old one on its new days."""
    old = part.how.rule_of(part.this.row)
    if given is not None:
        try:
            rule = parse_rule(str(given), part.how.zone)
        except Malformed as error:
            raise Invalid.one(part.how.field.name, "bad_value", error.text) from None
        if rule != old:
            return rule.ended_from(part.first + moved)
    return old.moved(part.first, part.first + moved)


async def _spread(change: Change, part: _Part, others: Sequence[Occurrence], news: _News) -> None:
    """Write what is new to others: the start moves by as much, other times keep their distance to it."""
    how, new = part.how, news.values
    dates = {field_.name: field_ for field_ in how.dates}
    plain = {name: value for name, value in new.items() if name not in dates}
    rights = change.scope.access.objects.get(part.object.name)
    closed = frozenset() if rights is None or change.trusted else rights.hidden | rights.fixed | rights.fixed_later
    items: list[Item] = []
    along: list[Item] = []
    for one in others:
        values = {**plain, **news.owned.get(one.id, {})}
        begun = one.row[how.start.column]
        for name, field_ in dates.items():
            own = one.row[field_.column]
            if begun is not None and name in new and name != how.start.name:
                distance = _after_start(how, news.row, field_.column)
                values[name] = None if distance is None else how.told(field_, how.local(begun) + news.moved + distance)
            elif own is not None and news.moved:
                values[name] = how.told(field_, how.local(own) + news.moved)
        if own_values := {name: value for name, value in values.items() if name not in closed}:
            items.append(Update(one.id, own_values))
        if kept := {name: value for name, value in values.items() if name in closed and name in dates}:
            along.append(Update(one.id, kept))
    await _write(change, part, "edit", items)
    # Times that the actor may not write, or not know of, move along all the same: a refusal would tell which records have some.
    await _require(change, part, "edit", along)
    await _write(change, part, None, along)


def _after_start(how: Recurring, row: Mapping[str, Any], column: str) -> timedelta | None:
    """How long after the start another time of a record is."""
    start, other = row[how.start.column], row[column]
    return None if start is None or other is None else how.local(other) - how.local(start)


async def _end(change: Change, part: _Part, *, this: bool = True) -> None:
    """A record stands alone from now on: those that followed go, those before keep their rule up to then."""
    await _write(change, part, "delete", [Delete(one.id) for one in part.others])
    if this:
        await _write(change, part, None, [Update(part.this.id, part.how.free())])
    await _end_before(change, part)


async def _end_before(change: Change, part: _Part) -> None:
    """The rule of the records before this one ends on the last of them; who ends it must be allowed to change them."""
    await _require(change, part, "edit", part.earlier)
    items: list[Item] = []
    for one in part.earlier:
        rule = part.how.rule_of(one.row)
        last = part.earlier[-1].at.date()
        if rule.until is None or rule.until > last:
            items.append(Update(one.id, {part.how.field.name: replace(rule, until=last).text}))
    await _write(change, part, None, items)


async def _fill(
    change: Change,
    object_: BoundObject,
    series: str,
    most: int,
    since: datetime | None = None,
    gone: Collection[datetime] = (),
) -> None:
    """Make occurrences, some of them now and the rest by a job under the same change, so that undo takes all of them back."""
    if change.derive_later or await extend(change, object_, series, most, since, gone):
        payload = {"object": object_.name, "series": series, "change": str(change.id)}
        await queue(change.scope.connection, EXTEND, payload, actor=change.scope.context.actor, lock=f"series:{series}")


async def _require(change: Change, part: _Part, deed: Deed, records: Iterable[Occurrence | Item]) -> None:
    """Raises Denied unless all of them are the actor's to do it to."""
    ids = {record.id for record in records if record.id is not None}
    if ids and not change.trusted and await allowed(change.scope, deed, part.object.name, ids) != ids:
        raise Denied(t("You may not change all records of this series. Change only this one."))


def _require_create(change: Change, object_: BoundObject) -> None:
    """Raises Denied unless the actor may create such records: a rule makes more of them."""
    if not change.trusted and not change.scope.rights(object_.name).create:
        raise Denied(t("Your role does not allow creating {object}.", object=object_.definition.label_plural))


async def _write(change: Change, part: _Part, deed: Deed | None, items: Sequence[Item]) -> None:
    """Write many; without a `deed` what the engine keeps by itself. With one, all of them must be the actor's to do it to."""
    if deed is not None:
        await _require(change, part, deed, items)
    for at in range(0, len(items), CHUNK):
        if deed is None:
            await change.write_trusted(part.object.name, items[at : at + CHUNK])
        else:
            await change.write(part.object.name, items[at : at + CHUNK])


async def _part(scope: Scope, object_: BoundObject, id_: UUID, reach: Reach, old: Mapping[str, Any] | None = None) -> _Part | None:
    """What of a series is meant by one of its records (as it was in `old`); None for a record that is in none."""
    if object_.recurrence is None:
        return None
    columns = parts_of_series(object_.recurrence)
    series, at, zone = (columns[part] for part in ("series", "at", "zone"))
    if old is None:
        find = f'select * from {{ws}}."{object_.name}" where id = %(id)s and deleted_at is null'
        old = await scope.connection.row(find, {"id": id_})
    if old is None or not old[series]:
        return None
    await lock_series(scope, object_, old[series])
    _, found = await occurrences(scope, object_, old[series])
    how = Recurring.of(object_, old[zone])
    this = Occurrence(id_, how.local(old[at]), True, False, old)
    live = [one for one in found if one.live and one.id != id_]
    earlier = tuple(one for one in live if one.at < this.at)
    others = tuple(live) if reach == "all" else tuple(one for one in live if one.at >= this.at)
    gone = frozenset(one.at for one in found if not one.live and one.at >= this.at)
    return _Part(how, old[series], this, () if reach == "all" else earlier, others, gone)


async def _row(scope: Scope, part: _Part, id_: UUID) -> dict[str, Any]:
    """A record of the series as it is now."""
    row = await scope.connection.row(f'select * from {{ws}}."{part.object.name}" where id = %(id)s', {"id": id_})
    assert row is not None
    return row


async def _values(scope: Scope, object_: BoundObject, id_: UUID, names: Mapping[str, Any]) -> dict[str, Any]:
    """The contract JSON of fields as it is now."""
    known = [name for name in names if name in object_.fields and not object_.fields[name].read_only]
    found = await read_values(scope.connection, values_statement(object_, known, FullReading(scope.model)), [id_]) if known else {}
    return found.get(id_, {})
