"""Principals, audience, predicates, field sets: what an actor may see and do. Knows nothing of signing in.

Imports `extension`, `configuration`, `schema`. Start at `access.py` and `scope.py`. The read door uses
`predicates.AccessReading` and `visible`, the write door `decisions.allowed` and `audience.renew`;
`resolve.resolve` makes an `Access`.
"""
