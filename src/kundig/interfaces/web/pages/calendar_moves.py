"""Moving an entry of a calendar to another time, or making it longer or shorter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, post

from kundig.base.errors import Malformed, Missing
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import Update
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.calendar_entries import ASSUMED, Source, source_of
from kundig.interfaces.web.pages.calendar_grid import QUARTER
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.occurrences import ask_reach, known_series, reach_of, recurs, write_reach

FARTHEST = 10_000
"""Days, and minutes, that one move may go."""


@post("/o/{object_name:str}/{id_:str}/shift", status_code=200)
async def shift(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """By `days` and `minutes` later, by `stretch` minutes and `longer` days longer; in local time, so that ten stays ten."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        source = source_of(scope, scope.object(object_name), visit.value("by"))
        if source is None:
            raise Missing
        by = {name: _number(visit, name) for name in ("days", "minutes", "stretch", "longer")}
        object_, reach = source.object, reach_of(visit)
        names = [name for name in (source.period.start, source.period.end, known_series(scope, object_)) if name]
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_), [*names, "version"])).text)
        if reach is None and recurs(scope, object_, record):
            asked = {"by": source.period.start} | {name: str(number) for name, number in by.items()}
            return ask_reach(visit, t("Move one of a series"), f"/o/{object_name}/{id_}/shift", asked)
        values = shifted(scope, source, record, **by)
        change = await write_reach(scope, object_, Update(record_id(id_), values, record["version"]), reach or "one")
        shown = formats(visit.frame.language, visit.frame.zone)
        start = values.get(source.period.start, record[source.period.start])
        when = shown.datetime(start) if source.timed else shown.date(start)
        undo = f"/changes/{change.id}/undo" if change.written else ""
        return Reply(to=visit.here, headers=notice(visit, t("Now on {when}.", when=when), undo=undo))

    return await page(request, work)


def _number(visit: Visit, name: str) -> int:
    text = visit.value(name, "0")
    number = whole(text.removeprefix("-"), FARTHEST)
    if number is None:
        raise Malformed(t("This is no place in the calendar."))
    return -number if text.startswith("-") else number


def shifted(
    scope: Scope, source: Source, record: dict[str, Any], *, days: int, minutes: int, stretch: int, longer: int = 0
) -> dict[str, str]:
    """The new values of the fields that change. An entry keeps its length, and never ends before it begins."""
    period = source.period
    start, end = record[period.start], record.get(period.end) if period.end else None
    if start is None:
        raise Missing
    if not source.timed:
        moved = date.fromisoformat(start) + timedelta(days=days)
        values = {period.start: moved.isoformat()}
        if period.end and (end or longer):
            values[period.end] = max(moved, date.fromisoformat(end or start) + timedelta(days=days + longer)).isoformat()
        return values
    begins, ends = _local(scope, start), _local(scope, end) if end else None
    lasts = ends - begins if ends else ASSUMED
    values = {}
    if days or minutes:
        begins += timedelta(days=days, minutes=minutes)
        values[period.start] = _instant(begins)
    if period.end and (ends or stretch or longer):
        values[period.end] = _instant(begins + max(lasts + timedelta(days=longer, minutes=stretch), timedelta(minutes=QUARTER)))
    return values


def _local(scope: Scope, value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(scope.context.time_zone)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


ROUTES = (shift,)
