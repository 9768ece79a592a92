"""Help and complaints of the command line, in the language of the terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.main import get_command

from kundig.interfaces.cli import main
from kundig.interfaces.cli.helping import help_texts, speak

LANGUAGES = ("LC_ALL", "LC_MESSAGES", "LANG")
COMMANDS = ["serve", "worker", "migrate", "doctor", "backup", "restore", "demo", "import", "export", "user", "token", "config"]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A German terminal; what Typer says by itself is English again afterwards."""
    for name in LANGUAGES:
        monkeypatch.setenv(name, "de_DE.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    yield
    speak(get_command(main.app), "en")


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of a command."""
    monkeypatch.setattr(sys, "argv", ["kundig", *arguments])
    with pytest.raises(SystemExit) as left:
        main.run()
    output = capsys.readouterr()
    return int(left.value.code or 0), output.out, re.sub(r"\s+", " ", output.err).strip()


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("user", "add"), ("token", "add"), ("config", "plan")])
def test_help_is_german(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    status, shown, _ = said(monkeypatch, capsys, *command, "--help")
    assert status == 0
    assert "Diese Hilfe zeigen." in shown
    assert "Optionen" in shown
    assert f"Aufruf: {' '.join(('kundig', *command))} [OPTIONEN]" in shown
    assert not re.search(r"Usage|<(str|bool|int|list|path)|--no-|\bno-\w", shown)
    plain = re.sub(r"[\s│]+", " ", shown)
    english = [text for text in help_texts(get_command(main.app)) if " " in text and f" {text} " in plain]
    assert english == []


def test_every_command_of_the_contract_is_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _, shown, _ = said(monkeypatch, capsys, "--help")
    assert [name for name in COMMANDS if not re.search(rf"│ {name} ", shown)] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "--nope"), "Die Option --nope gibt es nicht. `kundig import --help` sagt, was möglich ist."),
        (("import", "account"), "file fehlt. `kundig import --help` sagt, was möglich ist."),
        (("nope",), "Den Befehl nope gibt es nicht. `kundig --help` sagt, was möglich ist."),
        (("doctor", "a", "b"), "a b ist zu viel. `kundig doctor --help` sagt, was möglich ist."),
        (("demo", "--size"), "--size braucht einen Wert. `kundig --help` sagt, was möglich ist."),
        (
            ("demo", "--size", "x"),
            "--size hat einen ungültigen Wert (eine ganze Zahl ist nötig). `kundig demo --help` sagt, was möglich ist.",
        ),
        (
            ("demo", "--size", "0"),
            "--size hat einen ungültigen Wert (mindestens 1 ist nötig). `kundig demo --help` sagt, was möglich ist.",
        ),
        (
            ("import", "account", "/nofile"),
            "file hat einen ungültigen Wert (/nofile gibt es nicht). `kundig import --help` sagt, was möglich ist.",
        ),
        (
            ("import", "account", "/"),
            "file hat einen ungültigen Wert (/ ist ein Ordner). `kundig import --help` sagt, was möglich ist.",
        ),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert said(monkeypatch, capsys, *arguments) == (2, "", sentence)


def test_two_wishes_at_once_are_told_in_german(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, shown, complaint = said(monkeypatch, capsys, "demo", "--size", "2", "--remove")
    assert (status, shown) == (1, "")
    assert "Bitte geben Sie entweder --size oder --remove an." in complaint


def test_other_terminals_get_english(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in LANGUAGES:
        monkeypatch.setenv(name, "fr_FR.UTF-8")
    shown = said(monkeypatch, capsys, "--help")[1]
    assert "Show this message and exit." in shown
    assert "Usage: kundig [OPTIONS] COMMAND" in shown
    assert said(monkeypatch, capsys, "--nope")[2] == "There is no option --nope. `kundig --help` tells what can be typed."


def test_commands_load_no_pages() -> None:
    """Loading them takes as long as most commands."""
    loaded = "import sys, kundig.wiring; print([name for name in sys.modules if name.startswith('kundig.interfaces.web')])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
