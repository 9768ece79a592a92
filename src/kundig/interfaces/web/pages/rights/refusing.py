"""Why a change of rights is refused, to be told in its form."""

from __future__ import annotations

from kundig.base.errors import Conflict, Denied, Invalid, KundigError, ProofNeeded
from kundig.base.i18n import Text

REFUSALS = (Invalid, Denied, Conflict)


def reason(refused: KundigError) -> Text:
    """What a form tells; that somebody has to show first that it is them goes on to where it is asked for."""
    if isinstance(refused, ProofNeeded):
        raise refused
    return refused.errors[0].text if isinstance(refused, Invalid) else refused.text
