"""All addresses of the pages."""

from __future__ import annotations

from kundig.interfaces.web.pages import forms, lists, lookups, records

ROUTES = (*lists.ROUTES, *records.ROUTES, *forms.ROUTES, *lookups.ROUTES)
