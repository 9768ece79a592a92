"""What makes an import the same."""

from __future__ import annotations

import os
import subprocess
import sys

DIGEST = """
import asyncio
from litestar.datastructures import FormMultiDict, UploadFile
from kundig.interfaces.api.imports import fingerprint_of
file = UploadFile("text/csv", "products.csv", b"Nr;Name")
form = FormMultiDict([("object", "product"), ("mapping", "{}"), ("locale", "de"), ("mode", "create"), ("file", file)])
print(asyncio.run(fingerprint_of(form)).hex())
"""


def test_an_import_is_the_same_in_every_process() -> None:
    """It is asked for again after a restart, or of another process, where texts have other hashes."""
    command = [sys.executable, "-c", DIGEST]
    told = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True).stdout
        for seed in "1234"
    }
    assert len(told) == 1
