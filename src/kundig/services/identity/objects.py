"""Users and teams: objects of the platform, records like all others."""

from __future__ import annotations

from kundig.engine.extension import Object, choice, field

USER = Object(
    name="user",
    label={"en": "User", "de": "Benutzer"},
    label_plural={"en": "Users", "de": "Benutzer"},
    icon="user",
    title="{name}",
    order="name",
    tree="manager",
    system=True,
    fields=(
        field("name", "text", "Name", "Name", required=True, main=True, max_length=200),
        field("email", "text", "E-mail", "E-Mail", required=True, unique=True, main=True, personal=True, max_length=254),
        field("role", "tags", "Roles", "Rollen", main=True),
        field("teams", "links", "Teams", "Teams", main=True, target="team"),
        field("manager", "link", "Manager", "Führungskraft", main=True, target="user"),
        field(
            "language",
            "choice",
            "Language",
            "Sprache",
            choices=[choice("de", "German", "Deutsch"), choice("en", "English", "Englisch")],
        ),
        field("time_zone", "text", "Time zone", "Zeitzone", max_length=64),
        field("directory_name", "text", "Name in the directory", "Name im Verzeichnis", unique=True, personal=True, max_length=254),
        field("is_active", "boolean", "Active", "Aktiv", main=True, default=True),
    ),
)

TEAM = Object(
    name="team",
    label={"en": "Team", "de": "Team"},
    label_plural={"en": "Teams", "de": "Teams"},
    icon="users",
    title="{name}",
    order="name",
    tree="parent",
    system=True,
    fields=(
        field("name", "text", "Name", "Name", required=True, main=True, max_length=200),
        field("parent", "link", "Belongs to", "Gehört zu", main=True, target="team"),
        field("description", "long_text", "Description", "Beschreibung", main=True),
    ),
)

OWN_FIELDS = frozenset({"name", "language", "time_zone"})
"""What users may change of themselves."""
