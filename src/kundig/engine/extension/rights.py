"""Roles and sharing rules as data: who may do what with which records and fields. `kundig.engine.policy` enforces them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kundig.base.i18n import Label

Level = Literal["none", "own", "team", "team_below", "all"]
FieldRight = Literal["hidden", "read", "edit", "edit_on_create"]
GLOBAL_RIGHTS = (
    "manage_users",
    "manage_roles",
    "manage_configuration",
    "manage_data",
    "read_audit",
    "see_busy",
    "share_views",
    "view_as",
)


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a role may do with one object. `where` adds the records that match a filter to what `read` reaches."""

    read: Level = "none"
    create: bool = False
    edit: Level = "none"
    delete: Level = "none"
    assign: Level = "none"
    share: Level = "none"
    export: bool = False
    bring: bool = False
    """May import."""
    bulk: bool = False
    where: dict[str, Any] | None = None
    fields: dict[str, FieldRight] = msgspec.field(default_factory=dict)
    other_fields: FieldRight = "edit"


class Forbid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records that the role may never see, whatever else grants them."""

    object: str
    where: dict[str, Any]


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named set of rights; a user's roles add up, a forbid of any of them wins. `"*"` stands for objects not named."""

    name: str
    label: Label
    everything: bool = False
    """The administrator: all objects, fields and global rights."""
    objects: dict[str, Grant] = msgspec.field(default_factory=dict)
    forbids: tuple[Forbid, ...] = ()
    rights: tuple[str, ...] = ()
    navigation: tuple[str, ...] = ()
    """The objects of the main navigation in order; none given: all with a place in it. The first role with some decides."""
    second_factor: Literal["optional", "required"] = "optional"
    """Whether who has the role must sign in with more than a password."""


class SharingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Records that match `where` (own columns and one link) may be read, or edited, by the members of `to`.

    `to` holds `"role:sales_manager"`, `"team:<id>"` or `"user:<id>"`.
    """

    name: str
    label: Label
    object: str
    where: dict[str, Any]
    to: tuple[str, ...]
    level: Literal["read", "edit"] = "read"
