"""Where mail goes out: the installation's mail server, or the data folder while there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from kundig.base.secrets import Secrets
from kundig.base.settings import Settings

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
FOLDER = "mail"
"""In the data folder: where mails lie while no mail server is set up."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server as KUNDIG_SMTP_URL names it: `smtp://user:password@host:587?from=crm@example.com`, or `smtps://…`."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    """TLS from the first byte; else STARTTLS: needed where a password or a foreign host is involved."""

    @property
    def needs_tls(self) -> bool:
        """Whether nothing may be sent in the clear: mail to the own machine may."""
        return self.host not in LOCAL

    def __repr__(self) -> str:
        """Without the password."""
        return f"MailServer({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Post:
    """What delivery needs of the installation."""

    secrets: Secrets
    base_url: str
    """The only address that links in mails lead to; a request's Host header is never asked."""
    sender: str
    folder: Path
    server: MailServer | None = None

    @property
    def files_only(self) -> bool:
        """Whether mails are written into the data folder, since no mail server is set up."""
        return self.server is None

    @property
    def domain(self) -> str:
        """The right side of message ids."""
        return self.sender.rpartition("@")[2]


def post_of(settings: Settings) -> Post:
    """The post of an installation."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    sender, server = f"kundig@{host if ':' not in host else 'localhost'}", None
    if settings.smtp_url is not None:
        parts = urlsplit(settings.smtp_url)
        tls = parts.scheme == "smtps"
        user, password = parts.username, parts.password
        server = MailServer(
            parts.hostname or "localhost",
            parts.port or (465 if tls else 587),
            unquote(user) if user else None,
            unquote(password) if password else None,
            tls,
        )
        own = unquote(user) if user and "@" in unquote(user) else sender
        sender = next(iter(parse_qs(parts.query).get("from", ())), own)
    return Post(settings.secrets, settings.base_url, sender, settings.data / FOLDER, server)
