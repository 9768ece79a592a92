"""`kundig rotate-key` on an installation of its own."""

from __future__ import annotations

import base64
from pathlib import Path

import psycopg
import pytest
from tests.integration.interfaces.cli.test_commands import kundig, one_sentence, pytestmark, top

from kundig.base.database.embedded import attached

__all__ = ["pytestmark", "top"]

NEXT = "the next key, which nobody will ever guess"


@pytest.fixture(scope="module")
def data(top: Path) -> Path:
    folder = top / "rotated"
    assert kundig(folder, "migrate").returncode == 0
    return folder


def noted(data: Path) -> list[tuple[str, object]]:
    """By whom the audit trail says that the key was exchanged."""
    with attached(data) as server, psycopg.connect(server.address().bootstrap) as connection:
        found = connection.execute("select by_kind, by_id from ws_main.audit_event where event = 'key_exchanged'")
        return found.fetchall()


def test_the_key_of_the_data_folder(data: Path) -> None:
    before = (data / "secret.key").read_text()
    assert not noted(data)
    done = kundig(data, "rotate-key")
    assert done.returncode == 0, done.stderr
    assert "0" in done.stdout
    assert (data / "secret.key").read_text() != before
    assert not (data / "secret.key.old").exists()
    assert kundig(data, "doctor").returncode == 0
    assert noted(data) == [("system", None)]


def test_it_goes_on_where_it_was_killed(data: Path) -> None:
    """Both keys are there: no third one is made, and no backup that would hold one of them only."""
    kept = (data / "secret.key").read_text()
    (data / "secret.key.old").write_text(base64.urlsafe_b64encode(bytes(range(32))).decode())
    (data / "secret.key.old").chmod(0o600)
    one_sentence(kundig(data, "backup", str(data.parent / "half")), "kundig rotate-key")
    assert kundig(data, "rotate-key").returncode == 0
    assert (data / "secret.key").read_text() == kept
    assert not (data / "secret.key.old").exists()


def test_a_key_of_the_settings(data: Path) -> None:
    former = (data / "secret.key").read_text().strip()
    one_sentence(kundig(data, "rotate-key", SECRET_KEY=NEXT), "KUNDIG_SECRET_KEY_OLD")
    done = kundig(data, "rotate-key", SECRET_KEY=NEXT, SECRET_KEY_OLD=former)
    assert done.returncode == 0, done.stderr
    assert "KUNDIG_SECRET_KEY_OLD" in done.stdout
    assert (data / "secret.key").read_text().strip() == former, "what is in the settings is no concern of the folder"


def test_not_while_kundig_is_being_served(data: Path) -> None:
    import fcntl

    before = (data / "secret.key").read_text()
    with (data / "serve.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        one_sentence(kundig(data, "rotate-key"), str(data))
    assert (data / "secret.key").read_text() == before
