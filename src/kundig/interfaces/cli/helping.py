"""Help and complaints in the language of the terminal: docstrings and `help` texts of the commands are messages like all others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
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
_USAGE = ("Usage:", t("Usage:"))
_TYPES = {
    "<str>": t("<text>"), "<list[str]>": t("<text>"), "<int>": t("<number>"), "<int range>": t("<number>"), "<file>": t("<file>"),
    "<path>": t("<file>"), "<directory>": t("<folder>"), "<bool>": None,
}  # fmt: skip
"""What is to be typed behind an option; a flag takes nothing."""


def help_texts(command: Any) -> Iterator[str]:
    """All texts of a command and those below it, for the catalogs."""
    return (getattr(holder, name) for holder, name in _places(command))


def speak(command: Any, language: str) -> None:
    """Turn a command's help, and that of those below it, into a language."""
    for holder, name in _places(command):
        setattr(holder, name, translate(getattr(holder, name), language))
    for below in _all(command):
        below.get_usage = partial(_usage, below, language)
        for param in below.get_params(_context(below)):
            param.display_type_rich = partial(_type, param, language)
    for name, text in _TITLES.items():
        setattr(rich_utils, name, translate(text.message, language))


def _usage(command: Any, language: str, ctx: Any) -> str:
    prefix, said = _USAGE
    usage: str = type(command).get_usage(command, ctx)
    return usage.replace(prefix, said.render(language), 1)


def _type(param: Any, language: str, ctx: Any) -> str | None:
    shown: str | None = type(param).display_type_rich(param, ctx)
    said = _TYPES.get(shown or "", Text(shown or ""))
    return said.render(language) if said else None


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
        return t("{name} can't be that ({reason}).", name=param.get_error_hint().strip("'"), reason=_said(error, _REASONS))
    return _said(error, _PROBLEMS)


def _said(error: TyperException, known: Iterable[tuple[re.Pattern[str], Text]]) -> Text:
    """What Typer complains of, in our words where we know what it means."""
    for pattern, text in known:
        if found := pattern.search(error.message):
            return Text(text.message, {"given": found[1]})
    return Text("{reason}", {"reason": error.message.rstrip(".")})


_PROBLEMS = (
    (re.compile(r"No such command '(.+?)'"), t("There is no command {given}.")),
    (re.compile(r"unexpected extra argument\(s\) \((.+)\)"), t("{given} is too much.")),
    (re.compile(r"Option '(.+)' requires an argument"), t("{given} needs a value.")),
    (re.compile(r"(Missing command)"), t("A command is missing.")),
)


_REASONS = (
    (re.compile(r"valid (integer)"), t("a whole number is needed")),
    (re.compile(r"greater than or equal to (\S+)"), t("at least {given} is needed")),
    (re.compile(r"(?:file|path|directory) '(.+)' does not exist", re.IGNORECASE), t("{given} does not exist")),
    (re.compile(r"(?:file|path) '(.+)' is a directory", re.IGNORECASE), t("{given} is a folder")),
    (re.compile(r"directory '(.+)' is a file", re.IGNORECASE), t("{given} is a file")),
    (re.compile(r"'(.+)' is not readable"), t("{given} can't be read")),
    (re.compile(r"'(.+)' is not writable"), t("{given} can't be written")),
)


def _places(command: Any) -> Iterator[tuple[Any, str]]:
    for below in _all(command):
        for param in below.get_params(_context(below)):
            if getattr(param, "help", None):
                yield param, "help"
        yield from ((below, name) for name in _OWN if getattr(below, name, None))


def _all(command: Any) -> Iterator[Any]:
    """A command and all below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from _all(below)


def _context(command: Any) -> Any:
    return typer.Context(command, help_option_names=["-h", "--help"])
