"""The built assets: addresses that change with their content, and the answers to them.

They are small and few (about 500 KB), so they are kept in memory, compressed when they were built.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import Parameter

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png"}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
AcceptEncoding = Annotated[str, Parameter(header="accept-encoding", required=False)]
FOREVER = "public, max-age=31536000, immutable"


class AssetsMissing(Exception):
    """The pages' assets were not built. `make run` does it, or `pip install` of the package."""


class Manifest(msgspec.Struct, frozen=True):
    """What the build left: names to hashed names, and the icons in the sprite."""

    files: dict[str, str]
    icons: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: plain, and by encoding."""

    type: str
    plain: bytes
    encoded: dict[str, bytes]


@cache
def manifest() -> Manifest:
    """The manifest of the build; raises AssetsMissing."""
    try:
        return msgspec.json.decode((STATIC / "manifest.json").read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise AssetsMissing("The pages' styles and scripts are not built. Run `make run`, or install the package.") from None


@cache
def asset(name: str) -> str:
    """The address of an asset: `asset("app.css")` is `/static/app-3f2a….css`."""
    return f"/static/{manifest().files[name]}"


@cache
def asset_version() -> str:
    """Changes whenever any asset does."""
    return sha256(" ".join(sorted(manifest().files.values())).encode()).hexdigest()[:12]


@cache
def contents() -> dict[str, Asset]:
    """All assets by hashed name."""
    found = {}
    for name in manifest().files.values():
        path = STATIC / name
        encoded = {code: coded.read_bytes() for code, suffix in ENCODINGS if (coded := path.with_name(name + suffix)).exists()}
        found[name] = Asset(TYPES[path.suffix], path.read_bytes(), encoded)
    return found


@get("/static/{name:str}", opt={"exclude_from_auth": True}, include_in_schema=False)
async def static_file(name: str, accept_encoding: AcceptEncoding = "") -> Response[bytes]:
    """An asset, in the best encoding that the browser takes, to be kept for ever: its name changes with its content."""
    found = contents().get(name)
    if found is None:
        raise NotFoundException
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    offered = {part.split(";")[0].strip() for part in accept_encoding.split(",")}
    for code, content in found.encoded.items():
        if code in offered:
            return Response(content, media_type=found.type, headers=headers | {"Content-Encoding": code})
    return Response(found.plain, media_type=found.type, headers=headers)
