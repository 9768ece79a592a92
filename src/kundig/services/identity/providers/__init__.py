"""Signing in at a provider (OpenID Connect, authorization code flow with PKCE).

Start at `entering.py`. `trips.py` is the way to the provider and back, `issuers.py` what a provider says of itself and its keys,
`id_tokens.py` what is believed of its answer, `people.py` who that is here, `signing_out.py` how the provider ends sessions.
"""
