"""A person's calendar for other programs, behind a secret link: what they may see now of what they own or take part in."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.background_tasks import BackgroundTask

from kundig.base.database import retrying
from kundig.base.errors import KundigError, TooMany
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.fields.recurrence import SERIES_PARTS
from kundig.interfaces.peers import address_of
from kundig.interfaces.reads import note_reads
from kundig.interfaces.web.calendar_file import TYPE, Item, calendar_file
from kundig.interfaces.web.edge import Web
from kundig.interfaces.web.pages.calendar_entries import ASSUMED, Source, of_people, sources_of
from kundig.services.identity.feeds import count_call
from kundig.services.identity.signed import Signed, asking, note_use

BEFORE, AHEAD = timedelta(days=90), timedelta(days=400)
"""How much of the past and of the future is told."""
MOST = 5000
"""Entries of one object."""
PAGE = 1000

_log = logging.getLogger("kundig.feeds")


@get("/calendar/feed/{code:str}")
async def show_feed(request: Request[Any, Any, Any], code: str) -> Response[bytes]:
    """The file. A link that has ended, or never was, is simply not there; the code is never written to a log."""
    web: Web = request.app.state.web
    headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    secret = code.removesuffix(".ics")
    try:
        await count_call(web.database, secret, address_of(request))

        async def once() -> tuple[bytes, Signed]:
            async with web.database.transaction(None, readonly=True, asking=asking("feed", secret)) as connection:
                scope, signed = await web.scopes.of_feed(connection, secret, "feed", address_of(request))
                file = await _file(scope, signed, web)
            await note_reads(web.database, scope)
            return file, signed

        content, signed = await retrying(once)
    except TooMany as error:
        return Response(b"", status_code=429, headers={**headers, "Retry-After": str(error.retry_after)}, media_type=TYPE)
    except KundigError:
        return Response(b"", status_code=404, headers=headers, media_type=TYPE)
    except Exception as error:
        # What went wrong is told without the request: its path is the secret.
        _log.error("a calendar feed failed: %s", type(error).__name__)
        return Response(b"", status_code=500, headers=headers, media_type=TYPE)
    return Response(content, headers=headers, media_type=TYPE, background=BackgroundTask(note_use, web.database, signed))


async def _file(scope: Scope, signed: Signed, web: Web) -> bytes:
    name = t("Kundig: {name}", name=signed.user_name).render(scope.context.language)
    found = [item for source in sources_of(scope) for item in await _items(scope, source, web.base_url)]
    return calendar_file(name, urlsplit(web.base_url).hostname or "kundig", found)


async def _items(scope: Scope, source: Source, base: str) -> list[Item]:
    """One's own records of a source, and those that one takes part in."""
    first, last = ((scope.context.now + distance).date().isoformat() for distance in (-BEFORE, AHEAD))
    when = {"field": source.period.start, "op": "between", "value": [first, last]}
    where = {"all": [when, of_people(scope, source, ("me",))]}
    names = _names(scope, source)
    found: list[Item] = []
    cursor = None
    while len(found) < MOST:
        page = await list_records(scope, ListQuery(source.object.name, where, names, source.period.start, PAGE, cursor))
        found += [_item(scope, source, record, base) for record in page.records()]
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _names(scope: Scope, source: Source) -> tuple[str, ...]:
    """The fields that a file needs, as far as the reader may know them."""
    period, rule = source.period, source.object.recurrence
    parts = [rule.name, *(f"{rule.name}_{part}" for part in SERIES_PARTS)] if rule is not None else []
    place = source.object.definition.period.place if source.object.definition.period else None
    wanted = ("id", "label", "updated_at", "version", period.start, period.end, period.all_day, place, *parts)
    known = {"id", "label", *source.object.fields} - scope.rights(source.object.name).hidden
    return tuple(name for name in wanted if name and name in known)


def _item(scope: Scope, source: Source, record: dict[str, Any], base: str) -> Item:
    """A record by the clock of its series, else by its reader's."""
    period, definition = source.period, source.object.definition
    rule = source.object.recurrence
    part: dict[str, Any] = {name: record.get(f"{rule.name}_{name}") for name in SERIES_PARTS} if rule is not None else {}
    text = record.get(rule.name) if rule is not None else None
    whole = bool(part.get("series") and part.get("at") and part.get("zone") and text)
    zone = ZoneInfo(part["zone"]) if whole else scope.context.time_zone

    def local(value: str) -> datetime:
        if not source.timed:
            return datetime.combine(date.fromisoformat(value), time(), zone)
        return datetime.fromisoformat(value).astimezone(zone)

    starts = local(record[period.start])
    ended = record.get(period.end) if period.end else None
    ends = max(local(ended), starts) if ended else starts + ASSUMED
    all_day = not source.timed or bool(period.all_day and record.get(period.all_day))
    if all_day:
        starts, ends = (datetime.combine(at.date(), time(), zone) for at in (starts, ends))
        ends += timedelta(days=1)
    place = definition.period.place if definition.period else None
    changed = record.get("updated_at")
    item = Item(
        id=str(record["id"]), label=record["label"] or "", starts=starts, ends=ends, all_day=all_day, busy=period.end is not None,
        place=str(record.get(place) or "") if place else "", address=f"{base.rstrip('/')}/o/{source.object.name}/{record['id']}",
        changed_at=datetime.fromisoformat(changed) if changed else scope.context.now, version=record.get("version", 0),
    )  # fmt: skip
    if not whole:
        return item
    at = datetime.fromisoformat(part["at"]).astimezone(zone)
    at = datetime.combine(at.date(), time(), zone) if all_day else at
    return replace(item, series=part["series"], rule=text or "", at=at, differs=bool(part["changed"]))


ROUTES = (show_feed,)
