"""Rules of users and teams: what is accepted, who may change what, and what signing in and rights follow from it."""

from __future__ import annotations

from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email

from kundig.base.database.workspaces import bump_version
from kundig.base.errors import Denied, Invalid
from kundig.base.i18n import t
from kundig.base.time_zones import known_zones
from kundig.engine.extension import Hook
from kundig.engine.policy import principals
from kundig.engine.policy.policies import EVERYONE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.services.identity.managing import may_give
from kundig.services.identity.members import Member, keep_members
from kundig.services.identity.objects import OWN_FIELDS, TEAM, USER
from kundig.services.identity.rights_trail import note_rights
from kundig.services.identity.telling import tell

_RIGHTS_FIELDS = ("role", "teams", "is_active")
"""From these follow rights: a change of them changes the version, so that it holds from the next request on."""
_PROVEN_FIELDS = ("role", "teams", "email", "is_active")
"""What lets somebody in, or decides what they may do: changed only right after it was proven who sits there."""
_OTHER_ADMINISTRATORS = """
select exists (
  select from {ws}."user" where is_active and deleted_at is null and role && %(roles)s::text[] and id <> all(%(changed)s::uuid[]))
"""


async def check_users(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Before users are written: addresses, time zones and roles make sense, and nobody raises their own rights."""
    for draft in drafts:
        if draft.action in ("delete", "restore"):
            draft.refuse("is_active", "system", t("A user can't be deleted. Set the user to inactive instead."))
            continue
        if draft.action == "create":
            draft.set("owner", draft.id)
            draft.set("team", None)
        _fill_preferences(scope, draft)
        _check_email(draft)
        _check_time_zone(draft)
        _check_roles(scope, draft)
        _check_own(scope, draft)
        _check_above(scope, draft)
    if any(draft.changes(name) for draft in drafts for name in _PROVEN_FIELDS) or any(_is_named_anew(draft) for draft in drafts):
        scope.require_proof()
    await principals.ensure(scope.connection, (principals.user(draft.id) for draft in drafts))
    await _check_last_administrator(scope, drafts)


async def keep_users(scope: Scope, drafts: Sequence[Draft]) -> None:
    """After users are written: sign-in knows of it, rights follow, sessions of who may no longer sign in end at once."""
    for draft in drafts:
        own = OWN_FIELDS.issuperset(name for name in USER_FIELDS if draft.changes(name)) and not _is_named_anew(draft)
        if not own and not _manages(scope):
            raise _not_managing()
    moved = [
        d for d in drafts if d.action == "update" and (d.changes("email") or (d.changes("is_active") and not d.get("is_active")))
    ]
    for draft in drafts:
        if draft.action == "update" and draft.changes("email"):
            values = {"email": str(draft.get("email"))}
            await tell(scope.connection, draft.id, "email_changed", values=values, email=str(draft.before("email")))
    await keep_members(scope.connection, [_member(draft) for draft in drafts], [draft.id for draft in moved])
    if any(draft.action == "update" and draft.changes(name) for draft in drafts for name in _RIGHTS_FIELDS):
        await bump_version(scope.connection, scope.context.workspace)


async def keep_teams(scope: Scope, drafts: Sequence[Draft]) -> None:
    """After teams are written: they have their principals, and rights follow the tree."""
    created = [draft.id for draft in drafts if draft.action == "create"]
    await principals.ensure(scope.connection, (make(id_) for id_ in created for make in (principals.team, principals.members)))
    if any(draft.action in ("delete", "restore") or draft.changes("parent") for draft in drafts):
        if not _manages(scope):
            raise _not_managing()
        await bump_version(scope.connection, scope.context.workspace)


def _manages(scope: Scope) -> bool:
    """Whether the actor manages users; an undo needs that too, whatever it brings back."""
    return scope.access.user is None or scope.may("manage_users")


def _not_managing() -> Denied:
    return Denied(t("Your role does not allow managing users."))


def _is_named_anew(draft: Draft) -> bool:
    """Whether another system's name for a user is added or taken: a directory's lets somebody in who comes from a provider."""
    return draft.action == "update" and bool(draft.external_ids or draft.lost_ids)


def _check_email(draft: Draft) -> None:
    email = draft.get("email")
    if not isinstance(email, str) or not draft.changes("email"):
        return
    try:
        draft.set("email", validate_email(email, check_deliverability=False, test_environment=True).normalized.lower())
    except EmailNotValidError:
        draft.refuse("email", "bad_value", t("This is no e-mail address."))


def _fill_preferences(scope: Scope, draft: Draft) -> None:
    """Nobody is without language and time zone: other programs reckon dates by them."""
    workspace = scope.context.workspace
    for name, usual in (("language", workspace.language), ("time_zone", workspace.time_zone)):
        if draft.get(name) is None:
            draft.set(name, usual)


def _check_time_zone(draft: Draft) -> None:
    zone = draft.get("time_zone")
    if zone is not None and draft.changes("time_zone") and zone not in known_zones():
        draft.refuse(
            "time_zone", "unknown_time_zone", t("There is no time zone “{zone}”. Give one such as Europe/Berlin.", zone=zone[:100])
        )


def _check_roles(scope: Scope, draft: Draft) -> None:
    if not draft.changes("role"):
        return
    known = scope.model.roles
    for name in draft.get("role") or ():
        if name not in known or name == EVERYONE:
            draft.refuse("role", "bad_value", t("There is no role “{role}”.", role=name))
        elif not may_give(scope, name):
            draft.refuse("role", "denied", t("You can't give a role that has more rights than you: “{role}”.", role=name))


def _check_own(scope: Scope, draft: Draft) -> None:
    if draft.action != "update" or draft.id != scope.access.user:
        return
    for name in ("role", "is_active", *(() if scope.access.everything else ("teams",))):
        if draft.changes(name):
            draft.refuse(name, "denied", t("Your own rights can only be changed by somebody else."))


def _check_above(scope: Scope, draft: Draft) -> None:
    """Who has more rights than the actor is let in or kept out by others: with their address one could take their place."""
    if draft.action == "update" and not all(
        may_give(scope, name) for name in draft.before("role") or () if name in scope.model.roles
    ):
        named = ("external_ids",) if _is_named_anew(draft) else ()
        for name in (*(name for name in ("email", "is_active", "role") if draft.changes(name)), *named):
            draft.refuse(name, "denied", t("This user has more rights than you: somebody else has to do this."))


async def _check_last_administrator(scope: Scope, drafts: Sequence[Draft]) -> None:
    roles = [role.name for role in scope.model.roles.values() if role.everything]
    losing = [d for d in drafts if d.action == "update" and _administers(roles, d.before("role"), d.before("is_active"))]
    losing = [d for d in losing if not _administers(roles, d.get("role"), d.get("is_active"))]
    if not losing:
        return
    changed = [draft.id for draft in losing]
    if not await scope.connection.value(_OTHER_ADMINISTRATORS, {"roles": roles, "changed": changed}):
        raise Invalid.one("role", "last_administrator", t("There must be at least one active administrator."))


def _administers(roles: Sequence[str], own: Sequence[str] | None, is_active: bool | None) -> bool:
    return bool(is_active) and not set(roles).isdisjoint(own or ())


def _member(draft: Draft) -> Member:
    return Member(
        user=draft.id,
        email=draft.get("email"),
        name=draft.get("name"),
        language=draft.get("language"),
        time_zone=draft.get("time_zone"),
        is_active=draft.get("is_active") is not False,
    )


USER_FIELDS = tuple(definition.name for definition in USER.fields)

HOOKS = (
    Hook(USER.name, "before", check_users),
    Hook(USER.name, "before", note_rights),
    Hook(USER.name, "after", keep_users),
    Hook(TEAM.name, "after", keep_teams),
)
