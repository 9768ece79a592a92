"""Users, teams, roles, sign-in, sessions, tokens. Imports the engine; sends no mail itself (`delivery` does).

Start at `objects.py` (what a user is), `signed.py` (who sends a request) and `scopes.py` (what that one may do).
"""
