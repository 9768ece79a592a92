"""From who asks to a scope: model and rights at the workspace's version, kept in the process until the version changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from kundig.base.context import SYSTEM, Actor, Context, Workspace
from kundig.base.database import Connection
from kundig.base.database.workspaces import version_of
from kundig.base.errors import FactorNeeded, Missing, Unauthenticated
from kundig.base.i18n import t
from kundig.base.secrets import Secrets
from kundig.engine.extension import Module
from kundig.engine.policy import principals
from kundig.engine.policy.access import Access
from kundig.engine.policy.models import Models
from kundig.engine.policy.policies import EVERYONE, policies_of
from kundig.engine.policy.resolve import UNNARROWED, Narrowing, Person, person_principals, resolve, shape, system_access
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.model import Model
from kundig.services.identity.objects import OWN_FIELDS, TEAM, USER
from kundig.services.identity.provisioners import Provisioner
from kundig.services.identity.signed import Signed, authenticate_feed, authenticate_session, authenticate_token, narrowing_of
from kundig.services.identity.viewing import LOOKS, may_view

_MOST_KEPT = 5000
_PERSON = """
with recursive own as (
  select l.target as id, l.position from {ws}.user__teams l join {ws}.team t on t.id = l.target and t.deleted_at is null
  where l.record = %(user)s
), below as (
  select id from own union select t.id from {ws}.team t join below b on t.parent = b.id where t.deleted_at is null
)
select u.role, u.name, u.language, u.time_zone,
  array(select id from own order by position) as teams, array(select id from below order by id) as teams_below
from {ws}."user" u where u.id = %(user)s and u.is_active and u.deleted_at is null
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    version: int
    access: Access


class Scopes:
    """Opens scopes for this process: of a token, a session, a user (jobs), or the program itself."""

    def __init__(self, modules: Sequence[Module], secrets: Secrets | None = None) -> None:
        """`modules` in the order in which they were loaded; `secrets` sign cursors, so that they hold in all processes."""
        self.models = Models(modules)
        self._secrets = secrets
        self._access: dict[tuple[str, UUID, Narrowing], _Kept] = {}

    async def of_token(self, connection: Connection, token: str, source: str, address: str | None = None) -> Scope:
        """The scope of an API token; raises Unauthenticated. The connection must be in no workspace yet.

        `address` is where the request came from, here and below.
        """
        return await self.open(connection, await authenticate_token(connection, token), source, address)

    async def of_session(
        self,
        connection: Connection,
        code: str,
        source: str,
        address: str | None = None,
        *,
        setting_up: bool = False,
        own: bool = False,
    ) -> tuple[Scope, Signed]:
        """The scope of a session, and who is signed in; raises Unauthenticated.

        Raises FactorNeeded if a role asks for a second factor that is missing, but where that is set up. A session that looks with
        a colleague's eyes gets the scope for that, unless it is to be its `own`.
        """
        signed = await authenticate_session(connection, code)
        scope = await self.open(connection, signed, source, address)
        if scope.access.second_factor and not signed.secured and not setting_up:
            raise FactorNeeded
        if signed.viewing is None or own:
            return scope, replace(signed, viewing=None)
        theirs = await self.access_of(scope, signed.viewing)
        if theirs is None or not may_view(scope, theirs):
            return scope, replace(signed, viewing=None)
        looks = await self._access_of(connection, signed.workspace, scope.model, signed.viewing, LOOKS)
        return replace(scope, access=looks), signed

    async def access_of(self, scope: Scope, user: UUID) -> Access | None:
        """All rights of another user, None if they may not sign in."""
        try:
            return await self._access_of(scope.connection, scope.context.workspace, scope.model, user, UNNARROWED)
        except Unauthenticated:
            return None

    async def of_feed(self, connection: Connection, code: str, source: str, address: str | None = None) -> tuple[Scope, Signed]:
        """The scope of a calendar's secret link, with who it belongs to; raises Unauthenticated."""
        signed = await authenticate_feed(connection, code)
        return await self.open(connection, signed, source, address), signed

    async def open(self, connection: Connection, signed: Signed, source: str, address: str | None = None) -> Scope:
        """The scope of who has been authenticated on this connection."""
        model = await self.models.at(connection, signed.workspace, signed.version)
        access = await self._access_of(connection, signed.workspace, model, signed.user, signed.narrowing)
        zone = ZoneInfo(signed.time_zone)
        context = Context(
            connection, signed.workspace, signed.actor, source, language=signed.language, time_zone=zone, secrets=self._secrets,
            address=address, proven=signed.proven,
        )  # fmt: skip
        return Scope(context, model, access)

    async def of_user(
        self, connection: Connection, workspace: Workspace, user: UUID, source: str, actor: Actor | None = None
    ) -> Scope:
        """The scope of a user with the rights of now, for jobs; raises Unauthenticated if the user may no longer sign in.

        An `actor` that is a token stays as narrow as the token, and ends with it.
        """
        model = await self.models.at(connection, workspace, await version_of(connection, workspace))
        narrowing = UNNARROWED if actor is None else await narrowing_of(connection, actor)
        access = await self._access_of(connection, workspace, model, user, narrowing)
        row = await connection.row('select language, time_zone from {ws}."user" where id = %(user)s', {"user": user}) or {}
        return Scope(
            Context(
                connection,
                workspace,
                actor or Actor("user", user, user),
                source,
                language=row.get("language") or workspace.language,
                time_zone=ZoneInfo(row.get("time_zone") or workspace.time_zone),
                secrets=self._secrets,
            ),
            model,
            access,
        )

    async def of_system(self, connection: Connection, workspace: Workspace, source: str) -> Scope:
        """The scope of the program itself: all rights, nobody's name. The connection is in the workspace."""
        model = await self.models.at(connection, workspace, await version_of(connection, workspace))
        zone = ZoneInfo(workspace.time_zone)
        context = Context(connection, workspace, SYSTEM, source, language=workspace.language, time_zone=zone, secrets=self._secrets)
        return Scope(context, model, system_access(model))

    async def of_provisioner(self, connection: Connection, found: Provisioner, source: str) -> Scope:
        """The scope of a directory: users and teams, and nothing else."""
        workspace = found.workspace
        model = await self.models.at(connection, workspace, found.version)
        everything = system_access(model)
        objects = {name: everything.objects[name] for name in (USER.name, TEAM.name)}
        access = replace(everything, objects=objects, rights=frozenset({"manage_users"}), shape=shape(objects), everything=False)
        zone = ZoneInfo(workspace.time_zone)
        context = Context(
            connection, workspace, found.actor, source, language=workspace.language, time_zone=zone, secrets=self._secrets
        )
        return Scope(context, model, access)

    async def _access_of(
        self, connection: Connection, workspace: Workspace, model: Model, user: UUID, narrowing: Narrowing
    ) -> Access:
        key = (workspace.schema, user, narrowing)
        kept = self._access.get(key)
        if kept is not None and kept.version == model.version:
            return kept.access
        person = await read_person(connection, user)
        policies = policies_of(model)
        wanted = person_principals(model, policies, person)
        numbers = await principals.of_person(connection, wanted, (*person.roles, EVERYONE))
        access = resolve(model, policies, person, numbers, narrowing)
        # A principal that has no number yet may get one without a new version, and what a forbid was before ends without one: then
        # look again next time.
        if numbers.keys() == wanted:
            if len(self._access) >= _MOST_KEPT:
                self._access.clear()
            self._access[key] = _Kept(model.version, access)
        return access


async def read_person(connection: Connection, user: UUID) -> Person:
    """What an active user's rights follow from; raises Unauthenticated."""
    row = await connection.row(_PERSON, {"user": user})
    if row is None:
        raise Unauthenticated
    return Person(user, tuple(row["role"] or ()), tuple(row["teams"]), tuple(row["teams_below"]))


def own_record(scope: Scope, object_: str, id_: UUID) -> Scope:
    """The scope for reading or writing one record by its id: of themselves, users see everything and change a little.

    For any other record it is the scope given.
    """
    if object_ != USER.name or id_ != scope.access.user or scope.access.everything or USER.name not in scope.access.objects:
        return scope
    rights = scope.access.objects[USER.name]
    fields = frozenset(scope.model.objects[USER.name].fields)
    free = OWN_FIELDS if rights.edit != "none" else frozenset()
    own = replace(
        rights, hidden=frozenset(), fixed=rights.fixed & (fields - free) | (rights.hidden - free), fixed_later=frozenset()
    )
    objects = {**scope.access.objects, USER.name: own}
    return replace(scope, access=replace(scope.access, objects=objects, shape=shape(objects)))


async def user_by_email(connection: Connection, email: str) -> UUID:
    """The active user with an address, for the command line; raises Missing."""
    find = 'select id from {ws}."user" where email = %(email)s and deleted_at is null'
    found: UUID | None = await connection.value(find, {"email": email.strip().lower()})
    if found is None:
        raise Missing(t("Nobody active signs in with {email}.", email=email))
    return found
