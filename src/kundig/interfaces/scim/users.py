"""Users for a directory: signed in by their address, known to it by a name of its own, and never really deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from scim2_models import ForbiddenException, InvalidValueException, Reference, Resource, UniquenessException

from kundig.base.i18n import LANGUAGES
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import Create, Update, write
from kundig.interfaces.scim.desk import Desk, Record, external_id, meta, pairs, renamed, where_of
from kundig.interfaces.scim.filters import Test, Where, either, folded, text
from kundig.interfaces.scim.resources import Email, Membership, Name, Role, User
from kundig.services.identity.managing import administers

_FIELDS = (
    "id", "name", "email", "directory_name", "role", "teams", "language", "time_zone", "is_active", "external_ids", "created_at",
    "updated_at", "version",
)  # fmt: skip

# Who was taken away from the directory is signed off and has no name there any more; who is only signed off stays.
_VISIBLE: Where = {"any": [{"field": "is_active", "op": "is", "value": True}, {"field": "directory_name", "op": "not_empty"}]}


class Users:
    """See `ResourceKind`."""

    model: type[Resource[Any]] = User
    folder = "Users"
    object = "user"
    fields: Sequence[str] = _FIELDS
    visible: Where | None = _VISIBLE
    attributes: Mapping[str, Test] = {
        "id": text("id"),
        "username": folded(either("directory_name", "email")),
        "displayname": text("name"),
        "name.formatted": text("name"),
        "emails": folded(text("email")),
        "emails.value": folded(text("email")),
        "active": text("is_active"),
        "preferredlanguage": text("language"),
        "timezone": text("time_zone"),
        "roles.value": text("role"),
        "groups.value": text("teams"),
        "meta.created": text("created_at"),
        "meta.lastmodified": text("updated_at"),
    }

    async def resources(self, desk: Desk, records: Sequence[Record], *, whole: bool) -> list[Any]:
        """All is in the record."""
        return [self._resource(desk, record) for record in records]

    def _resource(self, desk: Desk, record: Record) -> User:
        return User(
            id=record["id"],
            external_id=external_id(record),
            meta=meta(desk, self, record),
            user_name=record["directory_name"] or record["email"],
            display_name=record["name"],
            name=Name(formatted=record["name"]),
            emails=[Email(value=record["email"], type="work")],
            active=bool(record["is_active"]),
            preferred_language=record["language"],
            timezone=record["time_zone"],
            roles=[Role(value=name) for name in record["role"] or ()] or None,
            groups=[
                Membership(value=team["id"], ref=Reference(desk.address("Groups", team["id"])), display=team["label"])
                for team in record["teams"] or ()
            ]
            or None,
        )

    async def create(self, desk: Desk, given: User) -> UUID:
        """A new user, or the one again who had been taken away and has the same address."""
        values = self._values(desk, given, None) | {"is_active": given.active is not False}
        if given.roles is None:
            values["role"] = list(desk.by.first_roles)
        await self._check_name(desk, given, None)
        gone = {"all": [{"field": "email", "op": "is", "value": values["email"]}, {"none": [self.visible]}]}
        found = (await list_records(desk.scope, ListQuery(self.object, gone, self.fields, None, 1))).records()
        name = given.external_id
        item = renamed(found[0], name, values, None) if found else Create(values, None, pairs(name))
        return (await write(desk.scope, self.object, [item])).ids[0]

    async def change(self, desk: Desk, id_: UUID, before: User, after: User, version: int | None) -> None:
        """Only what differs; roles that the directory may not give are none of its business."""
        record = await where_of(desk, self, id_)
        values = self._values(desk, after, record)
        if after.active is not None:
            values["is_active"] = after.active
        renamed_there = after.external_id != before.external_id
        if (values["email"] != record["email"] or renamed_there) and administers(desk.scope, record["role"]):
            raise ForbiddenException(detail="The address and the external id of an administrator are changed by people only.")
        await self._check_name(desk, after, id_)
        changed = renamed(record, after.external_id, values, version) if renamed_there else Update(id_, values, version)
        await write(desk.scope, self.object, [changed])

    async def remove(self, desk: Desk, id_: UUID, version: int | None) -> None:
        """Signed off, and unknown to the directory; what the user has done keeps their name."""
        gone = {"is_active": False, "directory_name": None}
        await write(desk.scope, self.object, [renamed(await where_of(desk, self, id_), None, gone, version)])

    def _values(self, desk: Desk, given: User, record: Record | None) -> dict[str, Any]:
        email = next((email.value for email in given.emails or () if email.value), None) or given.user_name or ""
        name = self._name(given, record) or email.partition("@")[0]
        language = (given.preferred_language or "")[:2].lower()
        values: dict[str, Any] = {
            "name": name,
            "email": email.strip().lower(),
            "directory_name": (given.user_name or "").strip().lower(),
        }
        if language in LANGUAGES:
            values["language"] = language
        if given.timezone:
            values["time_zone"] = given.timezone
        present: Sequence[str] = (record or {}).get("role") or ()
        if record is not None or given.roles is not None:
            values["role"] = self._roles(desk, given, present)
        return values

    def _name(self, given: User, record: Record | None) -> str:
        """That of displayName or of name.formatted, whichever is new; else its parts."""
        whole = [given.display_name, given.name.formatted if given.name else None]
        fresh = [name for name in whole if name and (record is None or name != record["name"])]
        parts = given.name.unknown_attributes if given.name else {}
        words = " ".join(str(parts[key]) for key in ("givenName", "familyName") if isinstance(parts.get(key), str))
        return next(iter((*fresh, *(name for name in whole if name), words)), "")

    def _roles(self, desk: Desk, given: User, present: Sequence[str]) -> list[str]:
        wanted = [role.value for role in given.roles or () if role.value]
        for name in wanted:
            if name not in desk.by.roles and name not in present:
                raise InvalidValueException(detail=f"This token may not give the role {name[:100]}.")
        stays = [name for name in present if name in wanted or name not in desk.by.roles]
        return [*stays, *(name for name in dict.fromkeys(wanted) if name not in stays)]

    async def _check_name(self, desk: Desk, given: User, own: UUID | None) -> None:
        """A name in the directory means one user, in small letters and big ones."""
        test = self.attributes["username"]("is", given.user_name)
        others = (await list_records(desk.scope, ListQuery(self.object, {"all": [test, self.visible]}, ["id"], None, 2))).records()
        if any(other["id"] != str(own) for other in others):
            raise UniquenessException(detail=f"There is a user {(given.user_name or '')[:200]} already.")
