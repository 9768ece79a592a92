"""Backups: database, files and secret key of an installation in one file."""

from __future__ import annotations

import base64
import hashlib
import os
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kundig import __version__
from kundig.base.database import Database
from kundig.base.database.dump import dump
from kundig.base.database.workspaces import all_workspaces
from kundig.base.errors import Conflict, OutsideFault
from kundig.base.i18n import t

FORMAT = 1
_MANIFEST, _DUMP, _FILES = "manifest.json", "database.dump", "files"


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says about itself."""

    format: int
    program: str
    made_at: datetime
    schemas: list[str]
    digest: str
    """SHA-256 of the database dump."""
    secret_key: str
    """Base64: without it stored secrets of the backup can't be decrypted."""

    @property
    def key(self) -> bytes:
        """The secret key as settings hold it."""
        return base64.b64decode(self.secret_key)


async def write_backup(database: Database, data: Path, key: bytes, target: Path) -> None:
    """Write a backup beside its place and move it there when it is whole. Only the owner of the file may read it."""
    if target.exists():
        raise Conflict(t("There is a file {path} already. Name a new one.", path=str(target)))
    async with database.transaction(None) as connection:
        schemas = [workspace.schema for workspace in await all_workspaces(connection)]
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".kundig-backup-") as folder:
        image = Path(folder) / _DUMP
        dump(database.address, image)
        manifest = Manifest(FORMAT, __version__, datetime.now(UTC), schemas, _digest(image), base64.b64encode(key).decode())
        draft = Path(folder) / "draft"
        with (
            os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w") as archive,
        ):
            note = Path(folder) / _MANIFEST
            note.write_bytes(msgspec.json.encode(manifest))
            archive.add(note, _MANIFEST)
            archive.add(image, _DUMP)
            if (data / _FILES).is_dir():
                archive.add(data / _FILES, _FILES)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)


def read_manifest(source: Path) -> Manifest:
    """What a backup says about itself; one sentence if it is not a backup of ours or a newer one."""
    try:
        with tarfile.open(source) as archive:
            member = archive.extractfile(_MANIFEST)
            manifest = msgspec.json.decode(member.read() if member else b"", type=Manifest)
    except (tarfile.TarError, KeyError, msgspec.MsgspecError, EOFError) as error:
        raise OutsideFault(t("{path} is not a whole backup of Kundig.", path=str(source))) from error
    if manifest.format > FORMAT:
        raise OutsideFault(
            t("{path} was made by a newer Kundig ({version}). Install that version.", path=str(source), version=manifest.program)
        )
    return manifest


def unpack(source: Path, manifest: Manifest, folder: Path) -> tuple[Path, Path]:
    """Unpack a backup into a folder and check it: the database dump and the folder of files (maybe not there)."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise OutsideFault(t("{path} is not a whole backup of Kundig.", path=str(source))) from error
    image = folder / _DUMP
    if not image.exists() or _digest(image) != manifest.digest:
        raise OutsideFault(t("The backup {path} is damaged: its check sum is wrong. Use another one.", path=str(source)))
    return image, folder / _FILES


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
