"""The contract that other programs rely on, asked by the suite that lies beside the repository.

`KUNDIG_TEST_WORKERS=2` asks two server processes, `KUNDIG_TEST_SIZE=1000000` a workspace with so many contacts in it. Both an
administrator and a representative ask it (`make slow`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.conftest import Server

SUITE = Path(__file__).resolve().parents[3] / "shared" / "contract"
REPRESENTATIVE = "representative@example.com"

_NO_PRODUCTS = "makes or changes products, which the role only looks up"
_WITHOUT_OWNER = "asks about records without an owner, which nobody sees who sees only those of owner and team"
UNSUITED = {
    "test_filter_operators.py::test_operator": _WITHOUT_OWNER,
    "test_values_links.py::test_the_owner_is_a_user": _WITHOUT_OWNER,
    "test_derived.py::test_lines_make_the_amount": _NO_PRODUCTS,
    "test_import_runs.py::test_an_import_is_one_change_and_can_be_undone": _NO_PRODUCTS,
    "test_import_runs.py::test_update_makes_nothing_new": _NO_PRODUCTS,
    "test_import_runs.py::test_upsert_by_a_unique_field": _NO_PRODUCTS,
    "test_search.py::test_search_finds_every_object": _NO_PRODUCTS,
    "test_upsert.py::test_a_unique_value_can_be_had_once": _NO_PRODUCTS,
    "test_upsert.py::test_bad_values_are_refused": _NO_PRODUCTS,
    "test_upsert.py::test_by_a_unique_field": _NO_PRODUCTS,
    "test_upsert.py::test_nothing_new_is_no_change": _NO_PRODUCTS,
    "test_values_scalar.py::test_decimal_is_a_string_with_a_point": _NO_PRODUCTS,
}
"""What a sales representative can't be asked, with the reason; everything else holds for them as for an administrator."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SUITE.is_dir(), reason="the contract suite does not lie beside this repository"),
]


def test_the_contract_suite_passes(server: Server) -> None:
    """All of it, by an administrator; what fails is shown."""
    output = ask(server, server.token)
    assert " skipped" not in output.splitlines()[-1]
    assert " deselected" not in output.splitlines()[-1]


def test_its_suitable_parts_hold_for_a_representative(server: Server) -> None:
    """All but what the role may not do."""
    server.run("user", "add", REPRESENTATIVE, "--role", "sales_representative", "--language", "en")
    token = server.run("token", "add", REPRESENTATIVE, "--name", "contract").split()[-1]
    output = ask(server, token, *(f"--deselect={name}" for name in UNSUITED))
    assert " skipped" not in output.splitlines()[-1]


def test_what_is_unsuited_is_in_the_suite() -> None:
    """A test that was renamed would be asked again, or its reason be forgotten here."""
    missing = [name for name in UNSUITED if f"def {name.split('::')[1]}(" not in (SUITE / name.split("::")[0]).read_text()]
    assert missing == []


def ask(server: Server, token: str, *arguments: str) -> str:
    """What the suite says, once it has passed."""
    command = [sys.executable, "-m", "pytest", str(SUITE), "--url", server.url, "--token", token, "-q", "--tb=short"]
    command += ["-p", "no:cacheprovider", "--rootdir", str(SUITE), "-c", "/dev/null", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout
    return done.stdout
