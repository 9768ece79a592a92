"""What the guides say of files that Kundig takes is so, and nothing else takes files."""

from __future__ import annotations

import re

import pytest
from tests.unit.house.source import ROOT, SOURCE

from kundig.services.transfer.files.recognise import MOST_COLUMNS
from kundig.services.transfer.files.workbook import LARGEST
from kundig.services.transfer.imports import LARGEST_FILE

TEMPLATES = SOURCE / "interfaces" / "web" / "templates"


@pytest.mark.parametrize("language", ["en", "de"])
def test_kinds_and_sizes_are_told(language: str) -> None:
    guide = (ROOT / "docs" / language / "README.md").read_text()
    [told] = [part for part in guide.split("\n\n") if ".xlsm" in part]
    numbers = {int(re.sub(r"[,.]", "", number)) for number in re.findall(r"\d[\d,.]*", told)}
    assert numbers == {LARGEST_FILE // 10**9, MOST_COLUMNS, LARGEST // 10**6}
    [accepted] = re.findall(r'type="file" accept="([^"]+)"', (TEMPLATES / "pages" / "importing" / "new.html").read_text())
    assert set(re.findall(r"`(\.\w+)`", told)) == set(accepted.split(","))


def test_nothing_else_takes_files() -> None:
    fields = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if 'type="file"' in path.read_text()}
    assert fields == {"pages/importing/new.html"}
    parsing = {
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "interfaces").rglob("*.py")
        if 'startswith("multipart/form-data")' in path.read_text()
    }
    assert parsing == {"interfaces/web/pages/importing/uploading.py", "interfaces/api/imports.py"}
