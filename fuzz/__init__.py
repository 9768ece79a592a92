"""Requests that nobody thought of, made from the description of the API: see `__main__.py`."""
