"""Floor 1: settings, errors, context, languages, clock, secrets, database, jobs. Knows nothing of objects.

Imports no other floor. Start reading at `context.py` and `database/`.
"""
