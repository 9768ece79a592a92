"""The cards of the first page: views that modules and documents put there, any other list, and news; which ones, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kundig.base.i18n import label_in, t
from kundig.engine.extension import Home
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.pages.listing import views_of
from kundig.services.collaboration.home import Arrangement

MOST = 9
"""Cards on one page: each costs a statement."""
NEWS = "news"
_NEWS_POSITION = 25


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `part` is where its content comes from, after the page."""

    key: str
    title: str
    kind: str
    icon: str
    address: str
    part: str
    wide: bool = False
    home: Home | None = None
    follows: str = ""
    """The object whose changes it shows."""


def cards_of(scope: Scope) -> list[Card]:
    """All that can stand on somebody's first page, what is meant for it first."""
    language = scope.context.language
    news = Card(NEWS, t("News").render(language), "", "bell", "/notifications", "/home/news", home=Home(position=_NEWS_POSITION))
    found = [news, *(card for object_ in _objects(scope) for card in _of(scope, object_))]
    return sorted(found, key=lambda card: (card.home is None, card.home.position if card.home else 0))


def _objects(scope: Scope) -> Iterator[BoundObject]:
    for name in scope.access.objects:
        if name in scope.model.objects and not scope.model.objects[name].definition.system:
            yield scope.model.objects[name]


def _of(scope: Scope, object_: BoundObject) -> Iterator[Card]:
    language, definition = scope.context.language, object_.definition
    for view in views_of(scope, object_):
        if view.shape == "list" and (view.home is not None or definition.navigation is not None):
            yield Card(
                f"{object_.name}.{view.name}", label_in(view.label, language), label_in(definition.label_plural, language),
                definition.icon, f"/o/{object_.name}?view={view.name}", f"/home/{object_.name}/{view.name}",
                wide=bool(object_.pipelines) and definition.interaction is None, home=view.home, follows=object_.name,
            )  # fmt: skip


def shown_cards(cards: list[Card], arrangement: Arrangement) -> list[Card]:
    """Those that were chosen, in their order; else those that are meant for the person's roles."""
    if arrangement.cards is not None:
        known = {card.key: card for card in cards}
        return [known[key] for key in arrangement.cards if key in known][:MOST]
    meant = [card for card in cards if card.home is not None]
    named = {role for card in meant if card.home for role in card.home.roles}
    anybody = not named & arrangement.roles  # whose role is named nowhere, as an administrator's: everything

    def fits(home: Home | None) -> bool:
        return home is not None and (anybody or not home.roles or bool(arrangement.roles & set(home.roles)))

    return [card for card in meant if fits(card.home)][:MOST]
