"""The mails of identity: links to set a first password, or another one."""

from __future__ import annotations

from kundig.base.database import Connection
from kundig.base.i18n import t
from kundig.services.delivery.letter import Letter
from kundig.services.delivery.mail import Mail, send_mail
from kundig.services.delivery.post import Post
from kundig.services.identity.links import Invitation


def link_address(base_url: str, code: str) -> str:
    """Where a one-time link leads: always to the address of the settings, whatever a request calls itself."""
    return f"{base_url.rstrip('/')}/setup/{code}"


async def send_link(connection: Connection, post: Post, invitation: Invitation) -> None:
    """Mail a link to whom it was made for; the connection is in their workspace. It leaves with the transaction."""
    letter = _setup(post, invitation) if invitation.purpose == "setup" else _reset(post, invitation)
    await send_mail(connection, post, Mail(invitation.email, invitation.name, invitation.language, "access", letter))


def _setup(post: Post, invitation: Invitation) -> Letter:
    return Letter(
        subject=t("Your access to Kundig"),
        greeting=t("Good day {name},", name=invitation.name),
        paragraphs=(
            t("An access to Kundig has been set up for you. Your colleagues keep customers, deals and tasks there."),
            t("You sign in with this address: {email}. Please choose a password first.", email=invitation.email),
        ),
        button=t("Choose a password"),
        address=link_address(post.base_url, invitation.code),
        small=t("The link works once, for seven days. If it has run out, your administrator can send you a new one."),
    )


def _reset(post: Post, invitation: Invitation) -> Letter:
    return Letter(
        subject=t("A new password for Kundig"),
        greeting=t("Good day {name},", name=invitation.name),
        paragraphs=(t("Somebody, presumably you, has asked for a new password for Kundig. You can choose it here."),),
        button=t("Choose a new password"),
        address=link_address(post.base_url, invitation.code),
        small=t("The link works once, for one hour. If you did not ask for it, you need do nothing: your password stays as it is."),
    )
