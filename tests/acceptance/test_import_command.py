"""`kundig import` and `kundig export` as one types them: killed and given again, bad rows, exit status."""

from __future__ import annotations

import contextlib
import csv
import os
import pty
import re
import subprocess
import time
from pathlib import Path

from tests.acceptance.conftest import KUNDIG, Server
from tests.commands import command

COUNT = 12_000


def kundig(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments, environment={**server.environment, "LANG": "C"}, seconds=600)


def test_killed_and_given_again_every_row_comes_once(server: Server, tmp_path) -> None:
    path = tmp_path / "produkte.csv"
    path.write_text("Nr;Bezeichnung\n" + "".join(f"kill-{n:05};Teil {n}\n" for n in range(COUNT)))
    arguments = ["import", "product", str(path), "--map", "Nr=sku", "--map", "Bezeichnung=name", "--locale", "de"]
    mine = {"where": '{"field": "sku", "op": "starts_with", "value": "kill-"}', "count": "exact", "limit": 1}
    kills = 0
    for _ in range(3):
        process = subprocess.Popen(
            [KUNDIG, *arguments], env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with server.client() as client:
            before = client.get("/product", params=mine).json()["count"]
            while process.poll() is None and client.get("/product", params=mine).json()["count"] == before:
                time.sleep(0.05)
        if process.poll() is None:
            process.kill()
            kills += 1
        process.wait()
    assert kills
    done = kundig(server, *arguments)
    assert done.returncode == 0, done.stderr
    assert "interrupted" in done.stdout
    assert f"{COUNT} created" in done.stdout
    out = kundig(server, "export", "product", "--where", mine["where"], "--fields", "sku,name", "--order", "sku").stdout
    rows = [(row["sku"], row["name"]) for row in csv.DictReader(out.splitlines())]
    assert rows == [(f"kill-{n:05}", f"Teil {n}") for n in range(COUNT)]


def test_bad_rows_stand_in_a_file_and_in_the_exit_status(server: Server, tmp_path) -> None:
    path = tmp_path / "firmen.csv"
    path.write_text("Name;Branche\nCmd GmbH;Handel\nCmd AG;Raumfahrt\n")
    done = kundig(server, "import", "account", str(path), "--locale", "de", "--map", "Name=name", "--map", "Branche=industry")
    assert done.returncode == 1
    assert "1 created" in done.stdout
    mended = path.with_name("firmen.errors.csv")
    assert str(mended) in done.stderr.replace("\n", "")
    content = mended.read_text("utf-8-sig").replace("Raumfahrt", "Technologie")
    mended.write_text(content)
    again = kundig(server, "import", "account", str(mended), "--locale", "de", "--map", "Name=name", "--map", "Branche=industry")
    assert again.returncode == 0, again.stderr


def test_what_cannot_work_is_one_sentence(server: Server, tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Name\nA\n")
    for arguments in (
        ["starship"],
        ["account", "--map", "Name=nonsense"],
        ["account", "--map", "Name"],
        ["account", "--mode", "x"],
    ):
        done = kundig(server, "import", arguments[0], str(path), *arguments[1:])
        assert done.returncode == 1
        assert done.stderr
        assert "Traceback" not in done.stderr


def shown_by_export(server: Server, output: Path | None, *arguments: str) -> str:
    """What a terminal shows of an export that writes to a file, or without one to the same terminal."""
    terminal, end = pty.openpty()
    environment = {**server.environment, "LANG": "C", "TERM": "xterm", "COLUMNS": "120"}
    with output.open("wb") if output else contextlib.nullcontext(end) as stdout:
        process = subprocess.Popen([KUNDIG, "export", *arguments], env=environment, stdout=stdout, stderr=end)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal ends with the process
        while block := os.read(terminal, 2**16):
            shown += block
    os.close(terminal)
    assert process.wait(60) == 0, shown
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r\n", "\n")


def test_who_waits_for_an_export_sees_how_far_it_is(server: Server, tmp_path) -> None:
    """On stderr, and only where the records do not come to the same terminal; the file is the same with and without."""
    with server.client() as client:
        for start in (0, 1000):
            body = {"create": [{"name": f"Balken {n:04}"} for n in range(start, start + 1000)]}
            client.post("/account/batch", json=body, timeout=120).raise_for_status()
    where = '{"field": "name", "op": "starts_with", "value": "Balken "}'
    arguments = ("account", "--where", where, "--fields", "name", "--order", "name")
    plain = kundig(server, "export", *arguments)
    assert plain.stderr == ""
    assert len(plain.stdout.splitlines()) == 2001
    shown = shown_by_export(server, tmp_path / "accounts.csv", *arguments)
    assert (tmp_path / "accounts.csv").read_text() == plain.stdout
    assert "account.csv" in shown
    assert "100% 2000/2000" in shown
    assert shown_by_export(server, None, *arguments).split() == plain.stdout.split()
