"""Means that no part of the program takes: text as a program, chance that can be foretold, broken hashes and modes, deaf password fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.unit.house.source import ROOT, SOURCE, python_files, room, tree

SCRIPTS = ROOT / "frontend" / "js"
TEMPLATES = SOURCE / "interfaces" / "web" / "templates"
PROGRAMS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN = {"pickle", "marshal", "shelve", "dill"}
"""What they read can run."""
OUTGOING = {"httpx", "httpcore", "requests", "aiohttp", "urllib3", "smtplib", "aiosmtplib", "ftplib", "imaplib", "websockets"}
"""What talks to others; besides these modules: `urllib.request`, `http.client`."""
TALKING = {"base/http.py", "services/delivery/smtp.py", "interfaces/cli/supervision.py"}
"""The client that is guarded, the one that hands mails to the operator's server, and who asks Kundig itself whether it answers."""
STARTING = {"subprocess", "multiprocessing", "pty"}
STARTERS = {
    "base/database/dump.py", "base/database/processes.py", "base/database/binaries.py", "base/lifetime.py",
    "interfaces/cli/supervision.py",
}  # fmt: skip
"""Who starts PostgreSQL's programs and Kundig's own processes: by paths of this installation, never by what somebody has set."""
BY_CHANCE = {
    "modules/demo_bulk.py",
    "modules/contacts/demo.py",
    "modules/demo_events.py",
    "modules/demo_story.py",
    "base/database/transactions.py",
}
"""Sample data that is the same each time, and how long a transaction waits before it is tried again."""
HASHES = {"sha256", "blake2b", "file_digest"}
CIPHERS = {
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM", "cryptography.hazmat.primitives.hashes.SHA256",
    "cryptography.hazmat.primitives.hashes.SHA1",  # of codes in apps, as RFC 6238 has it (services/identity/totp.py)
}  # fmt: skip


TELLING = (ast.Call, ast.Import, ast.ImportFrom, ast.Attribute)


@cache
def trees() -> tuple[tuple[str, ast.AST], ...]:
    return tuple((room(path), node) for path in python_files() for node in ast.walk(tree(path)) if isinstance(node, TELLING))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []


KNOWN_CRYPTOGRAPHY = {
    "cryptography", "argon2", "webauthn", "joserfc",  # libraries that many watch
    "hashlib", "hmac", "secrets", "ssl",
}  # fmt: skip
OTHER_CRYPTOGRAPHY = re.compile(
    r"(?i)crypto|cipher|^nacl|^rsa$|^ecdsa|^ed25519|bcrypt|scrypt|passlib|^jwt$|^jose$|pyotp|^gnupg|^oscrypto"
)


def test_no_text_becomes_a_program() -> None:
    found = [
        (path, node.func.id)
        for path, node in trees()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PROGRAMS
    ]
    found += [(path, name) for path, node in trees() for name in imported(node) if name.partition(".")[0] in FORBIDDEN]
    assert found == []
    scripts = [
        path.name for path in SCRIPTS.rglob("*.js") if re.search(r"\beval\(|new Function\(|document\.write", path.read_text())
    ]
    assert scripts == []


def test_one_client_talks_to_others() -> None:
    """SS-09"""
    found = {
        path
        for path, node in trees()
        for name in imported(node)
        if name.partition(".")[0] in OUTGOING or name.startswith(("urllib.request", "http.client"))
    }
    assert found == TALKING


def test_other_programs_are_started_by_what_runs_the_installation_only() -> None:
    """PE-09"""
    found = {path for path, node in trees() for name in imported(node) if name.partition(".")[0] in STARTING}
    found |= {
        path
        for path, node in trees()
        if isinstance(node, ast.Attribute)
        and re.fullmatch(r"(os\.(system|popen|exec|spawn|posix_spawn)|asyncio\.create_subprocess_)\w*", ast.unparse(node))
    }
    assert found == STARTERS
    settings = (SOURCE / "base" / "settings.py").read_text()
    assert not re.search(r"(?i)_(command|program|binary|executable|script)\b", settings), "no setting names a program"


def test_what_must_not_be_foretold_is_drawn_by_the_system() -> None:
    assert {path for path, node in trees() if "random" in imported(node)} == BY_CHANCE


def test_cryptography_comes_from_libraries_that_many_watch() -> None:
    """And none is written here: what is asked of the bits of a key is asked of these."""
    roots = {name.partition(".")[0] for _, node in trees() for name in imported(node)}
    assert {root for root in roots if OTHER_CRYPTOGRAPHY.search(root)} <= KNOWN_CRYPTOGRAPHY
    assert roots >= KNOWN_CRYPTOGRAPHY - {"ssl", "secrets"}, "named here because they are used"


def test_keys_are_drawn_and_never_made_of_what_somebody_can_remember() -> None:
    """Passwords open doors, by Argon2id; no key is derived from one, so none has to be stretched."""
    stretching = re.compile(r"(?i)pbkdf2|scrypt|bcrypt|kdf")
    found = {(path, name.rpartition(".")[2]) for path, node in trees() for name in imported(node) if stretching.search(name)}
    assert {name for _, name in found} <= {"HKDF"}, "which derives keys from keys"


def test_no_script_writes_where_a_name_from_outside_says() -> None:
    """A name such as `__proto__` reaches the objects of all others; where names are keys, the object has no prototype."""
    writes = re.compile(r"\[[A-Za-z_$][\w.$]*\] *(?:\?\?|\|\|)?=(?![=>])")
    found = {
        (path.name, line.strip()) for path in SCRIPTS.rglob("*.js") for line in path.read_text().splitlines() if writes.search(line)
    }
    kept = {(name, line) for name, line in found if "const [" not in line}
    assert {name for name, _ in kept} == {"live.js"}, kept
    live = (SCRIPTS / "live.js").read_text()
    assert "changed: Object.create(null), created: Object.create(null)" in live
    merging = re.compile(r"__proto__|setPrototypeOf|\.prototype\b|(?<!\w)(?:defaultsDeep|deepMerge|setPath)\(")
    assert [path.name for path in SCRIPTS.rglob("*.js") if merging.search(path.read_text())] == []


def test_only_good_hashes_and_modes() -> None:
    hashes = {
        node.attr
        for _, node in trees()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib"
    }
    assert hashes <= HASHES
    names = {name for _, node in trees() for name in imported(node)}
    taken = {name for name in names if re.match(r"cryptography\.hazmat\.primitives\.(ciphers|hashes)", name)}
    assert taken <= CIPHERS
    by_sha1 = {path for path, node in trees() if any(name.endswith(".SHA1") for name in imported(node))}
    assert by_sha1 == {"services/identity/totp.py"}
    assert not any(name.startswith("Crypto") or ".modes" in name for name in names)


def test_pages_hear_their_own_service_worker_only() -> None:
    heard = [
        (path.name, target)
        for path in sorted(SCRIPTS.rglob("*.js"))
        for target in re.findall(r"([\w.]+)\.addEventListener\(\"message\"", path.read_text())
    ]
    assert heard == [("installed.js", "navigator.serviceWorker")]
    assert not any("onmessage" in path.read_text() for path in SCRIPTS.rglob("*.js"))


def inputs_of(path: Path) -> Iterator[str]:
    """Each field for a password in a template."""
    for call in re.findall(r"ui\.input\((.*?)\) }}", path.read_text(), re.DOTALL):
        if '"password",' in re.sub(r'^"[\w-]+", "[\w-]+",', "", call):
            yield call


def test_passwords_are_masked_pasted_and_filled_in() -> None:
    calls = [call for path in sorted(TEMPLATES.rglob("*.html")) for call in inputs_of(path)]
    assert len(calls) >= 8
    assert [call for call in calls if not re.search(r'"autocomplete": "(current|new)-password"', call)] == []
    for name in ("password", "current", "new", "again", "proof-password"):
        assert any(call.startswith(f'"{name}"') for call in calls), name
    pasting = [path.name for path in SCRIPTS.rglob("*.js") if '"paste"' in path.read_text()]
    assert pasting == ["rich.js"], "formatted text alone looks at what is pasted"
    assert '"[data-rich] [contenteditable]"' in (SCRIPTS / "rich.js").read_text()
