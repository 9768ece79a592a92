"""Runs the real provider: oidc-provider from npm, installed beside this file by its lock, anew when the lock changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
_SECONDS = 30


def installed() -> bool:
    """Whether the provider is there; installs it with the machine's npm where there is one."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return False
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".stamp"
    if not stamp.exists() or stamp.read_text() != wanted:
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=HERE, check=True, capture_output=True)
        stamp.write_text(wanted)
    return True


@contextmanager
def provider(signed_out: str, *redirects: str, port: int = 0) -> Iterator[str]:
    """The address of a provider that serves for as long as the block lasts, sends browsers to these addresses only, and tells
    `signed_out` of who has signed out.
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        ["node", "provider.mjs", signed_out, *redirects],
        cwd=HERE, env={**os.environ, "PORT": str(port)}, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdin
    try:
        while not (line := process.stdout.readline().strip()).startswith("http"):
            assert process.poll() is None, "the provider has ended"
        yield line
    finally:
        process.stdin.close()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
