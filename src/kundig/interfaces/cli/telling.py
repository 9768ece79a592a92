"""How the command line speaks: in the language of the terminal, faults as one sentence on stderr."""

from __future__ import annotations

import errno
import os
import sys

import psycopg

from kundig.base.database.faults import DatabaseAway, explained
from kundig.base.errors import Invalid, KundigError, OutsideFault
from kundig.base.i18n import Text, t

MAIN = "main"
"""The workspace that commands work in unless told otherwise."""


def language() -> str:
    """German if the terminal is, else English."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "de" if chosen.startswith("de") else "en"


def tell(text: Text) -> None:
    """Say something on stdout."""
    print(text.render(language()), flush=True)


def warn(text: Text) -> None:
    """Say something on stderr."""
    print(text.render(language()), file=sys.stderr, flush=True)


def tell_error(error: BaseException) -> None:
    """One clear sentence on stderr, with the bad values if there are some."""
    known = as_known(error)
    warn(known.text)
    if isinstance(known, Invalid):
        for item in known.errors:
            warn(t("{field}: {problem}", field=item.field, problem=item.text) if item.field else item.text)


def as_known(error: BaseException) -> KundigError:
    """The error in words for the one at the terminal."""
    if isinstance(error, KundigError):
        return _away() if isinstance(error, DatabaseAway) else error
    if isinstance(error, psycopg.Error) and (found := explained(error)) is not None:
        return as_known(found)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutsideFault(t("The disk is full. Free some space and try again."))
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutsideFault(t("{path} can't be written or read: permission denied.", path=str(error.filename or "")))
    if isinstance(error, FileNotFoundError):
        return OutsideFault(t("There is no file {path}.", path=str(error.filename or "")))
    return OutsideFault(
        t("Something unexpected happened ({kind}). `kundig --trace …` shows where; please report it.", kind=type(error).__name__)
    )


def _away() -> OutsideFault:
    """What to look at depends on whose database it is."""
    if os.environ.get("KUNDIG_DATABASE_URL"):
        return OutsideFault(t("The database can't be reached. Is it running, and is KUNDIG_DATABASE_URL right?"))
    return OutsideFault(t("The built-in database does not let us in. Run `kundig migrate`; it completes what a first start left."))
