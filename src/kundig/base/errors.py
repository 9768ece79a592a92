"""Everything that can go wrong in a way the user can understand: one class per cause, one kind per answer.

The edges turn `kind` into an HTTP status, an exit status or a job's retry; nothing else decides by message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kundig.base.i18n import Text, t


class Kind(Enum):
    """What an error means for the one who asked."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    DENIED = "denied"
    MISSING = "missing"
    CONFLICT = "conflict"
    STALE = "stale"
    INVALID = "invalid"
    TOO_MANY = "too_many"
    OUTSIDE = "outside"


class KundigError(Exception):
    """Base of all errors that are told to the user. `code` is stable, `text` is shown in the user's language."""

    kind = Kind.INVALID
    code = "error"

    def __init__(self, text: Text, **extra: Any) -> None:
        """`extra` goes into the problem document beside the standard members."""
        super().__init__(text)
        self.text = text
        self.extra: Mapping[str, Any] = extra


class Malformed(KundigError):
    """The request can't be read at all: bad JSON, a cursor of another list."""

    kind = Kind.MALFORMED
    code = "malformed"


class Unauthenticated(KundigError):
    """Nobody is signed in, or the token is not valid (any more)."""

    kind = Kind.UNAUTHENTICATED
    code = "unauthenticated"

    def __init__(self, text: Text | None = None) -> None:
        """The text says nothing about why, so that nothing can be learnt from it."""
        super().__init__(text or t("Sign in first, or send a valid API token."))


class Denied(KundigError):
    """The caller may know of the thing, but not do this with it."""

    kind = Kind.DENIED
    code = "denied"


class ProofNeeded(Denied):
    """Who is signed in is to show once more that it is them, before something that matters; then it can be asked for again."""

    code = "proof_needed"

    def __init__(self) -> None:
        """Told only where nothing can ask: pages open a dialog instead."""
        super().__init__(t("Please confirm first that it is you. Reload the page and try again."))


class FactorNeeded(Denied):
    """A role asks for a second factor, and there is none yet: until it is set up nothing else can be done."""

    code = "factor_needed"

    def __init__(self) -> None:
        """Pages lead to where it is set up."""
        super().__init__(t("Your role asks for a second step when signing in. Set it up first."))


class Missing(KundigError):
    """Not there, or not the caller's to see: the two look the same."""

    kind = Kind.MISSING
    code = "missing"

    def __init__(self, text: Text | None = None) -> None:
        """One text for everything, so that nothing can be learnt from it."""
        super().__init__(text or t("This does not exist, or you may not see it."))


class Conflict(KundigError):
    """The state of things forbids it: done already, changed since."""

    kind = Kind.CONFLICT
    code = "conflict"


class Overtaken(Conflict):
    """Somebody changed what the work was made from while it ran: begun again, it is made from what is there then."""

    code = "overtaken"

    def __init__(self) -> None:
        """Told only if it happens again and again."""
        super().__init__(t("Somebody is changing the same at this moment. Nothing was saved: try again."))


class Stale(KundigError):
    """Somebody was faster: the version named is not the current one."""

    kind = Kind.STALE
    code = "stale"

    def __init__(self, errors: Iterable[FieldError] = ()) -> None:
        """`errors` names the stale items of a batch."""
        super().__init__(t("Somebody changed this record in the meantime. Read it again and repeat your change."))
        self.errors = tuple(errors)


class TooMany(KundigError):
    """Too many requests or tries; `retry_after` says in how many seconds to come back."""

    kind = Kind.TOO_MANY
    code = "too_many"

    def __init__(self, text: Text, retry_after: int) -> None:
        """`retry_after` in seconds."""
        super().__init__(text)
        self.retry_after = retry_after


class OutsideFault(KundigError):
    """Something outside Kundig failed: the database is away, the disk is full, a port is taken, a mail server refuses."""

    kind = Kind.OUTSIDE
    code = "outside_fault"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: `code` is stable, `text` for people, `list`/`index` the place in a batch."""

    field: str
    code: str
    text: Text
    list: str | None = None
    index: int | None = None


class Invalid(KundigError):
    """Bad values; all of them are named at once."""

    kind = Kind.INVALID
    code = "invalid"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        """At least one error."""
        super().__init__(t("Some values can't be accepted."))
        self.errors = tuple(errors)

    @classmethod
    def one(cls, field: str, code: str, text: Text) -> Invalid:
        """The usual case: one bad field."""
        return cls([FieldError(field, code, text)])
