"""Arranging a record's page in place: the layout of a role as a draft in a form, saved as one change of the configuration.

Start at `editor.py` (the routes); `drafts.py` is the draft and what one can do with it, `asking.py` edits the conditions.
"""

from kundig.interfaces.web.pages.laying_out import asking, editor

ROUTES = (*editor.ROUTES, *asking.ROUTES)
