"""Why somebody who comes from a provider is not let in: told calmly to them, and by a stable word to the audit trail."""

from __future__ import annotations

from kundig.base.errors import Kind, KundigError
from kundig.base.i18n import Text, t


class ProviderRefusal(KundigError):
    """Nobody was signed in. `reason` is a word for the trail, not for the person; `detail` what the other side said."""

    kind = Kind.DENIED
    code = "provider_refused"

    def __init__(self, reason: str, text: Text | None = None, *, detail: str = "") -> None:
        """Without a text of its own it says what helps in any case."""
        super().__init__(text or t("Signing in there did not work. Try again; if it stays so, tell your administrator."))
        self.reason = reason
        self.detail = detail[:200]


def begin_again() -> ProviderRefusal:
    """The answer belongs to nothing that was begun in this browser, or that was too long ago."""
    return ProviderRefusal("state", t("This sign-in was begun in another window, or too long ago. Please begin again."))


def away() -> ProviderRefusal:
    """The provider does not answer."""
    return ProviderRefusal(
        "away", t("The provider does not answer at the moment. Try again in a minute, or sign in with your password.")
    )
