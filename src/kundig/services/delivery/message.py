"""A mail as it goes over the wire: headers that no value can break out of, text and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from kundig.services.delivery.mail import Content
from kundig.services.delivery.post import Post


def message_of(post: Post, mail: Mapping[str, Any], content: Content) -> EmailMessage:
    """The message of a stored mail: the same each time it is made, its Message-ID and date above all."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Kundig", addr_spec=post.sender)
    message["To"] = Address(_one_line(content.name), addr_spec=mail["recipient"])
    message["Subject"] = _one_line(content.subject)
    message["Date"] = format_datetime(mail["created_at"])
    message["Message-ID"] = mail["message_id"]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    return message


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
