"""Series: records that recur by a rule. Each occurrence is a record of its own, so that lists, rights, search and undo know it.

They share the rule and the name of the series; each knows when the rule meant it to be, so that one that was moved or deleted
is not made again. What is made comes from the newest one that nobody changed on its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Create, Draft
from kundig.engine.records.owned import owned_objects
from kundig.engine.records.stamps import OWNER, TEAM
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.fields.recurrence import parts_of_series
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.recurrence import Rule, parse_rule
from kundig.engine.schema.values_json import read_values, values_statement

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change

HORIZON = timedelta(days=400)
"""How far ahead occurrences are made, from now or from the first one."""
LEAST = 3
"""Occurrences ahead at least, however rare they are."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A record of a series. `at` is when the rule meant it to be, in the series' own time."""

    id: Any
    at: datetime
    live: bool
    changed: bool
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recurring:
    """How records of an object recur: the columns of rule and series, and its times by the clock of a time zone."""

    object: BoundObject
    field: BoundField
    zone: ZoneInfo

    @classmethod
    def of(cls, object_: BoundObject, zone: str | ZoneInfo) -> Recurring:
        """Of an object that can recur."""
        assert object_.recurrence is not None
        return cls(object_, object_.recurrence, zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone))

    def column(self, part: str) -> str:
        """The column of what ties a series together."""
        return parts_of_series(self.field)[part]

    @property
    def start(self) -> BoundField:
        """The field that a record begins at."""
        assert self.object.definition.period is not None
        return self.object.fields[self.object.definition.period.start]

    @property
    def end(self) -> BoundField | None:
        """The field that it ends at."""
        assert self.object.definition.period is not None
        name = self.object.definition.period.end
        return self.object.fields.get(name) if name else None

    @property
    def dates(self) -> tuple[BoundField, ...]:
        """What moves along with the start."""
        fields = self.object.fields.values()
        return tuple(f for f in fields if f.kind is Kind.DATE and not f.read_only and f.type.columns(f))

    def local(self, value: date | datetime) -> datetime:
        """A stored time by the clock of the series."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).replace(tzinfo=None)
        return datetime.combine(value, time())

    def told(self, field: BoundField, at: datetime) -> str:
        """A time by the clock of the series as contract JSON of a field."""
        if self.object.table.c[field.column].type.python_type is date:
            return at.date().isoformat()
        return self.instant(at)

    def instant(self, at: datetime) -> str:
        """A time by the clock of the series as an instant."""
        return at.replace(tzinfo=self.zone).astimezone(UTC).isoformat().replace("+00:00", "Z")

    def tie(self, rule: Rule, series: str, at: datetime) -> dict[str, Any]:
        """The values that make a record one of a series."""
        name = self.field.name
        own = {"series": series, "at": self.instant(at), "zone": self.zone.key, "changed": False}
        return {name: rule.text, **{f"{name}_{part}": value for part, value in own.items()}}

    def free(self) -> dict[str, Any]:
        """The values of a record that belongs to no series (any more)."""
        name = self.field.name
        return {name: None, **{f"{name}_{part}": None for part in ("series", "at", "zone")}, f"{name}_changed": False}

    def rule_of(self, row: Mapping[str, Any]) -> Rule:
        """The rule of a record."""
        return parse_rule(row[self.field.column], self.zone)


def prepare_series(draft: Draft) -> None:
    """Tie a record that gets a rule to a series of its own, and note that one was changed alone; undo brings back what was."""
    field = draft.object.recurrence
    if field is None or draft.change.in_series or draft.change.head.action == "undo":
        return
    columns = parts_of_series(field)
    if draft.action in ("create", "update") and draft.changes(field.name):
        _begin(draft, field)
    elif draft.action == "update" and draft.old.get(columns["series"]) and (draft.changed or draft.sides):
        draft.new[columns["changed"]] = True
    elif draft.action == "restore" and draft.old.get(columns["series"]):
        # Its series may have gone on or ended without it.
        draft.new |= {field.column: None, **dict.fromkeys((columns["series"], columns["at"], columns["zone"]))}


def _begin(draft: Draft, field: BoundField) -> None:
    columns = parts_of_series(field)
    how = Recurring.of(draft.object, draft.old.get(columns["zone"]) or draft.change.scope.context.time_zone)
    start = draft.get(how.start.name)
    if draft.get(field.name) is None:
        draft.new |= {**dict.fromkeys((columns["series"], columns["at"], columns["zone"])), columns["changed"]: False}
    elif how.start.name in draft.hidden and field.name in draft.given:
        # Whether there is a beginning, and when, is not told to who gives the rule.
        draft.refuse(field.name, "required", t("What recurs needs a beginning."))
        return
    elif start is None:
        draft.refuse(how.start.name, "required", t("What recurs needs a beginning."))
        return
    else:
        stays = draft.old.get(columns["series"]) and not draft.changes(how.start.name)
        at = how.local(draft.old[columns["at"]] if stays else start)
        draft.new[field.column] = how.rule_of(draft.new).ended_from(at).text
        draft.new |= {
            columns["series"]: str(draft.id), columns["at"]: at.replace(tzinfo=how.zone).astimezone(UTC),
            columns["zone"]: how.zone.key, columns["changed"]: bool(stays and draft.old[columns["changed"]]),
        }  # fmt: skip
    draft.change.recurring.append(draft)


@contextmanager
def within_series(change: Change) -> Iterator[None]:
    """Writes that concern a whole series: none of them changes one record on its own."""
    before, change.in_series = change.in_series, True
    try:
        yield
    finally:
        change.in_series = before


async def lock_series(scope: Scope, object_: BoundObject, series: str) -> None:
    """Wait until nobody else makes or moves records of a series."""
    assert object_.recurrence is not None
    column = parts_of_series(object_.recurrence)["series"]
    statement = f'select id from {{ws}}."{object_.name}" where "{column}" = %(series)s order by id limit 1 for update'
    await scope.connection.rows(statement, {"series": series})


async def occurrences(scope: Scope, object_: BoundObject, series: str) -> tuple[Recurring, list[Occurrence]]:
    """All records of a series in the order of the rule, those in the trash too."""
    how = Recurring.of(object_, "UTC")
    columns = parts_of_series(how.field)
    dates = {f.column for f in how.dates}
    wanted = ", ".join(f'"{name}"' for name in sorted({"id", "deleted_at", how.field.column, *columns.values(), *dates}))
    statement = (
        f'select {wanted} from {{ws}}."{object_.name}" where "{columns["series"]}" = %(series)s order by "{columns["at"]}", id'
    )
    rows = await scope.connection.rows(statement, {"series": series})
    if rows:
        how = replace(how, zone=ZoneInfo(rows[-1][columns["zone"]]))
    found = [Occurrence(r["id"], how.local(r[columns["at"]]), r["deleted_at"] is None, r[columns["changed"]], r) for r in rows]
    return how, found


async def extend(
    change: Change,
    object_: BoundObject,
    series: str,
    most: int,
    since: datetime | None = None,
    gone: Collection[datetime] = (),
) -> bool:
    """Make what is missing up to the horizon, at most `most`; whether there is more to do.

    What is missing lies behind the last one that there ever was, or with `since` anywhere from then on, except at times in `gone`.
    """
    how, known = await occurrences(change.scope, object_, series)
    live = [one for one in known if one.live]
    if not live:
        return False
    model = max(live, key=lambda one: (not one.changed, one.at))
    try:
        rules = [how.rule_of(one.row) for one in live]
    except Malformed:
        return False
    ends = [rule.until for rule in rules if rule.until is not None]
    rule = replace(how.rule_of(model.row), until=min(ends, default=None))
    after = known[-1].at if since is None else since
    missing = _missing(how, rule, live[0].at, {*gone, *(one.at for one in known)}, after, change.scope.context.now)
    keys = [at for at, _ in zip(missing, range(most + 1), strict=False)]
    if keys:
        with within_series(change):
            await _create(change, how, rule, series, model, keys[:most])
    return len(keys) > most


def _missing(
    how: Recurring, rule: Rule, first: datetime, there: set[datetime], after: datetime, now: datetime
) -> Iterator[datetime]:
    """The times of a rule that have no record yet, up to the horizon."""
    today = how.local(now)
    ahead = sum(1 for at in there if at > today)
    for at in rule.after(first):
        if at <= after or at in there or at < today - HORIZON:
            continue
        if at > max(today, first) + HORIZON and ahead >= LEAST:
            return
        ahead += at > today
        yield at


async def _create(change: Change, how: Recurring, rule: Rule, series: str, model: Occurrence, keys: Sequence[datetime]) -> None:
    """Records like the model, each at its own time, with what it owns."""
    scope, object_ = change.scope, how.object
    names = [name for name in _copied(object_) if name != how.field.name]
    statement = values_statement(object_, names, FullReading(scope.model))
    values = (await read_values(scope.connection, statement, [model.id]))[model.id]
    begins = how.local(model.row[how.start.column]) if model.row[how.start.column] is not None else model.at
    family = await _owned(scope, object_, model.id)
    items = []
    for at in keys:
        dates = {
            field.name: how.told(field, how.local(model.row[field.column]) + (at - begins))
            for field in how.dates
            if model.row[field.column] is not None
        }
        items.append(Create({**values, **dates, **family, how.start.name: how.told(how.start, at), **how.tie(rule, series, at)}))
    await change.write_trusted(object_.name, items)


def _copied(object_: BoundObject) -> list[str]:
    """The fields whose values an occurrence has from its model."""
    fields = object_.fields.values()
    return [f.name for f in fields if not f.read_only and not f.definition.unique and (not f.standard or f.name in (OWNER, TEAM))]


async def _owned(scope: Scope, object_: BoundObject, id_: Any) -> dict[str, list[dict[str, Any]]]:
    """What the model owns, as entries of a family."""
    found: dict[str, list[dict[str, Any]]] = {}
    for child, column in owned_objects(scope, object_):
        statement = f'select id from {{ws}}."{child.name}" where "{column}" = %(id)s and deleted_at is null order by id'
        ids = await scope.connection.values(statement, {"id": id_})
        if ids and child.name not in object_.fields:
            names = [name for name in _copied(child) if name != child.definition.parent]
            values = await read_values(scope.connection, values_statement(child, names, FullReading(scope.model)), ids)
            found[child.name] = [values[one] for one in ids]
    return found
