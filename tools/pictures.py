"""Writes docs/pictures.md from what pictures.toml says of each picture, and from the pictures that there are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE, IMAGES = ROOT / "docs" / "pictures.md", ROOT / "docs" / "images"
TEXTS = Path(__file__).with_suffix(".toml")
LANGUAGES = {"en": "English", "de": "German"}
SHAPES = {"": "", "-dark": "dark"}
SIZES = {"": "", "-phone": "phone"}
SHOWN = {("en", ""), ("de", "-dark")}
"""What stands beside each other; the rest is linked."""


def pictures_page() -> str:
    """The page as it should be."""
    texts = tomllib.loads(TEXTS.read_text())
    return "\n\n".join([texts["text"].strip(), *(part for section in texts["sections"] for part in _section(section))]) + "\n"


def _section(section: dict[str, object]) -> Iterator[str]:
    yield f"## {section['title']}"
    if "text" in section:
        yield str(section["text"])
    pages = section["pages"]
    assert isinstance(pages, list)
    for page in pages:
        yield f"### {page['title']}"
        yield page["text"]
        yield from _pictures(page["scene"], page["title"])


def _pictures(scene: str, title: str) -> Iterator[str]:
    images = " | ".join(f"![{title}](images/{language}/{scene}{theme}.webp)" for language, theme in sorted(SHOWN, reverse=True))
    yield f"| English, light | German, dark |\n| --- | --- |\n| {images} |"
    links = [
        f"[{', '.join(part for part in (SIZES[size], name, SHAPES[theme] or 'light') if part)}]({file})"
        for size, (language, name), theme in product(SIZES, LANGUAGES.items(), SHAPES)
        if (size or (language, theme) not in SHOWN)
        and (ROOT / "docs" / (file := f"images/{language}/{scene}{theme}{size}.webp")).exists()
    ]
    yield f"Also: {' · '.join(links)}."


if __name__ == "__main__":
    PAGE.write_text(pictures_page())
