"""`python -m fuzz --minutes 60`: requests made up from the OpenAPI of a running server by Schemathesis, as everybody, stateful too.

A server of the run's own with sample data is asked by each of `actors.py` for the same time: an administrator, a representative, a
reader, a token that only reads, one for a single object, nobody, and a directory. All ask the API and provisioning (SCIM), each
most of what it is there for. The run fails on any answer of 500 and above, a status or an
answer that is not as described, anything answered that is not for who asks, and if the log of the server holds an unexpected error
or a token. The seed is printed: the same seed on the same data asks the same.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from faults.installation import KUNDIG, Installation

from fuzz.actors import ACTOR, COUNTS, SERVICE, Actor, actors
from fuzz.scim import description as scim_description

ADMIN = "faults@example.com"
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "nothing_unauthorised", "known_status", "nothing_told",
)  # fmt: skip
PHASES = (("examples,coverage,fuzzing", 0.6), ("stateful", 0.4))
"""What is done, and in which part of the time: what one request brought is used in the next ones at the end."""
ASIDE = 0.15
"""The part of the time in which somebody asks what is not for them."""
LINGER = 120
"""Seconds that Schemathesis may take beyond its time: it ends with what it is at."""


@dataclass(frozen=True)
class Service:
    """What is asked: its name, where it is, and the file that describes it."""

    name: str
    address: str
    description: Path


def main() -> int:
    """Run and tell."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--minutes", type=float, default=8, help="for all actors together")
    parser.add_argument("--actor", help="only this one")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="kundig-fuzz-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, but must get in
    own = Installation(folder / "data")
    own.environment["KUNDIG_DEMO"] = "1"
    chosen = [actor for actor in actors(ADMIN) if given.actor in (None, actor.name)]
    try:
        own.start()
        wrong = _run(own, folder, chosen, given.minutes * 60 / len(chosen), given.seed)
    finally:
        own.stop()
    if wrong:
        print("\n".join(f"WRONG {line}" for line in wrong), f"everything is kept in {folder}", sep="\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _run(own: Installation, folder: Path, chosen: list[Actor], seconds: float, seed: int) -> list[str]:
    description = folder / "openapi.json"
    administrator = own.token()
    address = f"{own.url}/api/v1"
    answer = httpx.get(f"{address}/openapi.json", headers={"Authorization": f"Bearer {administrator}"}).raise_for_status()
    description.write_bytes(answer.content)
    api, scim = Service("api", address, description), _scim(own, folder)
    secrets = [administrator]
    wrong: list[str] = []
    for actor in chosen:
        token = _token(own, actor)
        secrets += [token] if token else []
        for service in (api, scim):
            aside = actor.provisions != (service is scim)
            for phases, part in PHASES if token and not aside else PHASES[:1]:
                share = ASIDE if aside else (1 - ASIDE) * part
                wrong += _fuzz(actor, token, service, phases, seconds * share, seed)
    return wrong + list(_log(own.log, secrets))


def _scim(own: Installation, folder: Path) -> Service:
    """Provisioning, with the ids of some whom there are."""
    address, headers = f"{own.url}/scim/v2", {"Authorization": f"Bearer {_directory(own)}"}
    ids = {}
    for kind in ("Users", "Groups"):
        listed = httpx.get(f"{address}/{kind}?count=5", headers=headers).raise_for_status().json()
        ids[kind] = [resource["id"] for resource in listed.get("Resources", ())]
    description = folder / "scim.json"
    description.write_text(json.dumps(scim_description(ids)))
    return Service("scim", address, description)


def _directory(own: Installation) -> str:
    asked = [sys.executable, "-m", "fuzz.directory"]
    done = subprocess.run(asked, env=own.environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
    return done.stdout.split()[-1]


def _token(own: Installation, actor: Actor) -> str | None:
    if actor.provisions:
        return _directory(own)
    said = ""
    for command in actor.commands:
        done = subprocess.run([*KUNDIG, *command], env=own.environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
        said = done.stdout
    return said.split()[-1] if said else None


def _fuzz(actor: Actor, token: str | None, service: Service, phases: str, seconds: float, seed: int) -> Iterator[str]:
    folder = service.description.parent
    name = f"{actor.name}-{service.name}-{phases.rsplit(',', maxsplit=1)[-1]}".replace(" ", "-")
    counts = folder / f"{name}.json"
    report = folder / f"{name}.log"
    settings = {
        ACTOR: actor.name,
        SERVICE: service.name,
        COUNTS: str(counts),
        "SCHEMATHESIS_HOOKS": "fuzz.checks",
        "PYTHONPATH": str(Path.cwd()),
    }
    asked: list[str] = [
        str(SCHEMATHESIS), "run", str(service.description), "--url", service.address, "--seed", str(seed),
        "--max-time", str(int(seconds)), "--phases", phases,
        "--checks", ",".join(CHECKS), "--continue-on-failure", "--generation-database", "none", "--no-color", "--warnings", "off",
        "--request-timeout", "30", *(["-H", f"Authorization: Bearer {token}"] if token else []),
    ]  # fmt: skip
    with report.open("w") as file:
        done = subprocess.run(  # noqa: S603 - our own choice
            asked, env=os.environ | settings, stdout=file, stderr=file, timeout=seconds + LINGER, check=False, cwd=folder
        )
    counted = json.loads(counts.read_text()) if counts.exists() else {}
    print(f"{actor.name}, {service.name}, {phases}: {sum(counted.values())} answers {dict(sorted(counted.items()))}", flush=True)
    if done.returncode or not counted:
        yield f"{actor.name}: Schemathesis ended with {done.returncode}, see {report}"
    if token and actor.provisions == (service.name == "scim"):
        known = "ServiceProviderConfig" if actor.provisions else "meta/objects"
        if httpx.get(f"{service.address}/{known}", headers={"Authorization": f"Bearer {token}"}).status_code != httpx.codes.OK:
            yield f"{actor.name}: has lost its token on the way, and was nobody since"


def _log(log: Path, secrets: list[str]) -> Iterator[str]:
    text = log.read_text(errors="replace")
    for line in text.splitlines():
        if '"level":"error"' in line:
            yield f"the log: {line[:2000]}"
    if any(secret in text for secret in (*secrets, "a long and good password")):
        yield "the log holds a token or password"


if __name__ == "__main__":
    sys.exit(main())
