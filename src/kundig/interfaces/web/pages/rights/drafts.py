"""A role while it is edited: what stands in the form, and what a document says of it.

In the form, `on` names the objects of which the role speaks by themselves; each has its own values (`account.read`,
`account.f.rating`). What the role says of all others stands under `-`; filters stand in `role_filters`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from kundig.base.i18n import LANGUAGES, Label
from kundig.engine.extension import GLOBAL_RIGHTS, Grant, Role
from kundig.engine.extension.rights import FieldRight
from kundig.engine.policy.giving import BY_LEVEL, YES_OR_NO
from kundig.engine.policy.resolve import FIELD_RIGHTS, LEVELS
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.pages.rights.chosen_filters import filter_in
from kundig.interfaces.web.pages.rights.role_filters import (
    BY_FILTER,
    MOST_FORBIDS,
    NEVER,
    ForbidDraft,
    filterable,
    forbids_from,
    forbids_of,
)

Form = Mapping[str, list[str]]
OTHERS, OTHERS_KEY = "*", "-"
NAME = "role-name"
LONGEST_LABEL = 200


@dataclass
class GrantDraft:
    """What the role says of one object. `fields` holds those that differ from `other`."""

    levels: dict[str, str] = field(default_factory=lambda: dict.fromkeys(BY_LEVEL, "none"))
    allowed: set[str] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    other: str = "edit"
    where: dict[str, Any] | None = None
    """Records that can be viewed besides; the level `filter` of viewing means: those alone."""


@dataclass
class RoleDraft:
    """The whole. An object without a grant of its own follows what is said of all others."""

    label: dict[str, str]
    grants: dict[str, GrantDraft] = field(default_factory=dict)
    rights: set[str] = field(default_factory=set)
    navigation: list[str] = field(default_factory=list)
    second_factor: bool = False
    forbids: list[ForbidDraft] = field(default_factory=list)
    open: str = field(default="", compare=False)
    """The object whose fields are shown."""

    def grant(self, object_: BoundObject) -> GrantDraft:
        """What counts for an object: its own, else that of all others, which does not reach objects of the platform."""
        own = self.grants.get(object_.name)
        if own is None and not object_.definition.system:
            own = self.grants.get(OTHERS)
        return own or GrantDraft()


def draft_of(role: Role, objects: Iterable[BoundObject]) -> RoleDraft:
    """The draft of a role as it is."""
    draft = RoleDraft(dict(role.label), rights=set(role.rights), navigation=list(role.navigation))
    draft.second_factor = role.second_factor == "required"
    draft.forbids = forbids_of(role.forbids)
    if OTHERS in role.objects:
        draft.grants[OTHERS] = replace(_drafted(role.objects[OTHERS]), fields={})
    for object_ in objects:
        grant = role.objects.get(object_.name)
        if grant is not None or OTHERS not in role.objects or object_.definition.system:
            drafted = _drafted(grant or Grant())
            owned = object_.definition.storage == "owned"  # only its fields count, the rest is as with what it belongs to
            draft.grants[object_.name] = GrantDraft(fields=drafted.fields, other=drafted.other) if owned else drafted
    return draft


def _drafted(grant: Grant) -> GrantDraft:
    fields = {name: right for name, right in grant.fields.items() if right != grant.other_fields}
    levels = {deed: str(getattr(grant, deed)) for deed in BY_LEVEL}
    if grant.where is not None and grant.read == "none":
        levels["read"] = BY_FILTER
    allowed = {deed for deed in YES_OR_NO if getattr(grant, deed)}
    return GrantDraft(levels, allowed, dict(fields), grant.other_fields, None if grant.where is None else dict(grant.where))


def draft_from(form: Form, objects: Iterable[BoundObject], stored: Role, seen: Collection[str]) -> RoleDraft:
    """The draft that a form holds; what it can't mean is left out. Filters on objects not `seen` stay as they are stored."""
    known = {object_.name: object_ for object_ in objects}
    label = {language: _one(form, f"{NAME}.{language}").strip()[:LONGEST_LABEL] for language in LANGUAGES}
    draft = RoleDraft(label, rights=set(form.get("right", ())) & set(GLOBAL_RIGHTS))
    for key in dict.fromkeys(form.get("on", ())):
        if key == OTHERS_KEY:
            draft.grants[OTHERS] = _grant_from(form, key, ())
        elif key in known:
            draft.grants[key] = _grant_from(form, key, known[key].fields)
            if filterable(known[key]) and key in seen:
                _filter_from(draft.grants[key], form, key)
            else:
                _keep_filter(draft.grants[key], stored.objects.get(key) or Grant())
    draft.navigation = [name for name in dict.fromkeys(form.get("nav", ())) if name in known]
    draft.second_factor = _one(form, "second_factor") == "1"
    draft.forbids = forbids_from(form, stored.forbids, {name for name in known if filterable(known[name]) and name in seen})
    draft.open = _one(form, "open") if _one(form, "open") in known else ""
    return draft


def _grant_from(form: Form, key: str, fields: Iterable[str]) -> GrantDraft:
    levels = {deed: _word(_one(form, f"{key}.{deed}"), LEVELS, "none") for deed in BY_LEVEL}
    allowed = {deed for deed in YES_OR_NO if _one(form, f"{key}.{deed}") == "1"}
    other = _word(_one(form, f"{key}.other"), FIELD_RIGHTS, "edit")
    given = {name: _one(form, f"{key}.f.{name}") for name in fields}
    special = {name: str(right) for name, right in given.items() if right in FIELD_RIGHTS and right != other}
    return GrantDraft(levels, allowed, special, other)


def _filter_from(grant: GrantDraft, form: Form, key: str) -> None:
    """The filter that stands in the form; "no access" means that it is gone, too."""
    given = _one(form, f"{key}.read")
    grant.where = None if given == "none" else filter_in(_one(form, f"{key}.where"))
    if given == BY_FILTER:
        grant.levels["read"] = BY_FILTER


def _keep_filter(grant: GrantDraft, stored: Grant) -> None:
    """A filter that the form does not show; who may read nothing else sees by it alone."""
    if stored.where is not None:
        grant.where = dict(stored.where)
        if grant.levels["read"] == "none":
            grant.levels["read"] = BY_FILTER


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _word(given: str, known: Collection[str], otherwise: str) -> str:
    return given if given in known else otherwise


def change(draft: RoleDraft, command: str, objects: Iterable[BoundObject]) -> str:
    """Carry out a command: `open:account`, `close`, `apart:account`, `join:account`, `others`, `up:account`, `down:account`,
    `unfilter:account` (no filter any more), `forbid:account` (some of them, still to be chosen), `permit:0`.

    Others do nothing. The part of the form to go on with.
    """
    name, _, key = command.partition(":")
    known = {object_.name: object_ for object_ in objects}
    if name == "close":
        part, draft.open = f"fields-{draft.open}", ""
        return part
    if name == "others" and OTHERS not in draft.grants:
        draft.grants[OTHERS] = GrantDraft()
        return f"{OTHERS_KEY}-read"
    if name == "permit" and key.isdecimal() and int(key) < len(draft.forbids):
        del draft.forbids[int(key)]
        return "forbid"
    if key not in known:
        return ""
    if name == "open":
        draft.open = key
        return f"{key}-other"
    if name == "apart" and key not in draft.grants:
        like = draft.grant(known[key])
        draft.grants[key] = GrantDraft(dict(like.levels), set(like.allowed), dict(like.fields), like.other, like.where)
        return f"{key}-read"
    if name == "join" and OTHERS in draft.grants and not known[key].definition.system:
        draft.grants.pop(key, None)
        draft.open = "" if draft.open == key else draft.open
        return f"apart-{key}"
    if name == "unfilter" and key in draft.grants:
        grant = draft.grants[key]
        grant.where = None
        grant.levels["read"] = "none" if grant.levels["read"] == BY_FILTER else grant.levels["read"]
        return f"{key}-where"
    if name == "forbid" and filterable(known[key]) and len(draft.forbids) < MOST_FORBIDS:
        draft.forbids.append(ForbidDraft(key))
        return f"{NEVER}-{len(draft.forbids) - 1}-where"
    if name in _MOVES:
        return _move(draft, key, _MOVES[name])
    return ""


_MOVES = {"up": -1, "down": 1}


def _move(draft: RoleDraft, key: str, step: int) -> str:
    at = draft.navigation.index(key) if key in draft.navigation else -1
    if at >= 0 and 0 <= at + step < len(draft.navigation):
        draft.navigation[at], draft.navigation[at + step] = draft.navigation[at + step], draft.navigation[at]
    return f"nav-{key}"


def body_of(draft: RoleDraft, stored: Role, before: Mapping[str, Any], objects: Iterable[BoundObject]) -> dict[str, Any]:
    """What the role's document says once it is saved: `before` with what was changed, all of which is spelt out.

    So nothing of a module's role shines through where somebody has decided otherwise.
    """
    known = list(objects)
    was = draft_of(stored, known)
    said = dict(before.get("objects") or {})
    for key in dict.fromkeys((OTHERS, *(object_.name for object_ in known))):
        own, old = draft.grants.get(key), was.grants.get(key)
        if own == old:
            continue
        if own is None:
            said.pop(key, None)
        elif own != GrantDraft() or key in stored.objects:
            fields = next((object_.fields for object_ in known if object_.name == key), {})
            said[key] = _body(own, stored.objects.get(key) or Grant(), fields)
    body: dict[str, Any] = {**before, "label": _whole(draft.label)}
    if said or "objects" in before:
        body["objects"] = said
    if draft.rights != was.rights:
        body["rights"] = [right for right in GLOBAL_RIGHTS if right in draft.rights]
    if draft.navigation != was.navigation:
        body["navigation"] = draft.navigation
    if draft.forbids != was.forbids:
        body["forbids"] = [{"object": item.object, "where": item.where} for item in draft.forbids]
    if draft.second_factor != was.second_factor:
        body["second_factor"] = "required" if draft.second_factor else "optional"
    return body


def _body(own: GrantDraft, stored: Grant, known: Collection[str]) -> dict[str, Any]:
    """A grant; fields that the form does not know stay as they are, those it says nothing special of are named if they were."""
    fields = {name: own.other if name in known else right for name, right in stored.fields.items()} | own.fields
    body: dict[str, Any] = {**own.levels, **{deed: deed in own.allowed for deed in YES_OR_NO}}
    if own.levels["read"] == BY_FILTER:
        body["read"] = "none"
    body |= {"fields": cast("dict[str, FieldRight]", fields), "other_fields": own.other}
    return body if own.where is None and stored.where is None else {**body, "where": own.where}


def _whole(label: Mapping[str, str]) -> Label:
    """In every language: where one is missing, what stands in another."""
    some = next((text for text in label.values() if text), "")
    return {language: label.get(language) or some for language in LANGUAGES}
