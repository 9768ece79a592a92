"""What rights are called on pages: deeds, how far they reach, fields, what holds for all of the workspace."""

from __future__ import annotations

from collections.abc import Mapping

from kundig.base.i18n import Text, t
from kundig.engine.extension.rights import FieldRight, Level
from kundig.engine.policy.giving import BY_LEVEL, YES_OR_NO
from kundig.engine.policy.policies import EVERYONE

DEEDS: Mapping[str, Text] = {
    "read": BY_LEVEL["read"],
    "create": YES_OR_NO["create"],
    **{name: BY_LEVEL[name] for name in ("edit", "delete", "assign", "share")},
    **{name: YES_OR_NO[name] for name in ("export", "bring", "bulk")},
}
"""All of them, in the order in which the matrix shows them."""
SHORT: Mapping[str, Text] = {**DEEDS, "bulk": t("Bulk")}
"""The same as the heads of columns."""
LEVELS: Mapping[Level, tuple[str, Text]] = {
    "all": ("sc3", t("All")),
    "team_below": ("sc2b", t("Area")),
    "team": ("sc2", t("Team")),
    "own": ("sc1", t("Own")),
    "none": ("sc0", t("No")),
}
"""How far, with the class of the sign for it."""
REACH: Mapping[Level, Text] = {
    "all": t("All records"),
    "team_below": t("Own team and teams below"),
    "team": t("Own team"),
    "own": t("Only own ones"),
    "none": t("No access"),
}
FILTERED = ("filter", "scf", t("Filter"), t("Records that match a filter"))
"""Besides levels: the word for it in the form, the class of its sign, in short, and in full."""
FIELD_RIGHTS: Mapping[FieldRight, Text] = {
    "hidden": t("hidden"),
    "read": t("read only"),
    "edit_on_create": t("only when created"),
    "edit": t("editable"),
}
GLOBAL: Mapping[str, Text] = {
    "manage_users": t("Manage users and teams"),
    "manage_roles": t("Manage roles and sharing rules"),
    "manage_configuration": t("Manage objects and fields"),
    "manage_data": t("Manage data of everybody"),
    "read_audit": t("Read the audit log"),
    "see_busy": t("See when colleagues are busy, not with what"),
    "share_views": t("Share views with others"),
    "view_as": t("See Kundig as a colleague sees it"),
}
ICONS: Mapping[str, str] = {"administrator": "crown", "read_only": "eye", EVERYONE: "users"}


def level_word(level: str, language: str) -> str:
    """A level in one word."""
    return LEVELS[level][1].render(language) if level in LEVELS else level  # type: ignore[index]  # asked just before
