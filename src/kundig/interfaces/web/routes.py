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
    reactions,
    records,
    shapes,
    sharing,
    sign_in_providers,
    signing_in,
    single,
    stages,
    steps,
    timelines,
    trash,
    views,
)
from kundig.interfaces.web.pages.settings import (
    accounts,
    company,
    devices,
    feed,
    history,
    me,
    providers,
    provisioning,
    roles,
    samples,
    security,
    teams,
    tokens,
    users,
)  # fmt: skip

_RECORDS = (
    lists, live_rows, views, arranging, filter_editor, bulk, boards, steps, calendars, calendar_moves, planning, records, timelines,
    laying_out, composing, forms, shapes, cells, stages, actions, lookups, finding, trash, comments, reactions, sharing, palette,
    single,
)  # fmt: skip
_PERSONAL = (
    guiding, first_hour, offline, home, live, signing_in, sign_in_providers, notifications, importing, imports, me, devices,
    security, accounts, feeds, feed, tokens, company, users, teams, roles, providers, provisioning, pipelines, history, samples,
)  # fmt: skip

ROUTES = tuple(route for page in (*_RECORDS, *_PERSONAL) for route in page.ROUTES)
