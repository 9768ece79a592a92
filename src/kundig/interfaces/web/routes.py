"""All addresses of the pages."""

from __future__ import annotations

from kundig.interfaces.web.pages import (
    actions,
    boards,
    calendar_moves,
    calendars,
    cells,
    comments,
    composing,
    feeds,
    finding,
    forms,
    home,
    imports,
    lists,
    lookups,
    notifications,
    planning,
    records,
    sharing,
    signing_in,
    stages,
    steps,
    timelines,
    trash,
)
from kundig.interfaces.web.pages.settings import feed, history, me, roles, samples, security, teams, tokens, users

_RECORDS = (
    lists, boards, steps, stages, calendars, calendar_moves, planning, records, timelines, composing, forms, cells, actions,
    lookups, finding, trash, comments, sharing,
)  # fmt: skip
_PERSONAL = (home, signing_in, notifications, imports, me, security, feeds, feed, tokens, users, teams, roles, history, samples)

ROUTES = tuple(route for page in (*_RECORDS, *_PERSONAL) for route in page.ROUTES)
