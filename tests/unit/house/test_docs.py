"""What the documentation shows is there, and pictures stay small enough to be cloned."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.house.source import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
LARGEST = 12_000_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_picture_is_shown_and_all_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").rglob("*.webp"))
    shown = (ROOT / "docs" / "pictures.md").read_text()
    assert pictures
    assert [str(p) for p in pictures if f"images/{p.parent.name}/{p.name}" not in shown] == []
    assert sum(p.stat().st_size for p in pictures) < LARGEST


def test_the_page_of_pictures_is_made_from_its_texts() -> None:
    written = subprocess.run(
        [sys.executable, "-c", "import pictures; print(pictures.pictures_page(), end='')"],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / "docs" / "pictures.md").read_text() == written
