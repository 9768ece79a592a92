"""The commands that keep an installation: one sentence for what is wrong, and nothing lost between backup and restore."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.commands import command

from kundig.base.database.embedded import attached

pytestmark = pytest.mark.skipif(bool(os.environ.get("KUNDIG_TEST_DATABASE_URL")), reason="starts servers of its own")


@pytest.fixture(scope="module")
def top() -> Iterator[Path]:
    """Where any user may enter: as root the database runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="kundig-cli-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment(data: Path, **given: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
    return {**clean, "LANG": "C.UTF-8", "KUNDIG_DATA": str(data), **{f"KUNDIG_{name}": value for name, value in given.items()}}


def kundig(data: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments, environment=environment(data, **given))


def one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Status 1, a single line on stderr that names what is meant, nothing on stdout."""
    assert done.returncode == 1, done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert done.stdout == ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "kundig.interfaces.cli.main", "serve"],
        env=environment(data, PORT=str(port)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        wait_until_healthy(port, child)
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=60)


def wait_until_healthy(port: int, child: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert child is None or child.poll() is None, child.communicate()
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="module")
def installation(top: Path) -> Path:
    """A migrated installation with something in it."""
    data = top / "first"
    done = kundig(data, "migrate")
    assert done.returncode == 0, done
    with attached(data) as server, psycopg.connect(server.address().bootstrap, autocommit=True) as connection:
        connection.execute("set role kundig_owner")
        connection.execute("create table ws_main.keepsake (id int primary key, text text)")
        connection.execute("create index on ws_main.keepsake (kundig.fold(text))")
        connection.execute("insert into ws_main.keepsake select n, 'Größe ' || n from generate_series(1, 5000) n")
    (data / "files").mkdir(exist_ok=True)
    (data / "files" / "letter.txt").write_text("Grüße")
    return data


def test_serves_until_told_to_stop(installation: Path) -> None:
    port = free_port()
    with serving(installation, port) as child:
        one_sentence(kundig(installation, "serve", PORT=str(free_port())), str(installation), "already")
        one_sentence(kundig(installation.parent / "other", "serve", PORT=str(port)), str(port), "KUNDIG_PORT")
        assert kundig(installation, "doctor").returncode == 0
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=60)
    assert child.returncode == 0, output
    assert f"http://127.0.0.1:{port}" in output
    assert not (installation / "postgres" / "postmaster.pid").exists()


def test_comes_back_after_kill_9_of_everything(installation: Path) -> None:
    port = free_port()
    with serving(installation, port) as child:
        os.kill(int((installation / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        time.sleep(0.2)
        wait_until_healthy(port, child)
        child.kill()
        child.communicate()
    with serving(installation, port):
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").text == "ok"


def test_backup_and_restore_lose_nothing(installation: Path, top: Path) -> None:
    file, copy = top / "backup.kundig", top / "copy"
    done = kundig(installation, "backup", str(file))
    assert done.returncode == 0, done
    assert file.stat().st_mode & 0o077 == 0
    one_sentence(kundig(installation, "backup", str(file)), str(file))

    done = kundig(copy, "restore", str(file))
    assert done.returncode == 0, done
    assert (copy / "secret.key").read_text() == (installation / "secret.key").read_text()
    assert (copy / "files" / "letter.txt").read_text() == "Grüße"
    sums = []
    for data in (installation, copy):
        with attached(data) as server, psycopg.connect(server.address().login("kundig_app"), autocommit=True) as connection:
            connection.execute("set role kundig_ws_main")
            sums.append(connection.execute("select md5(string_agg(k::text, '' order by id)) from ws_main.keepsake k").fetchone())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("create table ws_main.nope (id int)")
            connection.execute("reset role")
            kinds = connection.execute("select kind from kundig.workspace").fetchall()
    assert sums[0] == sums[1]
    assert kinds == [("restored",)]
    one_sentence(kundig(copy, "restore", str(file)), "empty")
    assert kundig(copy, "doctor").returncode == 0


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[: len(b) // 2], lambda b: b[:40000] + bytes([b[40000] ^ 255]) + b[40001:], lambda _: b"nonsense", lambda _: b""],
)
def test_a_damaged_backup_is_refused(installation: Path, top: Path, damage) -> None:
    whole, broken, target = top / "whole.kundig", top / "broken.kundig", top / "never"
    if not whole.exists():
        assert kundig(installation, "backup", str(whole)).returncode == 0
    broken.write_bytes(damage(whole.read_bytes()))
    one_sentence(kundig(target, "restore", str(broken)), str(broken))
    one_sentence(kundig(target, "restore", str(top / "nowhere")), "nowhere")


def test_wrong_settings_and_a_database_that_is_away(top: Path) -> None:
    one_sentence(kundig(top / "x", "serve", PORT="eighty"), "KUNDIG_PORT", "eighty")
    one_sentence(kundig(top / "x", "migrate", DATABASE_URL="postgresql://u:p@127.0.0.1:1/x"), "database", "KUNDIG_DATABASE_URL")
    one_sentence(kundig(top / "x", "serve", DATABASE_URL="postgresql://u:p@127.0.0.1:1/x", PORT=str(free_port())), "database")
    one_sentence(kundig(top / "x", "serve", HOST="203.0.113.1"), "203.0.113.1", "KUNDIG_HOST")


def test_commands_before_the_first_start_say_what_to_do(top: Path) -> None:
    for arguments in (("demo",), ("export", "account"), ("user", "add", "a@example.com"), ("backup", str(top / "b"))):
        one_sentence(kundig(top / "unborn", *arguments), "kundig serve")
    found = kundig(top / "unborn", "doctor")
    assert found.returncode == 1
    assert "kundig serve" in " ".join(found.stdout.split())


def test_what_is_not_there_is_named(installation: Path, top: Path) -> None:
    one_sentence(kundig(installation, "export", "nonsense"), "nonsense")
    one_sentence(kundig(installation, "export", "account", "--as", "nobody@example.org"), "nobody@example.org")
    planned = kundig(installation, "config", "plan", str(top / "nofile"))
    assert planned.returncode == 1
    assert planned.stderr.count("nofile") == 1, planned.stderr


def test_rates_are_imported_and_listed(installation: Path, top: Path) -> None:
    file = top / "rates.csv"
    file.write_text("Currency;Day;Rate\nUSD;2026-01-01;0.92\nCHF;01.02.2026;1,06\n")
    done = kundig(installation, "rates", "import", str(file))
    assert done.returncode == 0, done.stderr
    assert "exchange_rates USD" in done.stdout
    assert "kundig config rollback" in done.stdout
    assert "Nothing would change" in kundig(installation, "rates", "import", str(file)).stdout
    file.write_text("USD;2026-02-01;0.93\nUSD;someday 1;0.92\n")
    refused = kundig(installation, "rates", "import", str(file))
    assert refused.returncode == 1
    assert "Line 2" in refused.stderr
    assert kundig(installation, "rates", "list").stdout.split() == ["CHF;2026-02-01;1.06", "USD;2026-01-01;0.92"]


def test_options_hold_for_columns_that_were_mapped_by_themselves(installation: Path, top: Path) -> None:
    path = top / "companies.csv"
    path.write_text("name,parent\nLittle,Big\n")
    done = kundig(installation, "import", "account", str(path), "--create-missing", "parent")
    assert done.returncode == 0, done.stderr
    out = kundig(
        installation, "export", "account", "--fields", "name,parent.name", "--where", '{"field":"name","op":"is","value":"Little"}'
    )
    assert out.stdout.splitlines()[1].endswith(",Little,Big")


def test_a_foreign_folder_stays_as_it_is(top: Path) -> None:
    folder = top / "photos"
    folder.mkdir()
    (folder / "beach.jpg").write_bytes(b"x")
    one_sentence(kundig(folder, "serve"), "beach.jpg", "KUNDIG_DATA")
    assert [path.name for path in folder.iterdir()] == ["beach.jpg"]


def test_a_folder_of_a_newer_kundig_stays_as_it_is(top: Path) -> None:
    folder = top / "newer"
    folder.mkdir()
    (folder / "kundig").write_text("99\n")
    for arguments in (("serve",), ("migrate",), ("doctor",), ("export", "account")):
        one_sentence(kundig(folder, *arguments), str(folder), "newer Kundig", "KUNDIG_DATA")
    assert [path.name for path in folder.iterdir()] == ["kundig"]


def test_what_can_be_no_folder(top: Path) -> None:
    (top / "file").write_text("x")
    one_sentence(kundig(top / "file", "serve"), "there is a file of this name", "KUNDIG_DATA")
    one_sentence(kundig(top / "file" / "below", "serve"), "a part of the path is a file", "KUNDIG_DATA")
    one_sentence(kundig(Path("/proc/kundig"), "serve"), "it can't be made there", "KUNDIG_DATA")


@pytest.fixture
def disk(top: Path) -> Iterator[Path]:
    """A small disk of its own, of 8 MB."""
    folder = top / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_told_and_harms_nothing(disk: Path) -> None:
    """At each step of the first start; with more space the same folder goes on."""
    for megabytes in (8, 40):
        subprocess.run(["mount", "-o", f"remount,size={megabytes}m", disk], check=True)
        one_sentence(kundig(disk / "data", "migrate"), "disk", "full", "Free some space")
    subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)
    done = kundig(disk / "data", "migrate")
    assert (done.returncode, done.stderr) == (0, "")
    assert kundig(disk / "data", "user", "add", "a@example.com").returncode == 0


def test_german_terminals_get_german_sentences_from_the_catalog(top: Path) -> None:
    """As polite as English ones."""
    done = command("serve", environment={**environment(top / "x", PORT="eighty"), "LANG": "de_DE.UTF-8"})
    one_sentence(done, "KUNDIG_PORT", "eighty", "erwartet wird eine ganze Zahl")
