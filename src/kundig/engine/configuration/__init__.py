"""Configuration as data with a history: documents, plans of changes, apply, roll back, export as YAML.

Imports `extension` only. Start at `documents.py` (what a document is) and `changing.py` (plan, apply, roll back).
"""
