"""The secret key and where it is kept: in a setting, else in a file of the data folder that is made at the first start.

While a key is being exchanged for another (`kundig rotate-key`) the former one is known too: nothing is unreadable meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from kundig.base.i18n import t
from kundig.base.wrong_setting import WrongSetting, reason

KEY_BYTES = 32
_KEY_FILE, _FORMER_FILE = "secret.key", "secret.key.old"
_LEAST_DIFFERENT = 10
"""Characters that differ in a key: one of `change-me-change-me-…` or `kkkk…` is as good as none."""


def secret_key(given: str | None, data: Path) -> bytes:
    """The key of the setting, or the one kept in the data folder, made at the first start."""
    if given is not None:
        return decoded(given, "KUNDIG_SECRET_KEY")
    path = data / _KEY_FILE
    try:
        if not path.exists():
            draft = _written(data, secrets.token_bytes(KEY_BYTES))
            try:
                # Linked, not renamed: of two first starts at once, one wins and both use its key.
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return _kept(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def former_key(given: str | None, in_setting: bool, data: Path) -> bytes | None:
    """The key that is being replaced, while that is not finished: from where the key itself comes from."""
    if given is not None:
        if not in_setting:
            raise WrongSetting(t("KUNDIG_SECRET_KEY_OLD is of use only beside KUNDIG_SECRET_KEY, the key that follows it."))
        return decoded(given, "KUNDIG_SECRET_KEY_OLD", weak=True)
    path = data / _FORMER_FILE
    try:
        return _kept(path) if path.exists() and not in_setting else None
    except OSError as error:
        raise _unreadable(path, error) from error


def replace_key(data: Path) -> None:
    """Put a new key into the data folder and keep the former one beside it. Killed anywhere, nothing was done or both are known."""
    path, former = data / _KEY_FILE, data / _FORMER_FILE
    _written(data, _kept(path)).rename(former)
    _written(data, secrets.token_bytes(KEY_BYTES)).rename(path)


def forget_former_key(data: Path) -> None:
    """Nothing is encrypted by it any more."""
    (data / _FORMER_FILE).unlink(missing_ok=True)


def keep_secret_key(data: Path, key: bytes) -> None:
    """Put the key of a restored backup in the place of the one the data folder was made with."""
    _written(data, key).rename(data / _KEY_FILE)


def decoded(text: str, place: str, *, weak: bool = False) -> bytes:
    """Base64 of 32 bytes as we make it, or any text of at least 32 characters; `weak`: even one that can be guessed."""
    try:
        key = base64.urlsafe_b64decode(text.encode())
    except (binascii.Error, ValueError):
        key = b""
    found = key if len(key) == KEY_BYTES else text.encode()
    if len(text) < KEY_BYTES or (not weak and len(set(found)) < _LEAST_DIFFERENT):
        raise WrongSetting(t("{place} is too easy: it needs at least 32 characters that nobody can guess.", place=place))
    return found


def _kept(path: Path) -> bytes:
    if path.stat().st_mode & 0o007:
        raise WrongSetting(t("Anybody on this machine can read the secret key {file}. Run: chmod 600 {file}", file=str(path)))
    return decoded(path.read_text().strip(), str(path), weak=True)


def _written(data: Path, key: bytes) -> Path:
    draft = data / f".secret-{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write((base64.urlsafe_b64encode(key).decode() if len(key) == KEY_BYTES else key.decode()) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _unreadable(path: Path, error: OSError) -> WrongSetting:
    return WrongSetting(t("The secret key {file} can't be read or made: {reason}.", file=str(path), reason=reason(error)))
