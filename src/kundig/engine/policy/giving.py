"""What changes of roles and sharing rules must keep: nobody gives more than they have, and nobody is left without a role.

Administrators give everything. Whoever else manages roles may widen them as far as their own rights reach, and narrow them at will.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kundig.base.errors import Conflict, Denied, Invalid
from kundig.base.i18n import Label, Text, t
from kundig.engine.extension import Grant, Role, SharingRule
from kundig.engine.extension.rights import FieldRight
from kundig.engine.policy.policies import granted
from kundig.engine.policy.resolve import FIELD_RIGHTS, LEVELS, Person, field_right, grants_of
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Model

BY_LEVEL: Mapping[str, Text] = {
    "read": t("View"),
    "edit": t("Edit"),
    "delete": t("Delete"),
    "assign": t("Assign"),
    "share": t("Share"),
}
"""Deeds that reach as far as a level says, with their names."""
YES_OR_NO: Mapping[str, Text] = {
    "create": t("Create"),
    "export": t("Export"),
    "bring": t("Import"),
    "bulk": t("Change many at once"),
}
"""Deeds that one may do or not."""

_LEFT = """
select label from {ws}."user" where is_active and deleted_at is null and role && %(gone)s::text[] and not role && %(left)s::text[]
order by label_fold limit 4
"""
_ADMINISTRATED = """
select exists (select from {ws}."user" where is_active and deleted_at is null and role && %(roles)s::text[])
"""
_NAMED = 3
"""How many of those who would be left are named."""


async def check_roles(scope: Scope, after: Model) -> None:
    """Refuse to make of the roles and rules what they are in `after`.

    Raises Denied for what the actor does not have, Conflict where somebody would be left without a role or nobody would administer.
    """
    if scope.access.user is not None and not scope.access.everything:
        beyond = next(_beyond(scope, after), None)
        if beyond is not None:
            raise Denied(beyond)
    gone = sorted(scope.model.roles.keys() - after.roles.keys())
    if gone:
        left = await scope.connection.values(_LEFT, {"gone": gone, "left": sorted(after.roles)})
        if left:
            names = ", ".join(left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
            raise Conflict(t("These people have no other role: {names}. Give them another one first.", names=names))
    administering = [role.name for role in after.roles.values() if role.everything]
    if not await scope.connection.value(_ADMINISTRATED, {"roles": administering}):
        raise Conflict(t("There must be at least one active administrator."))


def _beyond(scope: Scope, after: Model) -> Iterator[Text]:
    """What the actor would give without having it."""
    giver = _Giver(scope)
    for name in dict.fromkeys((*after.roles, *scope.model.roles)):
        before, made = scope.model.roles.get(name), after.roles.get(name)
        if before != made:
            yield from giver.role(before, made, after)
    for rule in after.rules.values():
        if rule != scope.model.rules.get(rule.name):
            yield from giver.rule(rule, after)


@dataclass(frozen=True, slots=True)
class _Giver:
    """Who changes roles, and what they have themselves."""

    scope: Scope

    def role(self, before: Role | None, after: Role | None, model: Model) -> Iterator[Text]:
        """What of a changed role goes beyond it; one that is gone forbids nothing any more."""
        label = (after or before or _NOBODY).label
        if (before is not None and before.everything) or (after is not None and after.everything):
            yield t("Only administrators change the role “{role}”.", role=label)
            return
        had = before or _NOBODY
        for lifted in had.forbids:
            if (after is None or lifted not in after.forbids) and not self.reads_all(lifted.object):
                yield _too_much(self.label(lifted.object, model), BY_LEVEL["read"])
        if after is None:
            return
        for never in after.forbids:
            if never not in had.forbids:
                yield from self.asks(never.object, never.where, model)
        if had.second_factor == "required" != after.second_factor:
            yield t("Only administrators let a role do without a second step when signing in.")
        if set(after.rights) - set(had.rights) - self.scope.access.rights:
            yield t("You can't give rights that you don't have yourself.")
        for object_ in model.objects.values():
            given, was = granted(after, object_.definition), granted(had, object_.definition)
            if given is not None and given != was:
                yield from self.grant(object_, was or _NOTHING, given)
                if given.where is not None and given.where != (was or _NOTHING).where:
                    yield from self.asks(object_.name, given.where, model)

    def grant(self, object_: BoundObject, was: Grant, given: Grant) -> Iterator[Text]:
        """What of a changed grant goes beyond it."""
        own, name = self.own(object_.name), object_.definition.label_plural
        for deed, called in BY_LEVEL.items():
            wanted = LEVELS.index(getattr(given, deed))
            if wanted > LEVELS.index(getattr(was, deed)) and wanted > max((LEVELS.index(getattr(g, deed)) for g in own), default=0):
                yield _too_much(name, called)
        for deed, called in YES_OR_NO.items():
            if getattr(given, deed) and not getattr(was, deed) and not any(getattr(g, deed) for g in own):
                yield _too_much(name, called)
        opens = LEVELS.index(given.read) > LEVELS.index(was.read) and self.forbidden(object_.name)
        if opens or (given.where not in (None, was.where) and not self.reads_all(object_.name)):
            yield _too_much(name, BY_LEVEL["read"])
        if not _opens(given):
            return
        for field in object_.fields.values():
            had: FieldRight = was.fields.get(field.name, was.other_fields) if _opens(was) else "hidden"
            wanted = FIELD_RIGHTS.index(given.fields.get(field.name, given.other_fields))
            if wanted > max(FIELD_RIGHTS.index(had), FIELD_RIGHTS.index(field_right(field.name, own))):
                yield _too_much(name, field.definition.label)
                return

    def asks(self, object_: str, where: Mapping[str, Any], model: Model) -> Iterator[Text]:
        """What of a filter the giver could not ask themselves: whom it reaches would tell what is hidden from them."""
        scope = replace(self.scope, model=model)
        try:
            filter_in(scope, model.objects[object_], where)
        except Invalid:
            yield t("A filter can name only what you may see yourself: {object}.", object=self.label(object_, model))

    def rule(self, rule: SharingRule, model: Model) -> Iterator[Text]:
        """A rule opens what its author sees all of, to be edited what they edit all of."""
        rights = self.scope.access.objects.get(rule.object)
        if rights is None or not rights.reads_all or (rule.level == "edit" and rights.edit != "all"):
            yield t("A sharing rule can open only what you see all of yourself, and to be edited what you may edit.")
        yield from self.asks(rule.object, rule.where, model)

    def own(self, object_: str) -> list[Grant]:
        """What the giver's own roles give of an object."""
        access = self.scope.access
        if access.user is None or object_ not in self.scope.model.objects:
            return []
        person = Person(access.user, access.roles, access.teams, access.teams_below)
        return [grant for _, grant in grants_of(self.scope.model, self.scope.policies, person, object_)]

    def reads_all(self, object_: str) -> bool:
        rights = self.scope.access.objects.get(object_)
        return rights is not None and rights.reads_all

    def forbidden(self, object_: str) -> bool:
        """Whether some records are kept from the giver themselves."""
        rights = self.scope.access.objects.get(object_)
        return rights is None or bool(rights.forbids)

    def label(self, object_: str, model: Model) -> Label | str:
        found = model.objects.get(object_)
        return found.definition.label_plural if found else object_


_NOBODY = Role(name="", label={})
_NOTHING = Grant()


def _opens(grant: Grant) -> bool:
    """Whether a grant gives anything of which fields could be seen."""
    return grant.read != "none" or grant.where is not None or grant.create


def _too_much(object_: Label | str, what: Label | Text) -> Text:
    return t("You can't give more than you have yourself: {object} – {right}.", object=object_, right=what)
