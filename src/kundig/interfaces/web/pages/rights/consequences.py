"""What saving a role would do, in words: for how many people, and what of which object becomes what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.effects import SECOND_FACTOR, Effect, Effects
from kundig.engine.policy.giving import BY_LEVEL
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.model import Model
from kundig.interfaces.web.pages.rights.words import DEEDS, FIELD_RIGHTS, GLOBAL, level_word

MOST_FIELDS = 3
"""How many fields of an object are named before they are only counted."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that becomes another: in words, and whether people can do more or less by it, or (None) with other records."""

    text: str
    wider: bool | None
    people: int


@dataclass(frozen=True, slots=True)
class ConsequencesView:
    """`pages/rights/consequences.html`: by object, "" for what holds for all of the workspace."""

    people: int
    holders: int
    objects: tuple[tuple[str, tuple[Consequence, ...]], ...]
    changed: bool
    error: str = ""


def consequences_of(scope: Scope, after: Model, effects: Effects, holders: int, *, changed: bool) -> ConsequencesView:
    """Effects in the reader's words."""
    language = scope.context.language
    found = []
    for name in dict.fromkeys(effect.object for effect in effects.found):
        own = [effect for effect in effects.found if effect.object == name]
        label = label_in(after.objects[name].definition.label_plural, language) if name else t("Workspace").render(language)
        found.append((label, tuple(_told(after, own, language))))
    return ConsequencesView(effects.people, holders, tuple(found), changed)


def _told(after: Model, effects: list[Effect], language: str) -> Iterable[Consequence]:
    fields = [effect for effect in effects if effect.what == "field"]
    for effect in (effect for effect in effects if effect.what != "field"):
        yield Consequence(_words(effect, language), effect.wider, effect.people)
    for wider in (True, False):
        some = [effect for effect in fields if effect.wider == wider]
        if len(some) > MOST_FIELDS:
            text = t("{n} fields wider", n=len(some)) if wider else t("{n} fields narrower", n=len(some))
            yield Consequence(text.render(language), wider, max(effect.people for effect in some))
            continue
        for effect in some:
            label = label_in(after.objects[effect.object].fields[effect.field].definition.label, language)
            right = FIELD_RIGHTS[effect.after].render(language)  # type: ignore[index]  # what rights of fields are
            yield Consequence(f"{label}: {right}", wider, effect.people)


_OF_FILTERS: Mapping[tuple[str, bool | None], Text] = {
    ("filter", True): t("View: more records by a filter"),
    ("filter", False): t("View: fewer records by a filter"),
    ("filter", None): t("View: other records by a filter"),
    ("forbid", True): t("Never seen: fewer records"),
    ("forbid", False): t("Never seen: more records"),
    ("forbid", None): t("Never seen: other records"),
}


def _words(effect: Effect, language: str) -> str:
    if effect.what == SECOND_FACTOR:
        asked = t("Second step when signing in: {answer}", answer=t("Yes") if effect.after else t("No"))
        return asked.render(language)
    if not effect.object:
        return GLOBAL[effect.what].render(language)
    if (effect.what, effect.wider) in _OF_FILTERS:
        return _OF_FILTERS[effect.what, effect.wider].render(language)
    deed = DEEDS[effect.what].render(language)
    if effect.what in BY_LEVEL:
        return f"{deed}: {level_word(effect.before, language)} → {level_word(effect.after, language)}"
    return f"{deed}: {(t('Yes') if effect.after else t('No')).render(language)}"
