"""Rights in the settings and on records: roles as a matrix, sharing rules, and why somebody may do something.

Start at `roles.py`; `drafts.py` is a role in a form, `matrix.py` what the page shows of it, `consequences.py` what saving would do.
"""

from kundig.interfaces.web.pages.rights import making, reasons, roles, rules

ROUTES = (*making.ROUTES, *roles.ROUTES, *rules.ROUTES, *reasons.ROUTES)
