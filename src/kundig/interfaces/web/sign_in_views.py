"""What the pages before sign-in show: typed values for `sign_in.html`, `forgotten.html`, `new_password.html`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class SignIn:
    """`sign_in.html`. `next` is an address of our own to go to afterwards; `hint` tells the demo's log-in.

    `providers` are the other ways in: address and what the provider is called.
    """

    company: str = ""
    email: str = ""
    next: str = "/"
    remember: bool = True
    notice: str = ""
    error: str = ""
    hint: str = ""
    server: str = ""
    providers: tuple[tuple[str, str], ...] = ()
    passkeys: bool = False
    """Browsers make passkeys for this address."""


@dataclass(frozen=True, slots=True)
class SecondStep:
    """`second_step.html`: a code of the app or, if `recovery`, one of those for who has lost it; a passkey does too."""

    next: str = "/"
    remember: bool = False
    recovery: bool = False
    passkeys: bool = False
    error: str = ""
    server: str = ""

    @property
    def query(self) -> str:
        """What the address of the page carries along."""
        return urlencode({"next": self.next} | ({"remember": "1"} if self.remember else {}))


@dataclass(frozen=True, slots=True)
class SetUp:
    """`set_up.html`: a role asks for a second factor, and here it is set up before anything else."""

    app: AppOffer
    passkeys: bool = False
    server: str = ""


@dataclass(frozen=True, slots=True)
class AppOffer:
    """`pages/settings/factor_app.html`: the picture and the key that an app is set up with, for a first code of it."""

    picture: Markup
    key: str
    sealed: str
    name: str = ""
    setting_up: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`forgotten.html`: asks for the address, then says the same whether it is known or not."""

    email: str = ""
    sent: bool = False
    mail_file: str = ""
    """Where the mail lies when no mail server is set up; shown on the server's own machine only."""
    error: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class NewPassword:
    """`new_password.html`: from a link that works once. `first` greets instead of speaking of a reset."""

    action: str
    email: str = ""
    name: str = ""
    first: bool = False
    asks_name: bool = False
    """The very first administrator also says who they are."""
    expired: bool = False
    length: int = 8
    errors: Mapping[str, str] = field(default_factory=dict)
    server: str = ""
