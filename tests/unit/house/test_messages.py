"""German and English are equals: every text for people stands in both catalogs, with the same parameters."""

import ast
import re

import pytest
from tests.unit.house.source import python_files, room, templates, tree
from tools.messages import by_home, messages, missing, placeholders

LETTERS = re.compile(r">\s*[A-ZÄÖÜ][a-zäöüß]{2,}[^<{]*<")


def test_there_are_texts() -> None:
    assert sum(len(found) for found in by_home().values()) > 50


def test_every_text_is_in_both_catalogs() -> None:
    lacks = list(missing())
    assert not lacks, "\n".join(["`make messages` adds what is new; then translate:", *lacks])


def test_no_text_shouts() -> None:
    found = [f"{message.place} {message.text!r}" for group in by_home().values() for message in group if "!" in message.text]
    assert not found, "\n".join(found)


def test_t_gets_literals_only() -> None:
    """A computed text cannot be extracted, so it would never be translated."""
    found = [
        f"{room(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t"
        if not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_templates_hold_no_bare_text(path) -> None:
    """Words between tags are for `_("…")`; names of keys and code are the same everywhere."""
    text = re.sub(r"\{#.*?#\}|<(kbd|code|pre)\b.*?</\1>", "", path.read_text(), flags=re.DOTALL)
    bare = [hit for hit in LETTERS.findall(text) if "Kundig" not in hit]
    assert not bare, bare


def test_every_label_has_both_languages() -> None:
    """Dicts with a `de` or an `en` key in modules are labels."""
    found = []
    for path in python_files():
        if room(path).startswith("modules/"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Dict):
                    keys = {k.value for k in node.keys if isinstance(k, ast.Constant)}
                    if keys & {"de", "en"} and not keys >= {"de", "en"}:
                        found.append(f"{room(path)}:{node.lineno}")
    assert not found, "\n".join(found)


def test_placeholders_are_found() -> None:
    assert placeholders("{count} of {total:n} in {{braces}}") == {"count", "total"}


def test_extraction_reads_python(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.py"
    path.write_text('x = t("Hello {name}", name=1)\ny = other("not this")\n')
    monkeypatch.setattr("tools.messages.ROOT", tmp_path)
    assert [m.text for m in messages(path)] == ["Hello {name}"]
