"""What docs/keys.md says of keys is all there is: purposes that keys are derived for, and what is encrypted by them."""

from __future__ import annotations

import ast
import re

from tests.unit.house.source import ROOT, SOURCE

from kundig.services.sealed import SEALED

PAGE = (ROOT / "docs" / "keys.md").read_text()
_FOR_ROLES = {"base/database/opening.py", "interfaces/cli/rotate_key.py"}
"""They hand `derive_text` on, to make the passwords of database roles."""


def _called(name: str) -> set[tuple[str, ast.expr]]:
    return {
        (str(path.relative_to(SOURCE)), node.args[0])
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name and node.args
    }


def test_each_purpose_of_a_key_is_told() -> None:
    purposes = {value.value for _, value in _called("derive") if isinstance(value, ast.Constant)}
    assert purposes >= {"encryption", "csrf", "push"}
    signed = {
        match for path in SOURCE.rglob("*.py") for match in re.findall(r'^_PURPOSE = "(\w+)"', path.read_text(), re.MULTILINE)
    }
    assert [purpose for purpose in sorted(purposes | signed) if f"| `{purpose}` |" not in PAGE] == []
    computed = {path for path, value in _called("derive") if not isinstance(value, ast.Constant)}
    assert computed <= {"base/secrets.py", "services/delivery/push_message.py"}, "whose purposes no test could find"
    assert {str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if ".derive_text" in p.read_text()} == _FOR_ROLES


def test_all_that_is_encrypted_is_told() -> None:
    assert [sealed.table for sealed in SEALED if f"| `{sealed.table}` |" not in PAGE] == []
