"""Pages: templates, their views, assets. Imports the floors below; knows no module by name.

Start at `rendering.py` (templates to HTML), `frame.py` (what every page knows) and `templates/macros.html` (the parts).
"""
