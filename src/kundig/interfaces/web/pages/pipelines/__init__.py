"""Pipelines in the settings: all there are, and one of them as a draft in a form, saved as one change of the configuration.

Start at `editor.py` (the routes); `drafts.py` is the draft and what one can do with it, `checking.py` says what is wrong with it.
"""

from kundig.interfaces.web.pages.pipelines import editor

ROUTES = editor.ROUTES
