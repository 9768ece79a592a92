"""Names in the database: quoting, schemas of workspaces, their roles."""

from __future__ import annotations

import re

from psycopg import sql

from kundig.base.errors import Invalid
from kundig.base.i18n import t

OWNER = "kundig_owner"
"""Owns everything, changes the model: only the command line and the worker act as it."""
APP = "kundig_app"
"""The servers: no DDL, journal and audit can only be added to and read."""
READ = "kundig_read"
"""Reads the views that are made for BI tools."""

_WORKSPACE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def quoted(name: str) -> str:
    """An identifier in double quotes, whatever is in it."""
    return sql.Identifier(name).as_string()


def schema_name(workspace: str) -> str:
    """The schema of a workspace. The name must be lower-case letters, digits and underscores, at most 40."""
    if not _WORKSPACE_NAME.fullmatch(workspace):
        raise Invalid.one(
            "name",
            "format",
            t("A workspace's name is made of lower-case letters, digits and underscores, at most 40, and starts with a letter."),
        )
    return f"ws_{workspace}"


def workspace_role(schema: str) -> str:
    """The role that reaches this schema of a workspace and nothing else."""
    return f"kundig_{schema}"
