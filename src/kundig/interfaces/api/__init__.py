"""REST under /api/v1: the contract's routes, problem documents, OpenAPI of the workspace's real model.

Imports everything below, names no object and no module. Start at `routes.py` (what there is) and `edge.py` (how a request runs).
"""
