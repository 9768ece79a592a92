"""Floor 2: objects, described by data. Model, rights, reading, writing, history, search. Knows nothing of CRM.

Imports `kundig.base` only. Rooms, each importing only those before it: extension, configuration, schema, policy, history,
search, records. Start reading at `extension/` (what a module hands in) and `records/` (the two doors).
"""
