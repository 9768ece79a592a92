"""Whether roles, rules, sign-in providers and layouts fit the model: asked before configuration is applied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from kundig.base.context import Context
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.extension import GLOBAL_RIGHTS, Layout, Role, SharingRule, SignInProvider
from kundig.engine.policy.derived import conditions_of, filter_paths
from kundig.engine.policy.resolve import parent_of
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import parse_filter
from kundig.engine.schema.identifiers import is_name
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import Model

_DAY_OR_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def check_policies(model: Model, context: Context) -> None:
    """Raise Invalid with all that is wrong with what gives rights: roles, rules, sign-in providers, links to readers."""
    errors = [error for object_ in model.objects.values() for error in _readers(model, object_)]
    errors += [error for role in model.roles.values() for error in _role(model, context, role)]
    errors += [error for rule in model.rules.values() for error in _rule(model, context, rule)]
    errors += [error for provider in model.providers.values() for error in _provider(model, provider)]
    if errors:
        raise Invalid(errors)


def check_layouts(model: Model, context: Context) -> None:
    """Raise Invalid with all conditions of layouts that the model can't answer, and requirements that nobody could meet."""
    errors = [error for key, layout in model.layouts.items() for error in _layout(model, context, f"layout {key}", layout)]
    if errors:
        raise Invalid(errors)


def _layout(model: Model, context: Context, place: str, layout: Layout) -> Iterator[FieldError]:
    object_ = model.objects[layout.object]
    for section in layout.all_sections:
        wheres: list[Any] = [section.visible]
        for item in section.placed:
            wheres += [item.visible, item.required if isinstance(item.required, dict) else None]
            field = object_.fields.get(item.field)
            if item.required is not False and field is not None and field.read_only:
                yield _error(place, t("{field} is kept by Kundig and can't be required.", field=item.field))
        for where in wheres:
            if where is not None:
                yield from _readable(model, context, object_, where, place)


def _readers(model: Model, object_: BoundObject) -> Iterator[FieldError]:
    """Each is a link to one user, and stands in what belongs to a record of its own audience."""
    for name in object_.definition.readers:
        field, place = object_.fields.get(name), f"object {object_.name}.{name}"
        if field is not None and (not field.to_one or field.target != "user"):
            yield _error(place, t("Readers are named by a link to one user."))
        if object_.definition.storage != "owned" or model.objects[parent_of(object_)].definition.storage == "owned":
            yield _error(place, t("Readers are named by what belongs to a record that itself belongs to none."))


def _role(model: Model, context: Context, role: Role) -> Iterator[FieldError]:
    for right in sorted(set(role.rights) - set(GLOBAL_RIGHTS)):
        yield _error(f"role {role.name}", t("There is no right “{right}”.", right=right))
    for name, grant in role.objects.items():
        place = f"role {role.name}.{name}"
        if grant.where is not None and name == "*":
            yield _error(place, t("A filter needs the object that it is about; “*” can't have one."))
        object_ = model.objects.get(name)
        if object_ is None:
            continue
        if grant.where is not None:
            yield from _filter(model, context, object_, grant.where, place)
        for title in object_.title_fields:
            if title in object_.fields and grant.read != "none" and grant.fields.get(title, grant.other_fields) == "hidden":
                text = t("The field {field} can't be hidden: it is part of the records' name, which links show.", field=title)
                yield _error(place, text)
    for forbid in role.forbids:
        if forbid.object in model.objects:
            yield from _filter(
                model, context, model.objects[forbid.object], forbid.where, f"role {role.name}.forbids {forbid.object}"
            )


def _rule(model: Model, context: Context, rule: SharingRule) -> Iterator[FieldError]:
    place = f"sharing_rule {rule.name}"
    object_ = model.objects.get(rule.object)
    if object_ is not None:
        if object_.definition.storage == "owned":
            yield _error(place, t("Records of this object are shared with the record that they belong to."))
        yield from _filter(model, context, object_, rule.where, place)
    for receiver in rule.to:
        kind, _, who = receiver.partition(":")
        if not (who in model.roles if kind == "role" else kind in ("team", "user") and _is_uuid(who)):
            yield _error(place, t("“{receiver}” is no receiver: give role:name, team:id or user:id.", receiver=receiver[:100]))


def _provider(model: Model, provider: SignInProvider) -> Iterator[FieldError]:
    place = f"sign_in_provider {provider.name}"
    if not is_name(provider.name):
        yield _error(place, t("The name may hold small letters, digits and _, and begins with a letter."))
    for name in sorted({*provider.roles, *(role for grant in provider.groups for role in grant.roles)} - model.roles.keys()):
        yield _error(place, t("There is no role “{role}”.", role=name[:100]))
    for name in provider.roles:
        if name in model.roles and model.roles[name].everything:
            yield _error(place, t("Nobody becomes an administrator by coming for the first time: choose another role."))
    if provider.groups and not provider.groups_claim:
        yield _error(place, t("Say in which claim the groups stand."))
    for team in sorted({team for grant in provider.groups for team in grant.teams if not _is_uuid(team)}):
        yield _error(place, t("“{team}” is no team: give its id.", team=team[:100]))


def _filter(model: Model, context: Context, object_: BoundObject, where: Mapping[str, Any], place: str) -> Iterator[FieldError]:
    if wrong := list(_readable(model, context, object_, where, place)):
        yield from wrong
        return
    children = {str(part["related"]) for part in conditions_of(where) if "related" in part}
    for path in filter_paths(where):
        if path in children or path.count(".") > 1 or path.partition(".")[0] not in {**object_.fields, **object_.implicit}:
            yield _error(place, t("A rule may look at own fields and over one link, not at “{path}”.", path=path[:100]))
    for field, value in _leaves(where):
        moves = model.field_at(object_.name, field).field.kind is Kind.DATE and not _DAY_OR_INSTANT.fullmatch(value)
        if moves or value == "me":
            yield _error(
                place, t("“{value}” means something else for everybody or every day; a rule needs fixed values.", value=value[:100])
            )


def _readable(model: Model, context: Context, object_: BoundObject, where: Any, place: str) -> Iterator[FieldError]:
    try:
        parse_filter(where, object_, model=model, context=context)
    except Invalid as invalid:
        yield from (FieldError(f"{place}: {error.field}", error.code, error.text) for error in invalid.errors)


def _leaves(where: Any) -> Iterator[tuple[str, str]]:
    """Field and value of all leaves with texts as values."""
    for part in conditions_of(where):
        if "field" in part:
            value = part.get("value")
            values = value if isinstance(value, list) else [value]
            yield from ((part["field"], item) for item in values if isinstance(item, str))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _error(place: str, text: Text) -> FieldError:
    return FieldError(place, "bad_policy", text)
