"""What the pages about security name as evidence is there: files, and tests by their names; and no requirement is passed over."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from tests.unit.house.source import ROOT, SOURCE

PLACES = (ROOT, SOURCE, ROOT / "tests", ROOT / "tests" / "integration")
"""Where a path on these pages may begin."""
PAGES = ("docs/asvs.md", "docs/security-cases.md")
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)(?:::(\w+))?`")
FILES = (".py", ".md", ".txt", ".in", ".toml")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+)( ★)? \| (.+) \| (yes|not yet|no|you) \| (.*) \|$", re.MULTILINE)

ASKED = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2 4.1.1-3 4.2.1 4.3.1-2
4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2
7.6.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3
11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3
15.3.1-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
"""
"""Levels 1 and 2 without chapter 17."""
BESIDES = """
1.2.10 1.3.12 1.5.3 2.3.5 3.2.3 3.4.7-8 3.5.6-8 3.6.1 4.1.4-5 5.2.4-6 5.3.3 6.3.5 6.3.7-8 6.4.6 8.3.2-3 11.2.4 13.1.2-3 13.2.6 14.2.6-8
15.2.4-5 15.4.1-4 16.5.4
"""
"""Of level 3, those that fit."""


def numbers(text: str) -> list[str]:
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        section, _, number = first.rpartition(".")
        found += [f"{section}.{n}" for n in range(int(number), int(last or number) + 1)]
    return found


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text()


def found(path: str) -> Path | None:
    return next((place / path for place in PLACES if (place / path).exists()), None)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_named_is_there(page: str) -> None:
    missing = []
    for path, test in NAMED.findall(text_of(page)):
        if path.startswith("test_") and not path.endswith(".py"):  # the name of a test alone, beside its file
            known = re.search(rf"def {path}\b", everything()) is not None
        elif "/" in path or path.endswith(FILES):
            place = found(path)
            known = place is not None and (not test or re.search(rf"def {test}\b", place.read_text()) is not None)
        else:
            continue
        if not known:
            missing.append(f"{path}::{test}" if test else path)
    assert missing == []


@cache
def everything() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))


def test_every_requirement_has_one_row() -> None:
    rows = ROW.findall(text_of("docs/asvs.md"))
    told = [number for number, *_ in rows]
    assert len(rows) == len(re.findall(r"^\| \d", text_of("docs/asvs.md"), re.MULTILINE)), "a row has another shape"
    assert sorted(told) == sorted({*told}), "told twice"
    assert {number for number, star, *_ in rows if not star} == set(numbers(ASKED))
    assert {number for number, star, *_ in rows if star} == set(numbers(BESIDES))


def test_a_yes_is_shown() -> None:
    bare = [
        number for number, _, _, state, evidence in ROW.findall(text_of("docs/asvs.md")) if state == "yes" and "`" not in evidence
    ]
    assert bare == ["6.4.2"], "what can be shown by its absence only"
