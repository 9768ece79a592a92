"""Help and complaints in the language of the terminal: docstrings and `help` texts of the commands are messages like all others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer import rich_utils
from typer.exceptions import TyperException

from kundig.base.i18n import Text, t, translate

_OWN = ("help", "short_help", "epilog", "options_metavar", "subcommand_metavar")
_TITLES = {
    "ARGUMENTS_PANEL_TITLE": t("Arguments"),
    "OPTIONS_PANEL_TITLE": t("Options"),
    "COMMANDS_PANEL_TITLE": t("Commands"),
    "DEFAULT_STRING": t("[default: {}]"),
    "REQUIRED_LONG_STRING": t("[required]"),
}
"""What Typer says by itself."""


def help_texts(command: Any) -> Iterator[str]:
    """All texts of a command and those below it, for the catalogs."""
    return (getattr(holder, name) for holder, name in _places(command))


def speak(command: Any, language: str) -> None:
    """Turn a command's help, and that of those below it, into a language."""
    for holder, name in _places(command):
        setattr(holder, name, translate(getattr(holder, name), language))
    for name, text in _TITLES.items():
        setattr(rich_utils, name, translate(text.message, language))


def misused(error: TyperException) -> Text:
    """What was typed wrongly, and where to read what may be typed."""
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the whole help; the class has no public name
        return Text("{help}", {"help": error.message})
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "kundig"
    return t("{problem} `{command} --help` tells what can be typed.", problem=_problem(error), command=command)


def _problem(error: TyperException) -> Text:
    param: Any = getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        return t("There is no option {option}.", option=getattr(error, "option_name", ""))
    if param is not None and not error.message:
        return t("{name} is missing.", name=param.get_error_hint().strip("'"))
    if param is not None:
        return t("{name} can't be that ({reason}).", name=param.get_error_hint().strip("'"), reason=error.message.rstrip("."))
    for pattern, text in _PROBLEMS:
        if found := pattern.search(error.message):
            return Text(text.message, {"given": found[1]})
    return Text("{reason}", {"reason": error.format_message()})


_PROBLEMS = (
    (re.compile(r"No such command '(.+?)'"), t("There is no command {given}.")),
    (re.compile(r"unexpected extra argument\(s\) \((.+)\)"), t("{given} is too much.")),
    (re.compile(r"Option '(.+)' requires an argument"), t("{given} needs a value.")),
    (re.compile(r"(Missing command)"), t("A command is missing.")),
)


def _places(command: Any) -> Iterator[tuple[Any, str]]:
    context = typer.Context(command, help_option_names=["-h", "--help"])
    for param in command.get_params(context):
        if getattr(param, "help", None):
            yield param, "help"
    yield from ((command, name) for name in _OWN if getattr(command, name, None))
    for below in getattr(command, "commands", {}).values():
        yield from _places(below)
