"""A sign-in provider while it is edited: what stands in the form, what is wrong with it, and the document that it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from kundig.base.i18n import LANGUAGES, Text, label_in, t
from kundig.engine.extension import SignInProvider
from kundig.engine.schema.identifiers import is_name

Form = Mapping[str, list[str]]
LONGEST, LONGEST_SECRET, MOST_GROUPS = 300, 2000, 300
BLANK = 3
"""Empty rows for further groups."""
_ADDRESSES = ("new", "test")
"""Names that mean something else in the settings' addresses."""
_TYPED = (
    "label", "issuer", "client_id", "scopes", "domains", "directory_claim", "groups_claim", "acr_values", "second_step",
)  # fmt: skip
"""Texts that are kept as they were typed."""
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A row of the form: a group with a role, a team or both. One group may stand in several rows."""

    group: str = ""
    role: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class ProviderDraft:
    """The whole, as it was typed."""

    name: str = ""
    label: str = ""
    issuer: str = ""
    client_id: str = ""
    scopes: str = ""
    makes_users: bool = False
    roles: tuple[str, ...] = ()
    domains: str = ""
    directory_claim: str = ""
    groups_claim: str = ""
    groups: tuple[GroupRow, ...] = ()
    passwords: bool = True
    acr_values: str = ""
    second_step: str = ""

    @property
    def rows(self) -> tuple[GroupRow, ...]:
        """The groups, and room for more."""
        return (*self.groups, *([GroupRow()] * BLANK))


def draft_of(provider: SignInProvider, language: str) -> ProviderDraft:
    """The draft of a provider."""
    return ProviderDraft(
        provider.name, label_in(provider.label, language), provider.issuer, provider.client_id, " ".join(provider.scopes),
        provider.makes_users, provider.roles, ", ".join(provider.domains), provider.directory_claim, provider.groups_claim,
        tuple(
            GroupRow(grant.group, role or "", team or "")
            for grant in provider.groups
            for role, team in zip_longest(grant.roles, grant.teams)
        ),
        provider.passwords, " ".join(provider.acr_values), " ".join(provider.second_step),
    )  # fmt: skip


def draft_from(form: Form, name: str) -> ProviderDraft:
    """The draft that a form holds; `name` where it is not to be chosen any more."""
    rows = zip_longest(*(form.get(part, ()) for part in ("group", "group_role", "group_team")), fillvalue="")
    return ProviderDraft(
        name=name or _one(form, "name"),
        **{part: _one(form, part) for part in _TYPED},
        makes_users=_one(form, "makes_users") == "1",
        roles=tuple(dict.fromkeys(form.get("role", ()))),
        groups=tuple(
            row
            for texts in list(rows)[:MOST_GROUPS]
            if (row := GroupRow(*(text.strip()[:LONGEST] for text in texts))) != GroupRow()
        ),
        passwords=_one(form, "passwords") == "1",
    )


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "").strip()[:LONGEST]


def wrong(draft: ProviderDraft, taken: Sequence[str]) -> Iterator[tuple[str, Text]]:
    """All faults, by the field of the form."""
    if not is_name(draft.name) or draft.name in _ADDRESSES:
        yield "name", t("Use small letters, digits and _, and begin with a letter.")
    elif draft.name in taken:
        yield "name", t("There is a provider of this name already.")
    for name in ("label", "issuer", "client_id"):
        if not getattr(draft, name):
            yield name, t("This is needed.")
    if not all(_DOMAIN.fullmatch(domain) for domain in _words(draft.domains)):
        yield "domains", t("Give domains such as example.com, separated by commas.")
    if draft.groups and not draft.groups_claim:
        yield "groups_claim", t("Say in which claim the groups stand.")
    for number, row in enumerate(draft.groups):
        if not row.group:
            yield f"group-{number}", t("Say for which group this holds.")
        elif not (row.role or row.team):
            yield f"group-{number}", t("Choose a role or a team.")


def body_of(draft: ProviderDraft, stored: SignInProvider | None) -> dict[str, Any]:
    """What the document says. A label that differs by language keeps its other language only as long as it is not changed."""
    label = dict.fromkeys(LANGUAGES, draft.label)
    if stored is not None and draft.label in stored.label.values():
        label = dict(stored.label)
    body: dict[str, Any] = {
        "name": draft.name,
        "label": label,
        "issuer": draft.issuer,
        "client_id": draft.client_id,
        "scopes": draft.scopes.split(),
        "acr_values": draft.acr_values.split(),
        "second_step": draft.second_step.replace(",", " ").split(),
        "makes_users": draft.makes_users,
        "roles": list(draft.roles) if draft.makes_users else [],
        "domains": _words(draft.domains),
        "directory_claim": draft.directory_claim,
        "groups_claim": draft.groups_claim,
        "groups": [
            {
                "group": group,
                "roles": [row.role for row in draft.groups if row.group == group and row.role],
                "teams": [row.team for row in draft.groups if row.group == group and row.team],
            }
            for group in dict.fromkeys(row.group for row in draft.groups)
        ],
    }
    return {key: value for key, value in body.items() if value} | ({} if draft.passwords else {"passwords": False})


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").split()
