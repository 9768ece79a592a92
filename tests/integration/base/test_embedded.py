"""The embedded server: shared, recovered, stopped by the last, and never at the cost of somebody's data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kundig.base.database.embedded import EmbeddedServer, attached
from kundig.base.errors import OutsideFault

pytestmark = pytest.mark.skipif(bool(os.environ.get("KUNDIG_TEST_DATABASE_URL")), reason="runs on another server")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder with a space and a quote in its name, where any user may enter."""
    top = Path(tempfile.mkdtemp(prefix="kundig 'embedded' "))
    top.chmod(0o755)
    yield top
    if (top / "postgres" / "postmaster.pid").exists():
        os.kill(int((top / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)
        time.sleep(0.5)
    shutil.rmtree(top, ignore_errors=True)


def ask(server: EmbeddedServer, statement: str) -> object:
    with psycopg.connect(server.address("postgres").bootstrap, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that takes part until its input ends."""
    code = (
        "import sys, pathlib; from kundig.base.database.embedded import attached\n"
        "with attached(pathlib.Path(sys.argv[1])):\n  print('in', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "in\n"
    return child


def leave(child: subprocess.Popen[str]) -> None:
    child.communicate()
    assert child.returncode == 0


def test_the_last_one_stops_it(folder: Path) -> None:
    with attached(folder) as server:
        other = holder(folder)
        assert ask(server, "select 1") == 1
    assert server.answers()
    leave(other)
    assert not server.answers()


def test_a_killed_holder_does_not_keep_it_running(folder: Path) -> None:
    other = holder(folder)
    other.kill()
    other.communicate()
    with attached(folder) as server:
        assert ask(server, "select 1") == 1
    assert not server.answers()


def test_data_survives_kill_9_of_the_server(folder: Path) -> None:
    with attached(folder) as server:
        ask(server, "create table kept (n int); insert into kept select generate_series(1, 1000)")
        os.kill(postmaster(folder), signal.SIGKILL)
        time.sleep(0.05)
        server.ensure_running()
        assert ask(server, "select count(*) from kept") == 1000


def test_kill_9_of_everything_and_a_new_start(folder: Path) -> None:
    other = holder(folder)
    with psycopg.connect(EmbeddedServer(folder).address("postgres").bootstrap, autocommit=True) as connection:
        connection.execute("create table kept (n int); insert into kept select generate_series(1, 1000)")
    os.kill(postmaster(folder), signal.SIGKILL)
    other.kill()
    other.communicate()
    with attached(folder) as server:
        assert ask(server, "select count(*) from kept") == 1000


@pytest.mark.parametrize("content", ["", "not a number\n", "{pid}\n"], ids=["empty", "torn", "another program's"])
def test_a_pid_file_of_nobody_is_forgotten(folder: Path, content: str) -> None:
    with attached(folder):
        pass
    (folder / "postgres" / "postmaster.pid").write_text(content.format(pid=os.getpid()))
    with attached(folder) as server:
        assert ask(server, "select 1") == 1


def test_an_interrupted_first_start_is_begun_again(folder: Path) -> None:
    (folder / "postgres.new" / "base").mkdir(parents=True)
    with attached(folder) as server:
        assert ask(server, "select 1") == 1


def test_data_of_another_postgresql_is_left_alone(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("19\n")
    with pytest.raises(OutsideFault, match="PostgreSQL 19"), attached(folder):
        pass
    assert sorted(entry.name for entry in (folder / "postgres").iterdir()) == ["PG_VERSION"]


def test_a_path_too_long_for_a_socket_gets_a_private_one(folder: Path) -> None:
    deep = folder / ("d" * 90)
    deep.mkdir()
    with attached(deep) as server:
        assert ask(server, "select 1") == 1
        place = Path(str(ask(server, "show unix_socket_directories")).strip('"'))
        assert deep not in place.parents
        assert place.stat().st_mode & 0o077 == 0
    shutil.rmtree(place)


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes users")
def test_as_root_it_says_which_folder_is_in_the_way(folder: Path) -> None:
    private = folder / "private"
    data = private / "data"
    data.mkdir(parents=True)
    private.chmod(0o700)
    with pytest.raises(OutsideFault, match="private"), attached(data):
        pass


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes users")
def test_another_user_of_the_machine_is_kept_out(folder: Path) -> None:
    with attached(folder) as server:
        done = subprocess.run(
            [
                "python3",
                "-c",
                f"import socket; socket.socket(socket.AF_UNIX).connect({str(folder / 'sockets' / '.s.PGSQL.5432')!r})",
            ],
            user="daemon",
            capture_output=True,
            check=False,
        )
        assert b"Permission" in done.stderr
        assert ask(server, "select rolsuper from pg_roles where rolname = current_user") is True
