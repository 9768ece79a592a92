"""What a provider vouches for: who somebody is there, and whether it has asked them for a second step."""

from __future__ import annotations

from kundig.engine.extension import SignInProvider
from kundig.services.identity.providers.id_tokens import LONGEST_SUBJECT, Claims
from kundig.services.identity.vouchers import Voucher


def voucher_of(provider: SignInProvider, claims: Claims) -> Voucher:
    """What is kept of a provider's word. Only what its settings name counts as a second step: each has words of its own."""
    sid = claims.get("sid")
    kept = sid if isinstance(sid, str) and 0 < len(sid) <= LONGEST_SUBJECT else None
    return Voucher(provider.name, str(claims["sub"]), kept, not _said(claims).isdisjoint(provider.second_step))


def _said(claims: Claims) -> set[str]:
    """How somebody has signed in there: the class, and the methods."""
    methods = claims.get("amr")
    words = [claims.get("acr"), *(methods if isinstance(methods, list) else ())]
    return {word for word in words if isinstance(word, str)}
