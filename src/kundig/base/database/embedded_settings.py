"""Settings of the embedded PostgreSQL, written anew before each start, so that an upgrade of the program changes them too."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from kundig.base.database.binaries import Account

_MEGABYTE = 1 << 20


def write_settings(cluster: Path, sockets: Path, account: Account) -> None:
    """Write `kundig.conf` and who may log in: only who started the server, and root, through the socket."""
    _write(cluster / "kundig.conf", _settings(sockets), account)
    _write(cluster / "pg_hba.conf", "local all all peer map=kundig\n", account)
    users = {pwd.getpwuid(os.getuid()).pw_name, account.name, "root"}
    _write(cluster / "pg_ident.conf", "".join(f'kundig "{name}" all\n' for name in sorted(users)), account)


def _settings(sockets: Path) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    shared = min(max(memory // 8, 128), 2048)
    values = {
        "listen_addresses": "",
        "unix_socket_directories": _listed(str(sockets)),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "200",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
        "idle_in_transaction_session_timeout": "10min",
    }
    lines = (f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in values.items())
    return "# Written by Kundig before each start: changes here are lost.\n" + "".join(lines)


def _listed(path: str) -> str:
    """One item of a setting that is a list: quoted, since a comma in it would split it."""
    return '"' + path.replace('"', '""') + '"'


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text)
    path.chmod(0o600)
    account.own(path)
