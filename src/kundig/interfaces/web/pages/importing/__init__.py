"""The steps of an import: the file, its columns, their values, a trial. What is chosen in each is kept at once (`drafts.py`).

A step is a form that is sent with every change and comes back as it then is; its button goes on to the next step.
"""

from kundig.interfaces.web.pages.importing import checking, mapping, uploading, values

ROUTES = (*uploading.ROUTES, *mapping.ROUTES, *values.ROUTES, *checking.ROUTES)
