"""Sign-in providers as data: who may vouch for people (OpenID Connect), and what follows for those who come from there."""

from __future__ import annotations

import msgspec

from kundig.base.i18n import Label


class GroupGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What members of one of the provider's groups get: roles by name, teams by id."""

    group: str
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


class SignInProvider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An OpenID Connect provider. Its client secret is no part of it: that is kept encrypted, and entered where it is used."""

    name: str
    label: Label
    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ()
    """Asked for beside openid, profile and email."""
    makes_users: bool = False
    """Whether somebody who comes for the first time becomes a user."""
    roles: tuple[str, ...] = ()
    """What such a user is given; never a role that may do everything."""
    domains: tuple[str, ...] = ()
    """Only people with an address there become users; none: whoever the provider lets in."""
    directory_claim: str = ""
    """The claim with the id by which the directory has provisioned the person (its externalId); "" finds nobody so."""
    groups_claim: str = ""
    """Where the groups stand, with dots for what lies deeper."""
    groups: tuple[GroupGrant, ...] = ()
    """Roles and teams named here are the provider's: given and taken at each sign-in. Others stay as they are."""
    acr_values: tuple[str, ...] = ()
    """How the provider is asked to let people sign in, the best first (OpenID Connect Core, `acr_values`)."""
    second_step: tuple[str, ...] = ()
    """What it says in `acr` or `amr` when it has asked for a second step; without one of these Kundig asks for its own."""
    passwords: bool = True
    """Whether those who come from there may sign in with a password too; administrators always may."""
