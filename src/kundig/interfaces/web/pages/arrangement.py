"""What a list shows and how: conditions, order, columns, groups.

A view keeps all of it; an address says what differs from its view.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from kundig.base.errors import Invalid, Malformed
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.extension import View
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.records.measures import parse_groups
from kundig.engine.records.ordering import parse_order
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.pages.board_fields import board_field, board_fields, lanes_of, pipelines_of
from kundig.interfaces.web.pages.filter_texts import filter_text

NARROWEST, WIDEST = 60, 900
MOST_COLUMNS, MOST_FROZEN = 40, 6
_COLUMN = re.compile(r"([\w.]{1,200})(?:\*(\d{1,4}))?")
_GROUPED = frozenset({Kind.BOOLEAN, Kind.CHOICE, Kind.DATE, Kind.LINK, Kind.TEXT})
Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`where` holds conditions of which all must hold; `order` and `group` are written as the read door reads them."""

    where: tuple[Part, ...] = ()
    order: str = ""
    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    frozen: int = 1
    group: str = ""
    by: str = ""
    """What the columns of a board are made by; without it what its object has first."""
    lane: str = ""
    """What its swimlanes are made by, if there are any."""
    pipeline: str = ""
    """The pipeline that it shows, where there are several; without it the first."""

    @property
    def filter(self) -> dict[str, Any] | None:
        """The conditions as one filter."""
        return None if not self.where else dict(self.where[0]) if len(self.where) == 1 else {"all": list(self.where)}

    @property
    def shown(self) -> str:
        """The columns with their widths, as an address writes them."""
        return ",".join(f"{name}*{self.widths[name]}" if name in self.widths else name for name in self.columns)

    def apart(self, own: Arrangement) -> dict[str, str]:
        """The values of an address that turn `own` into this."""
        found = {}
        if self.where != own.where:
            found["where"] = filter_text(self.where)
        if self.order != own.order:
            found["order"] = self.order
        if self.shown != own.shown:
            found["cols"] = self.shown
        if self.frozen != own.frozen:
            found["frozen"] = str(self.frozen)
        if self.group != own.group:
            found["group"] = self.group or "-"
        if self.by != own.by:
            found["by"] = self.by or "-"
        if self.lane != own.lane:
            found["lane"] = self.lane or "-"
        if self.pipeline != own.pipeline:
            found["pipeline"] = self.pipeline or "-"
        return found


def arrangement_of(view: View | None, object_: BoundObject, columns: Sequence[str]) -> Arrangement:
    """What a view says; `columns` are those of a view that names none."""
    if view is None:
        return Arrangement(order=object_.definition.order, columns=tuple(columns))
    own = Arrangement(
        parts_of(view.where), view.order or object_.definition.order, view.columns or tuple(columns), view.widths, view.frozen
    )
    group, lane, pipeline = view.group or "", view.lane or "", view.pipeline or ""
    return replace(own, by=group, lane=lane, pipeline=pipeline) if view.shape == "board" else replace(own, group=group)


def parts_of(where: Part | None) -> tuple[Part, ...]:
    """The conditions of a filter that must all hold."""
    if where is None:
        return ()
    return tuple(where["all"]) if set(where) == {"all"} and isinstance(where["all"], list | tuple) else (where,)


def narrowed(object_name: str, *conditions: Part) -> str:
    """The address of a list without a view, narrowed by conditions."""
    return f"/o/{object_name}?{urlencode({'where': filter_text(conditions)})}"


def rearranged(own: Arrangement, query: Mapping[str, str], shape: str = "list") -> Arrangement:
    """What an address makes of a view's arrangement; raises Malformed for conditions that can't be read."""
    found = own
    if shape == "board":
        by, lane = query.get("by") or own.by, query.get("lane") or own.lane
        pipeline = query.get("pipeline") or own.pipeline
        found = replace(found, by=by.strip("-"), lane=lane.strip("-"), pipeline=pipeline.strip("-"))
    if query.get("where"):
        found = replace(found, where=_conditions(query["where"]))
    if query.get("order"):
        found = replace(found, order=query["order"])
    if query.get("cols"):
        pairs = [match for text in query["cols"].split(",")[:MOST_COLUMNS] if (match := _COLUMN.fullmatch(text))]
        widths = {match[1]: min(max(int(match[2]), NARROWEST), WIDEST) for match in pairs if match[2]}
        found = replace(found, columns=tuple(dict.fromkeys(match[1] for match in pairs)), widths=widths)
    if (frozen := whole(query.get("frozen", ""))) is not None:
        found = replace(found, frozen=min(frozen, MOST_FROZEN))
    if query.get("group"):
        found = replace(found, group=query["group"].strip("-"))
    return found


def _conditions(text: str) -> tuple[Part, ...]:
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed(t("The filter in the address can't be read.")) from None
    parts = parts if isinstance(parts, list) else list(parts_of(parts)) if isinstance(parts, dict) else [parts]
    if not all(isinstance(part, dict) for part in parts):
        raise Malformed(t("The filter in the address can't be read."))
    return tuple(parts)


def fitted(scope: Scope, object_: BoundObject, wanted: Arrangement) -> tuple[Arrangement, bool]:
    """What of an arrangement the reader can have, and whether conditions, order or groups had to be left out.

    A part that names what the reader may not know of is left out as one that names what is no longer there: the two look the same.
    """
    where = tuple(part for part in wanted.where if _fits(lambda part=part: filter_in(scope, object_, part)))
    keys = [key for key in wanted.order.split(",") if key]
    order = ",".join(key for key in keys if _fits(lambda key=key: parse_order(scope, object_, key)))
    group = wanted.group if wanted.group and groupable(scope, object_, wanted.group) else ""
    by = wanted.by if wanted.by and any(field.name == wanted.by for field in board_fields(scope, object_)) else ""
    lane = wanted.lane if wanted.lane and _makes_lanes(scope, object_, by, wanted.lane) else ""
    pipeline = wanted.pipeline if wanted.pipeline and _is_shown(scope, object_, by, wanted.pipeline) else ""
    found = replace(wanted, where=where, order=order, group=group, by=by, lane=lane, pipeline=pipeline)
    kept = (where, group, by, lane) == (wanted.where, wanted.group, wanted.by, wanted.lane)
    return found, not kept or wanted.order not in (order, object_.definition.order)


def _makes_lanes(scope: Scope, object_: BoundObject, by: str, lane: str) -> bool:
    return any(field.name == lane for field in lanes_of(scope, object_, board_field(scope, object_, by)))


def _is_shown(scope: Scope, object_: BoundObject, by: str, pipeline: str) -> bool:
    fields = board_fields(scope, object_)
    shown = next((field for field in fields if field.name == (by or fields[0].name)), None)
    return shown is not None and any(own.name == pipeline for own in pipelines_of(scope, shown))


def groupable(scope: Scope, object_: BoundObject, group: str) -> bool:
    """Whether a list can be put in groups by a field: they are read in its order."""
    try:
        (key,) = parse_order(scope, object_, group.partition(":")[0])
        parse_groups(scope, object_, [group])
    except Invalid:
        return False
    return key.path.field.kind in _GROUPED and key.path.field.column not in ("id", "label")


def _fits(check: Any) -> bool:
    try:
        check()
    except Invalid:
        return False
    return True
