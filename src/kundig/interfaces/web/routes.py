"""All addresses of the pages."""

from __future__ import annotations

from kundig.interfaces.web.pages import (
    actions,
    arranging,
    boards,
    bulk,
    calendar_moves,
    calendars,
    cells,
    comments,
    composing,
    feeds,
    filter_editor,
    finding,
    first_hour,
    forms,
    guiding,
    handing_over,
    home,
    importing,
    imports,
    laying_out,
    lists,
    live,
    live_rows,
    lookups,
    notifications,
    offline,
    palette,
    pipelines,
    planning,
    proving,
    reactions,
    records,
    rights,
    second_step,
    shapes,
    sharing,
    signing_in,
    single,
    stages,
    steps,
    strength,
    timelines,
    trash,
    viewing,
    views,
)
from kundig.interfaces.web.pages.settings import (
    access,
    audit,
    company,
    devices,
    factors,
    feed,
    history,
    me,
    samples,
    security,
    teams,
    tokens,
    users,
)  # fmt: skip

_RECORDS = (
    lists, live_rows, views, arranging, filter_editor, bulk, boards, steps, calendars, calendar_moves, planning, records, timelines,
    laying_out, composing, forms, shapes, cells, stages, actions, lookups, finding, trash, comments, reactions, sharing, palette,
    single, handing_over,
)  # fmt: skip
_PERSONAL = (
    guiding, first_hour, offline, home, live, signing_in, second_step, strength, proving, notifications, importing, imports, me,
    devices, security, factors, feeds, feed, tokens, company, users, access, viewing, teams, rights,
    pipelines, history, audit, samples,
)  # fmt: skip

ROUTES = tuple(route for page in (*_RECORDS, *_PERSONAL) for route in page.ROUTES)
