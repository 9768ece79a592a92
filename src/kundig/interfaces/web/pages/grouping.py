"""Lists in groups: heads between the rows where the value changes; how many there are and their sums come after the page.

A group that is folded keeps its head. Its rows of this page come hidden; a page that ends within it is followed by what comes
after the group (groups.js), so that a folded group costs one page at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import comparable, path_in
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.measures import may_lack_rates
from kundig.engine.schema.filters import both
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import UnknownField
from kundig.interfaces.web.formats import Formats, formats
from kundig.interfaces.web.pages.listing import Listing, column_at, unrated_in
from kundig.interfaces.web.widgets.described import FieldView

FOLDED = "kundig_groups"
"""The cookie in which a device remembers the groups that are folded in this session, by their `fold` joined by ~ (groups.js)."""
SUMMED = frozenset({"number", "decimal", "money", "duration"})
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_END_OF_YEAR = 13


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum of a group in words, and the column it stands in."""

    field: FieldView
    value: Any


@dataclass(frozen=True, slots=True)
class GroupHead:
    """One group. `id` names its place for the figures; `value` is shown as its field shows it, unless there is a `text`."""

    id: str
    key: str
    field: FieldView
    value: Any
    text: str
    narrow: str
    """The list of this group alone."""
    fold: str
    """What stands for the group of this view where it is remembered that it is folded."""
    folded: bool


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a list is grouped: by `field`, dates by the `bucket` they lie in."""

    listing: Listing
    field: FieldView
    kind: Kind
    bucket: str
    formats: Formats
    folded: frozenset[str] = frozenset()
    """What is folded on the reader's device."""

    def key(self, value: Any) -> str:
        """What tells groups apart; "" for no value."""
        if value in (None, ""):
            return ""
        if self.kind is Kind.DATE:
            return self._start(value).isoformat()
        if self.kind is Kind.BOOLEAN:
            return "1" if value else "0"
        if self.kind is Kind.LINK:
            return str(value["id"])
        return label_in(value, self.formats.language) if isinstance(value, Mapping) else str(value)

    def _start(self, value: str) -> date:
        day = self.formats.local(value).date() if "T" in value else date.fromisoformat(value)
        if self.bucket == "week":
            return day - timedelta(days=day.weekday())
        if self.bucket in _MONTHS:
            first = (day.month - 1) // _MONTHS[self.bucket] * _MONTHS[self.bucket] + 1
            return day.replace(month=first, day=1)
        return day

    def _last(self, start: date) -> date:
        if self.bucket == "week":
            return start + timedelta(days=6)
        if self.bucket in _MONTHS:
            after = start.month + _MONTHS[self.bucket]
            next_ = start.replace(year=start.year + 1, month=1) if after >= _END_OF_YEAR else start.replace(month=after)
            return next_ - timedelta(days=1)
        return start

    def text(self, key: str) -> str:
        """A group of dates, or of what has no value, in words; "" for what its field shows itself."""
        if not key:
            return t("without {field}", field=self.field.label).render(self.formats.language)
        if self.kind is not Kind.DATE:
            return ""
        start = date.fromisoformat(key)
        match self.bucket:
            case "week":
                return f"{self.formats.date(start)} – {self.formats.date(self._last(start))}"
            case "month":
                return self.formats.month(start)
            case "quarter":
                return f"Q{(start.month + 2) // 3} {start.year}"
            case "year":
                return str(start.year)
        return self.formats.date(start)

    def condition(self, key: str) -> dict[str, Any]:
        """The condition that makes a list of one group alone."""
        name = self.field.name
        if not key:
            return {"field": name, "op": "empty"}
        if self.kind is Kind.DATE:
            start = date.fromisoformat(key)
            return {"field": name, "op": "between", "value": [key, self._last(start).isoformat()]}
        return {"field": name, "op": "is", "value": key == "1" if self.kind is Kind.BOOLEAN else key}

    def head(self, value: Any) -> GroupHead:
        """The head of the group that a value belongs to."""
        key = self.key(value)
        narrow = self.listing.shown(where=(*self.listing.now.where, self.condition(key)), group="").address
        fold = self.fold(key)
        return GroupHead(place_of(key), key, self.field, value, self.text(key), narrow, fold, fold in self.folded)

    def fold(self, key: str) -> str:
        """What stands for a group of this view: as short as a cookie wants it, and without its value."""
        view = self.listing.view.name if self.listing.view else ""
        named = f"{self.listing.object.name}/{view}/{self.listing.now.group}/{key}"
        return hashlib.sha256(named.encode()).hexdigest()[:10]

    def is_folded(self, value: Any) -> bool:
        """Whether the group that a value belongs to is folded."""
        return bool(self.folded) and self.fold(self.key(value)) in self.folded

    def past(self, keys: Sequence[str]) -> dict[str, Any]:
        """The filter by which groups are not there, since they were shown before."""
        return {"none": [self.condition(key) for key in keys]}


def place_of(key: str) -> str:
    """A group's id within the page."""
    return f"g-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def grouping_of(scope: Scope, listing: Listing, folded: frozenset[str] = frozenset()) -> Grouping | None:
    """How a list is grouped, and what of it is folded; None if it isn't."""
    path, _, bucket = listing.now.group.partition(":")
    field = column_at(scope, listing.object, path) if path else None
    if field is None:
        return None
    language = scope.context.language
    kind = path_in(scope, listing.object.name, path).field.kind
    return Grouping(listing, field, kind, bucket, formats(language, str(scope.context.time_zone)), folded)


def heads(grouping: Grouping | None, rows: Sequence[Mapping[str, Any]], last: str | None) -> Iterator[GroupHead | None]:
    """For each row the head that stands above it, if a group begins there; `last` is the group of the row before the first."""
    before = last
    for row in rows:
        if grouping is None:
            yield None
            continue
        value = row[grouping.field.name]
        key = grouping.key(value)
        yield grouping.head(value) if key != before else None
        before = key


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How many records a group has, and their sums by the place of the column."""

    id: str
    count: int
    sums: tuple[tuple[int, Figure], ...]
    unrated: int = 0
    """How many amounts are in no sum, since no exchange rate is known."""
    which: str = ""
    """The list of them."""


async def figures_of(scope: Scope, listing: Listing, keys: Sequence[str], columns: Sequence[FieldView]) -> list[GroupFigures]:
    """The figures of the groups that are shown, in one statement."""
    grouping = grouping_of(scope, listing)
    if grouping is None or not keys:
        return []
    wanted = {"any": [grouping.condition(key) for key in dict.fromkeys(keys)]}
    where = both(listing.where, wanted)
    summed = [(place, column) for place, column in enumerate(columns) if column.widget in SUMMED and _known(scope, listing, column)]
    amounts = [column.name for _, column in summed if may_lack_rates(scope, listing.object.name, column.name)]
    measures = ["count", *(f"sum:{column.name}" for _, column in summed), *(f"unrated:{name}" for name in amounts)]
    rows = msgspec.json.decode(await aggregate(scope, listing.object.name, where, [listing.now.group], measures))
    found = []
    for row in rows:
        value = row[listing.now.group]
        sums = tuple((place, Figure(column, _shown(scope, column, row[f"sum:{column.name}"]))) for place, column in summed)
        key, lacking = grouping.key(value), [name for name in amounts if row[f"unrated:{name}"]]
        alone = listing.shown(where=(*listing.now.where, grouping.condition(key)))
        which = unrated_in(alone, lacking[0]) if lacking else ""
        unrated = sum(row[f"unrated:{name}"] for name in lacking)
        found.append(GroupFigures(place_of(key), row["count"], sums, unrated, which))
    return found


def _known(scope: Scope, listing: Listing, column: FieldView) -> bool:
    try:
        return comparable(scope, path_in(scope, listing.object.name, column.name))
    except UnknownField:
        return False


def _shown(scope: Scope, column: FieldView, value: Any) -> Any:
    if column.widget == "money" and value is not None:
        return {"amount": value, "currency": scope.context.workspace.currency}
    return value
