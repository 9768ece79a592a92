"""From what a provider says to a user: known by issuer and subject, provisioned by the directory, or made at the first visit."""

from __future__ import annotations

from uuid import UUID

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import LANGUAGES, Text, t
from kundig.engine.extension import SignInProvider
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records, read_record
from kundig.engine.records.writing import Create, Update, write
from kundig.services.identity.managing import administers
from kundig.services.identity.providers.groups import granted, renewed, value_in
from kundig.services.identity.providers.id_tokens import Claims
from kundig.services.identity.providers.identities import bind, is_taken, seen, user_of
from kundig.services.identity.providers.refusals import ProviderRefusal
from kundig.services.identity.provisioned import user_by_directory_id

_NAMES = (("name",), ("given_name", "family_name"), ("preferred_username",))


def wanted_claims(provider: SignInProvider) -> set[str]:
    """What has to be asked for where the provider does not say it by itself."""
    claims = {"email", "name"} if provider.makes_users else set()
    return claims | ({provider.groups_claim.partition(".")[0]} if provider.groups else set())


async def person_of(scope: Scope, provider: SignInProvider, claims: Claims) -> UUID:
    """The active user whom the claims mean, with roles and teams as the provider's groups say now; raises ProviderRefusal.

    `scope` is that of the program itself.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    user = await user_of(scope.connection, issuer, subject)
    try:
        if user is None:
            user = await _provisioned(scope, provider, claims) or await _made(scope, provider, claims)
            await bind(scope.connection, user, issuer, subject)
        else:
            await _renew(scope, provider, claims, user)
    except Invalid as error:
        raise ProviderRefusal("values", error.errors[0].text, detail=error.errors[0].field) from error
    record = msgspec.json.decode((await read_record(scope, "user", user, ["role", "is_active"])).text)
    if not record["is_active"]:
        raise ProviderRefusal("inactive")
    sole = not (provider.passwords or administers(scope, record["role"]))
    await seen(scope.connection, issuer, subject, sole=sole)
    return user


async def _provisioned(scope: Scope, provider: SignInProvider, claims: Claims) -> UUID | None:
    """The user whom the directory has made under the id that the provider names; administrators are connected by hand."""
    named = value_in(claims, provider.directory_claim) if provider.directory_claim else None
    user = await user_by_directory_id(scope.connection, named) if isinstance(named, str) and named else None
    if user is None:
        return None
    record = msgspec.json.decode((await read_record(scope, "user", user, ["role"])).text)
    if administers(scope, record["role"]):  # or the directory's token could let anybody in who administers
        raise ProviderRefusal("administers", _unknown())
    await _renew(scope, provider, claims, user)
    return user


async def _made(scope: Scope, provider: SignInProvider, claims: Claims) -> UUID:
    """A new user, if the provider may bring some. An address that is in use already is never taken for the person."""
    if not provider.makes_users:
        raise ProviderRefusal("unknown", _unknown())
    email = claims.get("email")
    if not isinstance(email, str) or "@" not in email:
        raise ProviderRefusal("email", t("The provider did not say your e-mail address. Your administrator can let it be sent."))
    if claims.get("email_verified") in (False, "false"):
        raise ProviderRefusal("email", t("Confirm your e-mail address at the provider first, then try again."))
    email = email.strip().lower()
    if provider.domains and email.rpartition("@")[2] not in {domain.lower() for domain in provider.domains}:
        raise ProviderRefusal("domain", _unknown())
    if await is_taken(scope.connection, email):
        raise ProviderRefusal(
            "taken",
            t(
                "{email} belongs to a user already. Sign in with your password first and connect the two under"
                " Settings, Sign-in – or ask your administrator to do it.",
                email=email[:200],
            ),
        )
    given = granted(provider, claims) if provider.groups else None
    values = {
        "name": _name(claims) or email.partition("@")[0],
        "email": email,
        "role": sorted({*provider.roles, *(given.roles if given else ())}),
        "teams": await _living(scope, given.teams) if given else [],
        **_language(claims),
    }
    return (await write(scope, "user", [Create(values)])).ids[0]


async def _renew(scope: Scope, provider: SignInProvider, claims: Claims, user: UUID) -> None:
    """Give and take what the provider's groups decide about."""
    if not provider.groups:
        return
    given = granted(provider, claims)
    record = msgspec.json.decode((await read_record(scope, "user", user, ["role", "teams"])).text)
    teams = [team["id"] for team in record["teams"] or ()]
    values = {
        "role": renewed(record["role"] or (), given.roles, given.roles_kept),
        "teams": renewed(teams, await _living(scope, given.teams), given.teams_kept),
    }
    await write(scope, "user", [Update(user, values)])


async def _living(scope: Scope, teams: frozenset[str]) -> list[str]:
    """Those teams that are still there."""
    if not teams:
        return []
    where = {"field": "id", "op": "in", "value": sorted(teams)}
    return [row["id"] for row in (await list_records(scope, ListQuery("team", where, ["id"], None, 1000))).records()]


def _name(claims: Claims) -> str:
    for parts in _NAMES:
        words = [word for part in parts if isinstance(word := claims.get(part), str)]
        if name := " ".join(" ".join(words).split()):
            return name[:200]
    return ""


def _language(claims: Claims) -> dict[str, str]:
    language = str(claims.get("locale") or "")[:2].lower()
    return {"language": language} if language in LANGUAGES else {}


def _unknown() -> Text:
    return t(
        "Nobody here is known by this account yet. Sign in with your password and connect the two under Settings, Sign-in"
        " – or ask your administrator."
    )
