"""Open pages follow what others do: the feed, told to each page as far as its reader may know; and who else is there.

One task for each workspace and process reads for all pages that the process serves, so that a page costs no statement of its own.
Pages are told what happened to which record, never values: those they read anew. Start at `hub.py`.
"""
