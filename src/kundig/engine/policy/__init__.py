"""Principals, audience, predicates, field sets: what an actor may see and do. Knows nothing of signing in.

Imports `extension`, `configuration`, `schema`. Start at `access.py` and `scope.py`.
"""
