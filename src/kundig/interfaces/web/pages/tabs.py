"""The views of a list or board as tabs: shipped ones, people's own and shared ones, in the order that each reader gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from kundig.base.errors import Missing
from kundig.base.i18n import LANGUAGES, label_in, t
from kundig.engine.extension import View
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.pages.listing import Listing, listing_of, views_of
from kundig.services.lists.views import Kept, SavedView, kept_views, may_change, may_share


@dataclass(frozen=True, slots=True)
class Tab:
    """One view. `shared` says that others see a view that somebody keeps."""

    label: str
    href: str
    name: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class CurrentView:
    """The view that is shown, and what its reader may do with it."""

    name: str
    label: str
    address: str
    """Where its menu's commands go: `/o/{object}/views/{name}`."""
    saved: bool
    may_change: bool
    may_share: bool
    may_set_defaults: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Tabs:
    """All tabs of a list or board for its reader."""

    views: tuple[View, ...]
    kept: Kept

    def saved(self, view: View | None) -> SavedView | None:
        """The view as somebody keeps it; None for a shipped one."""
        return None if view is None else self.kept.saved.get(view.name)


async def tabs_of(scope: Scope, object_name: str, shape: str = "list") -> Tabs:
    """The tabs of an object's lists or boards; raises Missing for the object."""
    object_ = scope.object(object_name)
    kept = await kept_views(scope, object_name)
    shipped = [view for view in views_of(scope, object_) if view.shape == shape] or [_everything(object_, shape)]
    saved = [view for view in kept.saved.values() if view.definition.shape == shape]
    own = sorted(saved, key=lambda saved: (saved.owner != scope.access.user, saved.name.casefold(), saved.id))
    views = [*shipped, *(saved.view(object_name) for saved in own)]
    places = {name: place for place, name in enumerate(kept.tabs)}
    ordered = sorted(enumerate(views), key=lambda item: (places.get(item[1].name, len(places)), item[0]))
    return Tabs(tuple(view for _, view in ordered), kept)


def _everything(object_: BoundObject, shape: str) -> View:
    """What an object begins with that no view was made for."""
    plural = object_.definition.label_plural
    label = {language: t("All {objects}", objects=plural).render(language) for language in LANGUAGES}
    return View(name="all", object=object_.name, label=label, shape="board" if shape == "board" else "list")


async def listing_in(scope: Scope, object_name: str, query: Mapping[str, str]) -> tuple[Listing, Tabs]:
    """What the address of a list's page asks for, and the tabs around it."""
    tabs = await tabs_of(scope, object_name, query.get("shape", "list"))
    return listing_of(scope, object_name, query, tabs.views, tabs.kept.default), tabs


async def listing_for(scope: Scope, object_name: str, query: Mapping[str, str]) -> Listing:
    """The same for a part of a page; the views that people keep are read only if one of them is asked for."""
    if _is_id(query.get("view", "")):
        listing, _ = await listing_in(scope, object_name, query)
        if listing.view is None or listing.view.name != query["view"]:
            raise Missing
        return listing
    return listing_of(scope, object_name, query)


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def shown_tabs(scope: Scope, listing: Listing, tabs: Tabs) -> tuple[Tab, ...]:
    """The tabs as the page shows them."""
    language = scope.context.language
    return tuple(
        Tab(
            label_in(view.label, language),
            f"{listing.place}?view={view.name}",
            view.name,
            bool((saved := tabs.saved(view)) and saved.shared),
        )
        for view in tabs.views
    )


def current_view(scope: Scope, listing: Listing, tabs: Tabs) -> CurrentView:
    """The view that is shown; without any there is only the list as it comes."""
    view, saved = listing.view, tabs.saved(listing.view)
    name = view.name if view else ""
    return CurrentView(
        name=name,
        label=label_in(view.label, scope.context.language) if view else "",
        address=f"/o/{listing.object.name}/views" + (f"/{name}" if name else ""),
        saved=saved is not None,
        may_change=saved is not None and may_change(scope, saved),
        may_share=may_share(scope),
        may_set_defaults=listing.shape == "list" and scope.may(CONFIGURE),
        changed=listing.changed,
    )
