"""What the page of a role shows of a draft: a row for each object, the fields of the one that is open, rights, navigation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kundig.base.i18n import LANGUAGES, label_in, t
from kundig.engine.extension import Role
from kundig.engine.policy.giving import BY_LEVEL
from kundig.engine.policy.resolve import NEVER_HIDDEN, parent_of
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.pages.rights.chosen_filters import FilterView, filter_view, kept_filter
from kundig.interfaces.web.pages.rights.drafts import OTHERS, OTHERS_KEY, GrantDraft, RoleDraft, draft_of
from kundig.interfaces.web.pages.rights.role_filters import BY_FILTER, ForbidView, filterable
from kundig.interfaces.web.pages.rights.words import DEEDS, FIELD_RIGHTS, FILTERED, GLOBAL, LEVELS, REACH, SHORT


@dataclass(frozen=True, slots=True)
class RoleLink:
    """A role in the list."""

    name: str
    label: str
    icon: str
    people: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One deed on one object: a level, or yes and no; `was` is what is stored."""

    name: str
    label: str
    value: str
    was: str
    by_level: bool
    by_filter: bool = False
    """Whether a filter can be chosen instead of a level."""


@dataclass(frozen=True, slots=True)
class Row:
    """An object. `follows`: what is said of all others counts; `parent`: it belongs to records of that one, only fields count."""

    key: str
    label: str
    icon: str
    cells: tuple[Cell, ...]
    grant: GrantDraft
    fields: str
    follows: bool = False
    joins: bool = False
    """Whether it could follow all others."""
    parent: str = ""
    filter: FilterView | None = None
    """Records that can be read besides; None where the form holds no filter."""
    filtered: bool = False
    """Records that match a filter can be read too."""
    forbidden: bool = False
    """Some records may never be seen."""
    open: tuple[tuple[str, str, str, str], ...] | None = None
    """The fields, if they are shown: name, label, right, stored right."""


@dataclass(frozen=True, slots=True)
class Words:
    """What rights are called, in the reader's language."""

    languages: tuple[str, ...]
    heads: tuple[str, ...]
    levels: tuple[tuple[str, str, str, str], ...]
    """Key, class of the sign, word, what it means."""
    by_filter: tuple[str, str, str, str]
    """The same for a filter in place of a level."""
    field_rights: tuple[tuple[str, str], ...]
    rights: tuple[tuple[str, str, bool], ...]
    """Key, words, whether the role has it as it is stored."""
    second_factor: bool
    """Whether the role as it is stored asks for a second step."""


@dataclass(frozen=True, slots=True)
class RoleView:
    """`pages/rights/role.html`. `errors` by the names of the form's fields, those of the whole under ""."""

    nav: tuple[LinkGroup, ...]
    address: str
    roles: tuple[RoleLink, ...]
    chosen: RoleLink
    everything: bool
    given: bool
    """Whether it can be given to people: not what everybody has."""
    may_edit: bool
    draft: RoleDraft
    words: Words
    rows: tuple[Row, ...]
    others: Row | None
    forbids: tuple[ForbidView, ...]
    forbiddable: tuple[tuple[str, str], ...]
    """Objects of which some records can be forbidden: name and label."""
    navigation: tuple[tuple[str, str, str, bool], ...]
    """Name, label, icon, whether it is chosen."""
    was: str
    changed: bool
    errors: Mapping[str, str]
    focus: str = ""


def objects_of(scope: Scope) -> list[BoundObject]:
    """All objects in the order of the matrix; what belongs to others behind those, the platform's own at the end."""
    language, all_ = scope.context.language, scope.model.objects

    def place(object_: BoundObject) -> tuple[bool, int, str, str]:
        root = object_
        while root.definition.storage == "owned":
            root = all_[parent_of(root)]
        definition = root.definition
        own = "" if root is object_ else label_in(object_.definition.label, language)
        return definition.system, definition.navigation or 1000, label_in(definition.label, language), own

    return sorted(all_.values(), key=place)


async def rows_of(
    scope: Scope, role: Role, draft: RoleDraft, objects: Sequence[BoundObject], delivered: Role | None
) -> tuple[Row, ...]:
    """The rows of a draft beside what is stored."""
    stored, language = draft_of(role, objects), scope.context.language
    return tuple([await _row(scope, draft, stored, object_, delivered, language) for object_ in objects])


async def _row(
    scope: Scope, draft: RoleDraft, stored: RoleDraft, object_: BoundObject, delivered: Role | None, language: str
) -> Row:
    key, grant = object_.name, draft.grant(object_)
    label = label_in(object_.definition.label_plural, language)
    owned = object_.definition.storage == "owned"
    named, others = key in draft.grants, OTHERS in draft.grants
    filter_ = await _filter(scope, draft, object_) if named else None
    return Row(
        key=key,
        label=label,
        icon=object_.definition.icon,
        cells=() if owned else tuple(_cells(key, label, grant, stored.grant(object_), language, filtering=filter_ is not None)),
        grant=grant,
        fields=_fields(grant, language),
        follows=others and not named and not object_.definition.system and not owned,
        joins=others and named and not object_.definition.system and key not in (delivered.objects if delivered else ()),
        parent=label_in(scope.model.objects[parent_of(object_)].definition.label_plural, language) if owned else "",
        filter=filter_,
        filtered=grant.where is not None,
        forbidden=any(item.object == key for item in draft.forbids),
        open=_opened(object_, grant, stored.grant(object_), language) if draft.open == key else None,
    )


async def _filter(scope: Scope, draft: RoleDraft, object_: BoundObject) -> FilterView | None:
    """In words only where the object is open: the others' filters are only kept."""
    name, where = f"{object_.name}.where", draft.grants[object_.name].where
    if not filterable(object_) or object_.name not in scope.access.objects:
        return None
    return await filter_view(scope, object_, name, where) if draft.open == object_.name else kept_filter(object_, name, where)


def others_row(role: Role, draft: RoleDraft, language: str) -> Row | None:
    """What is said of all objects that are not named, those made later too."""
    grant = draft.grants.get(OTHERS)
    if grant is None:
        return None
    stored = draft_of(role, ()).grants.get(OTHERS) or GrantDraft()
    label = t("All others").render(language)
    return Row(OTHERS_KEY, label, "boxes", tuple(_cells(OTHERS_KEY, label, grant, stored, language)), grant, "")


def _cells(key: str, label: str, grant: GrantDraft, stored: GrantDraft, language: str, *, filtering: bool = False) -> list[Cell]:
    found = []
    for deed, text in DEEDS.items():
        by_level = deed in BY_LEVEL
        value, was = (
            (grant.levels[deed], stored.levels[deed])
            if by_level
            else ("1" if deed in grant.allowed else "", "1" if deed in stored.allowed else "")
        )
        filters = deed == "read" and (filtering or value == BY_FILTER)
        found.append(Cell(f"{key}.{deed}", f"{label}: {text.render(language)}", value, was, by_level, filters))
    return found


def _fields(grant: GrantDraft, language: str) -> str:
    hidden = sum(right == "hidden" for right in grant.fields.values())
    if grant.other != "edit":
        return FIELD_RIGHTS[grant.other].render(language)  # type: ignore[index]  # one of the words, as the draft is read
    if hidden:
        return t("{n} hidden", n=hidden).render(language)
    return (t("{n} fixed", n=len(grant.fields)) if grant.fields else t("All")).render(language)


def _opened(object_: BoundObject, grant: GrantDraft, stored: GrantDraft, language: str) -> tuple[tuple[str, str, str, str], ...]:
    """By their labels, an object's own fields first."""
    fields = [field for field in object_.fields.values() if field.name not in NEVER_HIDDEN]
    named = sorted((f.standard, label_in(f.definition.label, language), f.name) for f in fields)
    return tuple((name, label, grant.fields.get(name, ""), stored.fields.get(name, "")) for _, label, name in named)


def navigation_of(scope: Scope, draft: RoleDraft) -> tuple[tuple[str, str, str, bool], ...]:
    """The objects that can stand in the navigation: those that are chosen in their order, then the others."""
    language = scope.context.language
    able = {
        object_.name: object_
        for object_ in sorted(scope.model.objects.values(), key=lambda o: (o.definition.navigation or 1000, o.name))
        if object_.definition.navigation is not None or object_.name in draft.navigation
    }
    chosen = [name for name in draft.navigation if name in able]
    return tuple(
        (name, label_in(able[name].definition.label_plural, language), able[name].definition.icon, name in chosen)
        for name in (*chosen, *(name for name in able if name not in chosen))
    )


def words_of(role: Role, language: str) -> Words:
    """The words of the page of a role."""
    return Words(
        languages=(language, *(other for other in LANGUAGES if other != language)),
        heads=tuple(text.render(language) for text in SHORT.values()),
        levels=tuple((key, sign, word.render(language), REACH[key].render(language)) for key, (sign, word) in LEVELS.items()),
        by_filter=(FILTERED[0], FILTERED[1], FILTERED[2].render(language), FILTERED[3].render(language)),
        field_rights=tuple((key, text.render(language)) for key, text in FIELD_RIGHTS.items()),
        rights=tuple((key, text.render(language), key in role.rights) for key, text in GLOBAL.items()),
        second_factor=role.second_factor == "required",
    )
