"""YAML in and out: safe, without YAML's surprises, with the line of every mistake.

Only what JSON knows is read: no dates, no `no` for false, no aliases (a few lines of them could fill the memory), no key twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from kundig.base.i18n import Text, t
from kundig.engine.configuration.documents import KINDS, OF_OBJECT, BadDocument, Document, read_document

BIGGEST = 1_000_000
"""Characters of a file."""


class _Mistake(yaml.MarkedYAMLError):
    """Something that we refuse, with its place."""

    def __init__(self, text: Text, mark: yaml.Mark) -> None:
        super().__init__(problem=str(text), problem_mark=mark)
        self.text = text


class _Loader(yaml.SafeLoader):
    """Scalars by the rules of JSON, no aliases, keys once."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - how its loaders are configured

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML's types lack it
            raise _Mistake(t("Anchors and aliases are not possible here."), mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Mistake(t("A key must be a text."), key.start_mark)
            if key.value in found:
                raise _Mistake(t("The key “{key}” is there twice.", key=key.value), key.start_mark)
            found[key.value] = self.construct_object(value, deep=True)
        return found


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,18})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]{0,18})\.[0-9]{1,18}", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


class _Dumper(yaml.SafeDumper):
    """Reads back as what it was: the same rules of scalars, long texts as blocks, lists indented."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def load(text: str, source: str) -> list[Document]:
    """All documents of a file (several are divided by `---`). Raises BadDocument."""
    if len(text) > BIGGEST:
        raise BadDocument(source, "", t("The file is too big for configuration."))
    try:
        values = [value for value in yaml.load_all(text, Loader=_Loader) if value is not None]
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        found = error.text if isinstance(error, _Mistake) else t("This is no YAML: {reason}.", reason=error.problem or "")
        raise BadDocument(source, place, found) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadDocument(source, "", t("This is no YAML.")) from None
    return [read_document(value, source if len(values) == 1 else f"{source}#{number}") for number, value in enumerate(values, 1)]


def dump(document: Document) -> str:
    """A document as the text of its file."""
    value = {"kind": document.kind, **_named(document)}
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
    return text


def read_path(path: Path) -> list[Document]:
    """All documents of a file, or of the `.yaml` and `.yml` files in a folder and those below. Raises BadDocument."""
    files = sorted(p for p in path.rglob("*") if p.suffix in {".yaml", ".yml"} and p.is_file()) if path.is_dir() else [path]
    found: dict[tuple[str, str], Document] = {}
    for file in files:
        source = str(file.relative_to(path)) if path.is_dir() else file.name
        for document in _read_file(file, source):
            if document.key in found:
                raise BadDocument(source, "", t("There are two documents “{kind} {name}”.", kind=document.kind, name=document.name))
            found[document.key] = document
    return list(found.values())


def write_folder(documents: list[Document], folder: Path) -> list[Path]:
    """Write each document to `kind/name.yaml`, and remove files of documents that are no longer there."""
    wanted = {folder / document.kind / f"{document.name}.yaml": dump(document) for document in documents}
    for kind in KINDS:
        for old in (folder / kind).glob("*.yaml"):
            if old not in wanted:
                old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(wanted)


def _read_file(file: Path, source: str) -> Iterator[Document]:
    try:
        yield from load(file.read_text(encoding="utf-8"), source)
    except FileNotFoundError:
        raise BadDocument(source, "", t("There is no such file or folder.")) from None
    except (OSError, UnicodeDecodeError):
        raise BadDocument(source, "", t("The file can't be read as a text in UTF-8.")) from None


def _named(document: Document) -> Mapping[str, Any]:
    """The body with its names first."""
    first = ("object", "name") if document.kind in OF_OBJECT else ("name",)
    return {**{key: document.body[key] for key in first if key in document.body}, **document.body}
