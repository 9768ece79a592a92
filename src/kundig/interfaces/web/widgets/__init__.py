"""How values of each kind of field look on pages and in forms, and how forms are read. Keyed by kind, overridable per type.

A widget is a name: templates `widgets/show.html` and `widgets/input.html` have a macro for each, `filling.py` turns contract
JSON into the texts of its controls, `reading.py` turns those back. Start at `choosing.py`.
"""
