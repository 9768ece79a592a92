"""All addresses of the pages."""

from __future__ import annotations

from kundig.interfaces.web.pages import (
    actions,
    boards,
    cells,
    composing,
    finding,
    forms,
    home,
    lists,
    lookups,
    records,
    signing_in,
    stages,
    timelines,
    trash,
)

_PAGES = (lists, boards, records, timelines, composing, forms, cells, stages, actions, lookups, finding, trash, home, signing_in)

ROUTES = tuple(route for page in _PAGES for route in page.ROUTES)
