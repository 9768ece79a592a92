"""Telling people by mail what changed about their sign-in, so that what they did not do does not stay unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.errors import Missing
from kundig.base.i18n import Text, t
from kundig.base.jobs import Job, JobRun, first_time, queue
from kundig.services.delivery.letter import Letter
from kundig.services.delivery.mail import Mail, send_mail
from kundig.services.delivery.post import Post
from kundig.services.identity.factors import holder_of

JOB = "identity.tell"
News = Literal["factor_added", "factor_removed", "factors_reset", "recovery_code_used", "codes_renewed", "email_changed"]


async def tell(connection: Connection, user: UUID, news: News, *, values: Mapping[str, str] | None = None, email: str = "") -> None:
    """Have somebody told, at `email` if that is not their address any more; it leaves with the transaction."""
    await queue(connection, JOB, {"user": str(user), "news": news, "values": dict(values or {}), "email": email})


def telling_job(post: Post) -> Job:
    """The job that writes the mail."""

    async def send(run: JobRun) -> None:
        async with run.transaction() as connection:
            if not await first_time(connection, run):
                return
            try:
                async with connection.directory():
                    person = await holder_of(connection, UUID(str(run.payload["user"])))
            except Missing:
                return
            letter = _letter(post, str(run.payload["news"]), person.name, run.payload["values"])
            email = run.payload["email"] or person.email
            await send_mail(connection, post, Mail(email, person.name, person.language, "access", letter))

    return Job(JOB, send)


def _letter(post: Post, news: str, name: str, values: Mapping[str, str]) -> Letter:
    return Letter(
        subject=t("Your sign-in to Kundig has changed"),
        greeting=t("Good day {name},", name=name),
        paragraphs=(_said(news, values),),
        button=t("Look at your sign-in"),
        address=f"{post.base_url.rstrip('/')}/settings/security",
        small=t("If this was not you, change your password there at once and tell your administrator."),
    )


def _said(news: str, values: Mapping[str, str]) -> Text:
    match news:
        case "factor_added":
            return t("A second step was added to your sign-in: {factor}.", **values)
        case "factor_removed":
            return t("A second step was removed from your sign-in: {factor}.", **values)
        case "factors_reset":
            return t(
                "{by} has removed all second steps of your sign-in. Your password is enough again until you set one up.", **values
            )
        case "recovery_code_used":
            return t("Somebody, presumably you, has signed in with a recovery code. There are {left} left.", **values)
        case "codes_renewed":
            return t("New recovery codes were made for your sign-in. The earlier ones are void.", **values)
        case _:
            return t("From now on you sign in to Kundig with the address {email}, not with this one.", **values)
