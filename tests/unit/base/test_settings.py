"""Settings: read once, wrong ones stop the start and damage nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kundig.base.keys import forget_former_key, keep_secret_key, replace_key
from kundig.base.settings import Settings
from kundig.base.wrong_setting import WrongSetting

KEY = "a quick brown fox jumps over the lazy dog"


def read(data: Path, **given: str) -> Settings:
    return Settings.from_environment(
        {"KUNDIG_DATA": str(data), "PATH": "/bin", **{f"KUNDIG_{name}": value for name, value in given.items()}}
    )


def test_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path / "data")
    assert (settings.host, settings.port, settings.base_url, settings.database_url) == (
        "127.0.0.1",
        8000,
        "http://127.0.0.1:8000",
        None,
    )
    assert not settings.demo


def test_all_given(tmp_path: Path) -> None:
    settings = read(
        tmp_path, PORT="81", HOST="0.0.0.0", DEMO="1", BASE_URL="https://crm.example.com/", ADMIN_EMAIL="a@example.com", WORKERS="3",
        SMTP_URL="smtps://u:p@mail.example.com:465", DATABASE_URL="postgresql://u:p@db/x", SECRET_KEY=KEY,
        OUTGOING_HOSTS="Push.local:443, 10.0.0.9:8080",
        TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8 fd00::/8", REPLICA_URL="postgresql://u:p@standby/x",
    )  # fmt: skip
    assert (settings.port, settings.demo, settings.base_url, settings.workers) == (81, True, "https://crm.example.com", 3)
    assert settings.replica_url == "postgresql://u:p@standby/x"
    assert settings.secret_key == KEY.encode()
    assert settings.outgoing_hosts == {"push.local:443", "10.0.0.9:8080"}
    assert [str(network) for network in settings.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]
    assert not (tmp_path / "secret.key").exists()
    assert KEY not in repr(settings)
    assert "u:p" not in repr(settings)


def test_the_secret_key_is_made_once_for_us_alone(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    assert len(first) == 32
    assert read(tmp_path).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("key", [bytes(range(32)), "ein langer Schlüssel, der kein Base64 ist".encode()])
def test_the_key_of_a_backup_can_be_kept(tmp_path: Path, key: bytes) -> None:
    read(tmp_path)
    keep_secret_key(tmp_path, key)
    assert read(tmp_path).secret_key == key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"), ("PORT", "0"), ("PORT", "70000"), ("PORT", "８０"), ("DEMO", "maybe"), ("DATABASE_URL", "mysql://x"), ("REPLICA_URL", "mysql://x"), ("REPLICA_URL", "postgresql://standby/x"), ("BASE_URL", "crm.example.com"),
        ("BASE_URL", "https://u@example.com"), ("ADMIN_EMAIL", "nobody"), ("SMTP_URL", "http://x"), ("SECRET_KEY", "short"), ("SECRET_KEY", "k" * 40), ("SECRET_KEY", "change me " * 4), ("SECRET_KEY_OLD", "ein langer Schlüssel, der alleine steht"), ("SECURITY_CONTACT", "http://x"), ("SECURITY_CONTACT", "me@x\nContact: you@y"), ("WORKERS", "-1"), ("OUTGOING_HOSTS", "10.0.0.1"), ("TRUSTED_PROXIES", "proxy.local"), ("TRUSTED_PROXIES", "10.0.0.1/8"), ("OUTGOING_HOSTS", "http://x:80"), ("PROT", "8000"),
    ],
)  # fmt: skip
def test_wrong_values_stop_the_start_and_are_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"KUNDIG_{name}"):
        read(tmp_path, **{name: value})


def test_what_others_keep_under_the_prefix_is_no_concern_of_ours(tmp_path: Path) -> None:
    assert read(tmp_path, TOKEN="x", URL="http://x", TEST_DATABASE_URL="x").port == 8000


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WrongSetting, match=r"thesis\.txt"):
        read(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_newer_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kundig").write_text("2\n")
    with pytest.raises(WrongSetting, match="newer"):
        read(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kundig"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match="file"):
        read(tmp_path / "file")


def test_a_key_that_anybody_can_read_stops_the_start(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(WrongSetting, match="chmod 600"):
        read(tmp_path)


def test_while_a_key_is_exchanged_both_are_known(tmp_path: Path) -> None:
    first = read(tmp_path)
    sealed = first.secrets.encrypt("secret")
    replace_key(tmp_path)
    second = read(tmp_path)
    assert second.former_key == first.secret_key != second.secret_key
    assert second.secrets.decrypt(sealed) == "secret"
    assert stat.S_IMODE((tmp_path / "secret.key.old").stat().st_mode) == 0o600
    forget_former_key(tmp_path)
    assert read(tmp_path).former_key is None


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ("security@example.com", "mailto:security@example.com"),
        ("mailto:security@example.com", "mailto:security@example.com"),
        ("https://example.com/security", "https://example.com/security"),
    ],
)
def test_whom_to_tell_of_a_weakness(tmp_path: Path, given: str, contact: str) -> None:
    assert read(tmp_path, SECURITY_CONTACT=given).security_contact == contact
