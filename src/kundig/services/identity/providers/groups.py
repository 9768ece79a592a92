"""What a provider's groups mean here: roles and teams, given to members and taken from who is none any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kundig.base.i18n import t
from kundig.engine.extension import SignInProvider
from kundig.services.identity.providers.id_tokens import Claims
from kundig.services.identity.providers.refusals import ProviderRefusal


@dataclass(frozen=True, slots=True)
class Granted:
    """What the groups of a person give, of all that the provider's groups may give."""

    roles: frozenset[str]
    teams: frozenset[str]
    roles_kept: frozenset[str]
    teams_kept: frozenset[str]
    """What the provider decides about; anything else stays as it is."""


def granted(provider: SignInProvider, claims: Claims) -> Granted:
    """What the claims give; raises ProviderRefusal where the groups are left out because they are too many."""
    groups = groups_in(claims, provider.groups_claim)
    member = [grant for grant in provider.groups if grant.group in groups]
    return Granted(
        frozenset(role for grant in member for role in grant.roles),
        frozenset(team for grant in member for team in grant.teams),
        frozenset(role for grant in provider.groups for role in grant.roles),
        frozenset(team for grant in provider.groups for team in grant.teams),
    )


def groups_in(claims: Claims, claim: str) -> frozenset[str]:
    """The groups that a claim names. A claim that is missing names none, so that rights fall rather than stay."""
    if claim in _elsewhere(claims):
        raise ProviderRefusal(
            "groups",
            t("The provider has left your groups out since they are too many. Your administrator can limit which it sends."),
        )
    found = value_in(claims, claim)
    names = found if isinstance(found, list) else [found]
    return frozenset(name for name in names if isinstance(name, str))


def value_in(claims: Claims, claim: str) -> Any:
    """What a claim says: by its name, else by the path that dots make of it."""
    if claim in claims:
        return claims[claim]
    found: Any = claims
    for step in claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def renewed(present: Sequence[str], given: Collection[str], kept: Collection[str]) -> list[str]:
    """What somebody has from now on, in its order: what the provider gives, and what it does not decide about."""
    stays = [name for name in present if name in given or name not in kept]
    return [*stays, *sorted(set(given) - set(stays))]


def _elsewhere(claims: Claims) -> Mapping[str, Any]:
    """Claims that the provider names a source for instead of sending them (OpenID Connect Core 5.6.2), as Entra ID does."""
    found = claims.get("_claim_names")
    return found if isinstance(found, Mapping) else {}
