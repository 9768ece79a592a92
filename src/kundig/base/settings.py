"""What the operator decides: read once from the environment at the start, then never again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from kundig.base.i18n import Text, t
from kundig.base.keys import former_key, secret_key
from kundig.base.secrets import Secrets
from kundig.base.wrong_setting import WrongSetting, reason

Network = IPv4Network | IPv6Network

_KNOWN = frozenset(
    """DATABASE_URL DATA HOST PORT BASE_URL SECRET_KEY ADMIN_EMAIL ADMIN_PASSWORD DEMO SMTP_URL WORKERS API_RATE COUNT_STATEMENTS
    REPLICA_URL OUTGOING_HOSTS TRUSTED_PROXIES SECRET_KEY_OLD SECURITY_CONTACT""".split()  # noqa: SIM905 - reads better
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `secret_key` is raw bytes; a `database_url` of None means the embedded server in `data`."""

    data: Path
    secret_key: bytes
    database_url: str | None = None
    replica_url: str | None = None
    """A replica of that database, for reads that take long."""
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    admin_email: str | None = None
    admin_password: str | None = None
    demo: bool = False
    smtp_url: str | None = None
    workers: int = 1
    count_statements: bool = False
    """Each answer tells in a header how many SQL statements it took: for benchmarks."""
    api_rate: int = 200
    """Requests a second that a token may make on average in each server process, twice as many at once; 0: no limit."""

    outgoing_hosts: frozenset[str] = frozenset()
    """Places (host:port) that Kundig may talk to though they are in the own network."""
    trusted_proxies: tuple[Network, ...] = ()
    """Whose word on where a request comes from is taken: proxies in front of Kundig."""
    security_contact: str | None = None
    """Whom strangers tell of a weakness of this installation: an address by mailto, https or tel."""
    former_key: bytes | None = None
    """The key that `secret_key` is taking the place of: what it encrypted can still be read."""

    @property
    def secrets(self) -> Secrets:
        """Cryptography with the secret key; what the former one made is still known."""
        return Secrets(self.secret_key, () if self.former_key is None else (self.former_key,))

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Settings(data={self.data}, host={self.host}, port={self.port}, base_url={self.base_url})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read and check everything; raises `WrongSetting`. Makes data folder and secret key at the first start."""
        given = {
            name.removeprefix("KUNDIG_"): value.strip()
            for name, value in environment.items()
            if name.startswith("KUNDIG_") and value.strip()
        }
        for name in sorted(name for name in given.keys() - _KNOWN if not name.startswith("TEST_")):
            # Others may use the prefix for their own scripts; what looks like one of ours is a slip of the pen.
            for meant in get_close_matches(name, _KNOWN, 1, 0.75):
                raise WrongSetting(
                    t("There is no setting {name}. Is {meant} meant?", name=f"KUNDIG_{name}", meant=f"KUNDIG_{meant}")
                )
        host = given.get("HOST", "127.0.0.1")
        port = _number(given, "PORT", 8000, 1, 65535)
        data = data_folder(Path(given.get("DATA", "data")))
        return cls(
            data=data,
            secret_key=secret_key(given.get("SECRET_KEY"), data),
            former_key=former_key(given.get("SECRET_KEY_OLD"), "SECRET_KEY" in given, data),
            database_url=_database_url(given, "DATABASE_URL"),
            replica_url=_replica_url(given),
            host=host,
            port=port,
            base_url=_base_url(given.get("BASE_URL"), host, port),
            admin_email=_email(given.get("ADMIN_EMAIL")),
            admin_password=given.get("ADMIN_PASSWORD"),
            demo=_flag(given, "DEMO"),
            smtp_url=_smtp_url(given.get("SMTP_URL")),
            workers=_number(given, "WORKERS", 1, 1, 64),
            count_statements=_flag(given, "COUNT_STATEMENTS"),
            api_rate=_number(given, "API_RATE", 200, 0, 100_000),
            outgoing_hosts=_hosts(given.get("OUTGOING_HOSTS", "")),
            trusted_proxies=_networks(given.get("TRUSTED_PROXIES", "")),
            security_contact=_contact(given.get("SECURITY_CONTACT")),
        )


def data_folder(path: Path) -> Path:
    """The data folder, made if it is missing; refuses one that holds somebody else's files."""
    folder = path.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mark = folder / "kundig"
        if not mark.exists():
            foreign = sorted(
                entry.name for entry in folder.iterdir() if not entry.name.startswith(".") and entry.name != "lost+found"
            )
            if foreign:
                raise WrongSetting(
                    t(
                        "The folder {folder} in KUNDIG_DATA holds files of something else ({example}). Choose an empty folder.",
                        folder=str(folder),
                        example=foreign[0],
                    )
                )
            draft = folder / ".kundig.new"  # moved when it is whole: on a full disk an empty file would be left
            draft.write_text(f"{_FORMAT}\n")
            draft.rename(mark)
        found = mark.read_text().strip()
    except OSError as error:
        raise WrongSetting(
            t(
                "The data folder {folder} can't be used: {reason}. Set KUNDIG_DATA to a folder Kundig may write to.",
                folder=str(folder),
                reason=reason(error),
            )
        ) from error
    if not found.isdigit() or int(found) > _FORMAT:
        raise WrongSetting(
            t(
                "The data folder {folder} was made by a newer Kundig. Install that version,"
                " or choose another folder in KUNDIG_DATA.",
                folder=str(folder),
            )
        )
    return folder


_FORMAT = 1
"""Of the data folder: a program refuses a higher one."""


def _wrong(name: str, value: str, expected: Text) -> WrongSetting:
    return WrongSetting(t("KUNDIG_{name} is “{value}”; {expected}.", name=name, value=value, expected=expected))


def _number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise _wrong(name, text, t("it must be a whole number from {least} to {most}", least=least, most=most))
    return int(text)


def _flag(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "0").lower()
    if text not in ("0", "1", "true", "false", "yes", "no"):
        raise _wrong(name, text, t("it must be 1 or 0"))
    return text in ("1", "true", "yes")


def _database_url(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if text is not None and not text.startswith(("postgresql://", "postgres://")):
        raise WrongSetting(t("KUNDIG_{name} must look like postgresql://user:password@host:5432/database.", name=name))
    return text


def _replica_url(given: Mapping[str, str]) -> str | None:
    """A replica follows a server of the operator's own: the embedded one has none."""
    found = _database_url(given, "REPLICA_URL")
    if found is not None and "DATABASE_URL" not in given:
        raise WrongSetting(
            t(
                "KUNDIG_REPLICA_URL needs KUNDIG_DATABASE_URL, the server that the replica follows:"
                " the built-in PostgreSQL has none."
            )
        )
    return found


def _base_url(text: str | None, host: str, port: int) -> str:
    if text is None:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
        return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise _wrong("BASE_URL", text, t("it must be an address such as https://crm.example.com"))
    return text.rstrip("/")


def _hosts(text: str) -> frozenset[str]:
    places = frozenset(text.lower().replace(",", " ").split())
    for place in places:
        if not re.fullmatch(r"[a-z0-9._-]+:[0-9]{1,5}", place):
            raise _wrong("OUTGOING_HOSTS", text, t("it must name places such as push.intern.example:443, separated by commas"))
    return places


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise _wrong(
            "TRUSTED_PROXIES", text, t("it must name addresses or networks such as 10.0.0.0/8, separated by commas")
        ) from None


def _email(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise _wrong("ADMIN_EMAIL", text, t("it must be an e-mail address"))
    return text


def _contact(text: str | None) -> str | None:
    """As in RFC 9116; a bare e-mail address is taken for what it is."""
    if text is None:
        return None
    found = f"mailto:{text}" if re.fullmatch(r"[^@\s:/]+@[^@\s]+", text) else text
    if not re.fullmatch(r"(mailto:[^@\s]+@[^@\s]+|https://[^\s]+|tel:[+0-9-]+)", found):
        raise _wrong("SECURITY_CONTACT", text, t("it must be an e-mail address or an address that begins with https://"))
    return found


def _smtp_url(text: str | None) -> str | None:
    if text is not None and (urlsplit(text).scheme not in ("smtp", "smtps") or not urlsplit(text).hostname):
        raise WrongSetting(t("KUNDIG_SMTP_URL must look like smtp://user:password@host:587 or smtps://…:465."))
    return text
