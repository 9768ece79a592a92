"""Import and export: files in, files out, for every object. Imports `base`, `engine` and the services before it.

Start at `imports.py` (what the ways in call), `run.py` (how an import runs) and `export.py`.
"""
