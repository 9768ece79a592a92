"""`kundig`: all commands, and the one place where their errors become a sentence and an exit status."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from kundig import __version__
from kundig.interfaces.cli import config, rates, token, user
from kundig.interfaces.cli.backup import backup
from kundig.interfaces.cli.demo import demo
from kundig.interfaces.cli.doctor import doctor
from kundig.interfaces.cli.export import export
from kundig.interfaces.cli.helping import misused, speak
from kundig.interfaces.cli.import_ import import_file
from kundig.interfaces.cli.migrate import migrate
from kundig.interfaces.cli.restore import restore
from kundig.interfaces.cli.rotate_key import rotate_key
from kundig.interfaces.cli.serve import serve
from kundig.interfaces.cli.telling import language, tell_error, warn
from kundig.interfaces.cli.worker import worker

app = typer.Typer(
    name="kundig",
    help="Kundig: a CRM that your company runs itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (serve, worker, migrate, doctor, backup, restore, rotate_key, demo):
    app.command()(command)
app.command("import")(import_file)
app.command()(export)
for group in (user, token, config, rates):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2])


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"kundig {__version__}")
        raise typer.Exit


@app.callback()
def main(
    trace: Annotated[bool, typer.Option("--trace", help="Show where an unexpected error came from.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Kundig: a CRM that your company runs itself. Settings are environment variables: see the documentation."""


def run() -> None:
    """Entry of the program: exit status 0 only on success."""
    try:
        command = typer.main.get_command(app)
        speak(command, language())
        sys.exit(command(standalone_mode=False) or 0)
    except TyperException as error:
        warn(misused(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # the edge: whatever it was, the one at the terminal gets a sentence
        if "--trace" in sys.argv:
            raise
        tell_error(error)
        sys.exit(1)


if __name__ == "__main__":
    run()
