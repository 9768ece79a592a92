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
    finding,
    forms,
    home,
    imports,
    lists,
    live,
    live_rows,
    lookups,
    notifications,
    reactions,
    records,
    sharing,
    signing_in,
    stages,
    timelines,
    trash,
)
from kundig.interfaces.web.pages.settings import history, me, roles, samples, security, teams, tokens, users

_RECORDS = (
    lists, live_rows, boards, calendars, calendar_moves, records, timelines, composing, forms, cells, stages, actions, lookups,
    finding, trash, comments, reactions, sharing,
)  # fmt: skip
_PERSONAL = (home, live, signing_in, notifications, imports, me, security, tokens, users, teams, roles, history, samples)

ROUTES = tuple(route for page in (*_RECORDS, *_PERSONAL) for route in page.ROUTES)
