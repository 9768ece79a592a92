"""The frame around a person's work: where they can go and what they can make, as far as their rights reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.engine.search.words import folded
from kundig.interfaces.web.frame import Link, LinkGroup, Shell
from kundig.services.collaboration.preferences import desk_of

ONLY = "main"
"""The workspace that is always there; its name tells people nothing."""
PHONE_TABS = 3
"""Places for objects at the bottom of a phone's screen, besides home and the create button."""


async def shell_of(scope: Scope, *, viewing: bool = False) -> Shell:
    """The shell for who asks; one statement (their name and what they have not read).

    `viewing`: somebody else looks with their eyes, who gets nothing that is the person's own.
    """
    desk = await desk_of(scope.connection, scope.access.user)
    navigation, create = places_of(scope)
    language = scope.context.language
    return Shell(
        user=desk.name,
        workspace="" if scope.context.workspace.name == ONLY else scope.context.workspace.name,
        navigation=navigation,
        tabs=(navigation[0].links[0], *navigation[1].links[:PHONE_TABS]),
        create=create,
        settings=None if viewing else Link(t("Settings").render(language), "/settings", "settings"),
        unread=0 if viewing else desk.unread,
        keys=desk.preferences.letter_keys,
        theme=desk.preferences.theme,
        high_contrast=desk.preferences.high_contrast,
        tour=0 if viewing else desk.tour,
        id="" if viewing else str(scope.access.user or ""),
        viewing=viewing,
    )


def places_of(scope: Scope) -> tuple[tuple[LinkGroup, ...], tuple[Link, ...]]:
    """The main navigation, and what may be created from anywhere."""
    language = scope.context.language
    objects = navigation_objects(scope)
    home = Link(t("My day").render(language), "/", "house", key="m")
    data = tuple(object_link(scope, object_) for object_ in objects)
    work = (
        Link(t("Search").render(language), "/search", "search"),
        Link(t("Trash").render(language), "/trash", "trash-2"),
    )
    creatable = [object_ for object_ in objects if scope.access.objects[object_.name].create]
    create = tuple(
        Link(label_in(object_.definition.label, language), f"/o/{object_.name}/new", object_.definition.icon)
        for object_ in creatable
    )
    calendar = Link(t("Calendar").render(language), "/calendar", "calendar-days")
    keyed = _with_letters((home, calendar, *data, *work))
    navigation = (
        LinkGroup(keyed[:2]),
        LinkGroup(keyed[2 : -len(work)], t("Data").render(language)),
        LinkGroup(keyed[-len(work) :], t("More").render(language)),
    )
    return navigation, create


def _with_letters(links: Sequence[Link]) -> tuple[Link, ...]:
    """Each place with the letter that leads there after G: the first of its name that no place before it has."""
    taken: set[str] = set()
    found = []
    for link in links:
        letters = [link.key, *folded(link.label)]
        key = next((letter for letter in letters if "a" <= letter <= "z" and letter not in taken), "")
        taken.add(key)
        found.append(replace(link, key=key))
    return tuple(found)


def navigation_objects(scope: Scope) -> list[BoundObject]:
    """The objects of the main navigation that the person may read, in the order of the first of their roles that has one."""
    objects = scope.model.objects
    roles = (scope.model.roles[name] for name in scope.access.roles if name in scope.model.roles)
    own = next((role.navigation for role in roles if role.navigation), ())
    if chosen := [objects[name] for name in own if name in scope.access.objects]:
        return chosen
    shown = [o for o in objects.values() if o.definition.navigation is not None and o.name in scope.access.objects]
    return sorted(shown, key=lambda o: (o.definition.navigation, o.name))


def object_link(scope: Scope, object_: BoundObject) -> Link:
    """The link to an object's list."""
    name = object_.name
    return Link(label_in(object_.definition.label_plural, scope.context.language), f"/o/{name}", object_.definition.icon)
