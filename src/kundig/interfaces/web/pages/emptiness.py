"""What is said where there is nothing: what belongs there, why nothing is shown, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.listing import Listing


@dataclass(frozen=True, slots=True)
class Nothing:
    """The view of `pages/nothing.html`: a title, a sentence, and the ways on; the first one is the one to take."""

    icon: str
    title: str
    text: str
    ways: tuple[Link, ...] = ()


def about(scope: Scope, object_: BoundObject) -> str:
    """What belongs to an object, in one sentence: its own, or one that fits any."""
    definition, language = object_.definition, scope.context.language
    if definition.about:
        return label_in(definition.about, language)
    return t("This is the place for {objects}.", objects=definition.label_plural).render(language)


def nothing_in(scope: Scope, listing: Listing) -> Nothing:
    """Why a list or board is empty: what the reader searches and filters by, the view's own filter, or there is nothing yet."""
    language, object_, view = scope.context.language, listing.object, listing.view
    if listing.words or listing.now.where not in ((), listing.own.where):
        text = t("No record fits what you search and filter by. Change it, or take it away.")
        back = replace(listing, words="").shown(where=listing.own.where).address
        way = Link(t("Without search and filters").render(language), back, "x")
        return Nothing("search-x", t("Nothing matches").render(language), text.render(language), (way,))
    icon, text_of, ways = object_.definition.icon, about(scope, object_), tuple(_beginnings(scope, object_))
    if view is not None and listing.now.where:
        words = t("Show all {objects}", objects=object_.definition.label_plural).render(language)
        everything = Link(words, listing.shown(where=()).address, "list")
        return Nothing(icon, t("Nothing in “{view}”", view=view.label).render(language), text_of, (*ways, everything))
    return Nothing(icon, t("Nothing here yet").render(language), text_of, ways)


def _beginnings(scope: Scope, object_: BoundObject) -> Iterator[Link]:
    """Making the first record, or bringing many, as far as the reader may."""
    rights, language, name = scope.rights(object_.name), scope.context.language, object_.name
    if rights.create:
        yield Link(label_in(object_.definition.label, language), f"/o/{name}/new", "plus")
    if rights.bring:
        yield Link(t("Import").render(language), f"/imports/new?object={name}", "upload")
