"""Handing a message to the mail server."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib

from kundig.base.errors import OutsideFault
from kundig.base.i18n import t
from kundig.services.delivery.post import MailServer

_SECONDS = 30.0


class Refused(Exception):
    """The server will never take this mail: an unknown recipient, a content it does not like."""


class Uncertain(OutsideFault):
    """The connection broke after the message was on its way: the server may have it or not."""


async def hand_over(server: MailServer, sender: str, recipient: str, message: EmailMessage) -> None:
    """Give a message to the server; it is theirs when this returns.

    Raises Refused, Uncertain, or another OutsideFault if nothing was accepted and it is worth a try later.
    """
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        # To the own machine it may go without; elsewhere a server that offers no TLS gets neither password nor mail.
        start_tls=None if server.tls or not server.needs_tls else True,
        username=server.user,
        password=server.password,
        timeout=_SECONDS,
    )
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        # a refused log-in is here too: it is the operator's to mend, and the mail waits for it
        raise OutsideFault(t("The mail server can't be reached: {reason}.", reason=_said(error))) from error
    try:
        await client.send_message(message, sender=sender, recipients=[recipient])
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _of(error.recipients[0].code, error.recipients[0].message) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _of(error.code, error.message) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Uncertain(t("The mail server broke off: {reason}.", reason=_said(error))) from error
    finally:
        client.close()


def _of(code: int, message: str) -> Exception:
    said = f"{code} {' '.join(message.split())[:200]}"
    return Refused(said) if 500 <= code < 600 else OutsideFault(t("The mail server said: {answer}", answer=said))


def _said(error: Exception) -> str:
    return f"{error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else type(error).__name__
