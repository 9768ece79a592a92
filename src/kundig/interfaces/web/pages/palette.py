"""The palette that opens everywhere (Ctrl K): records, what can be done with one, places, what can be created, what was seen last.

A pasted phone number or e-mail address finds whose it is, and offers to write down a call with them, or to make a record with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get

from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_many
from kundig.engine.schema.bound import BoundObject
from kundig.engine.search.contacts import point_kind
from kundig.engine.search.query import search
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import Verb
from kundig.interfaces.web.pages.forms import THEN_OPEN
from kundig.interfaces.web.pages.listing import named_as_person, views_of
from kundig.interfaces.web.pages.settings.navigation import settings_navigation
from kundig.interfaces.web.pages.verbs import contact_field, stage_told_by, verbs_of, writing_of
from kundig.interfaces.web.palette import Hit, HitGroup, PaletteResults
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.shell import navigation_objects, places_of
from kundig.interfaces.web.titles import title_values
from kundig.services.collaboration.following import follows

RECORDS, RECENT, VERBS, PLACES, MAKES, NAMED = 8, 6, 6, 7, 6, 3
_RECORD = re.compile(r"/o/(\w+)/([0-9a-f-]{36})(?:[/?].*)?")


@get("/palette")
async def palette(request: Request[Any, Any, Any]) -> Response[str]:
    """What fits the words; without words what can be done here, what was seen last, and where one can go."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        words = visit.query("q").strip()[:100]
        groups = await (_asked(scope, visit, words) if words else _unasked(scope, visit))
        shown = tuple(HitGroup(label.render(visit.frame.language), tuple(hits)) for label, hits in groups if hits)
        return Reply(render("palette_results.html", PaletteResults(words, shown), visit.frame))

    return await page(request, work)


Groups = list[tuple[Text, Sequence[Hit]]]


async def _unasked(scope: Scope, visit: Visit) -> Groups:
    here = await _here(scope, visit)
    verbs = [hit for hit in await _verb_hits(scope, *here) if hit.letters or hit.key.startswith("action-")] if here else []
    recent = [hit for hit in await _recent(scope, visit.query("recent")) if not here or hit.key != here[1]]
    return [
        (t("With “{name}”", name=_called(here)), verbs[:VERBS]),
        (t("Seen last"), recent[:RECENT]),
        (t("Go to"), list(_navigation(scope))[:PLACES]),
        (t("Create"), _creations(scope)[:MAKES]),
    ]


async def _asked(scope: Scope, visit: Visit, words: str) -> Groups:
    found = await search(scope, words, None, RECORDS)
    hits = [record_hit(scope, hit) for hit in found]
    kind = point_kind(words)
    here = None if kind else await _here(scope, visit)
    fitting = [hit for hit in await _verb_hits(scope, *here) if hit.fits(words)] if here else []
    groups: Groups = [(t("With “{name}”", name=_called(here)), fitting[:VERBS])]
    if hits and not kind:
        all_ = Hit(
            "all", t("All hits for “{words}”", words=words).render(scope.context.language), f"/search?q={quote(words)}", "search"
        )
        hits.append(all_)
    groups.append((t("Records"), hits))
    if kind and found:
        groups.append(_reached(scope, found[0], kind, words))
    elif found and not fitting:
        groups.append(_written(scope, found[0]))
    groups.append((t("Go to"), [hit for hit in _places(scope) if hit.fits(words)][:PLACES]))
    nothing = not any(hits for _, hits in groups)
    groups.append((t("Create"), _with_point(scope, kind, words) if kind else _fitting_creations(scope, words, named=nothing)))
    return groups


async def _here(scope: Scope, visit: Visit) -> tuple[BoundObject, str, Mapping[str, Any]] | None:
    """The record whose page the palette was opened on: its object, id and what tells of it."""
    match = _RECORD.fullmatch(visit.here)
    if match is None or match[1] not in scope.access.objects or parse_id(match[2]) is None:
        return None
    object_ = scope.object(match[1])
    names = ["label", *stage_told_by(scope, object_)]
    found = (await read_many(scope, match[1], [UUID(match[2])], names)).get(UUID(match[2]))
    return (object_, match[2], msgspec.json.decode(found)) if found else None


def _called(here: tuple[BoundObject, str, Mapping[str, Any]] | None) -> str:
    return here[2]["label"] or "–" if here else ""


async def _verb_hits(scope: Scope, object_: BoundObject, id_: str, record: Mapping[str, Any]) -> list[Hit]:
    """All that can be done with the record, and following it."""
    does = await follows(scope, object_.name, UUID(id_))
    text, icon = (t("No longer follow"), "bell-ring") if does else (t("Follow"), "bell")
    address = f"/o/{object_.name}/{id_}/follow?to={0 if does else 1}"
    following = Verb("follow", text.render(scope.context.language), icon, address, "post", "more")
    return [verb_hit(verb) for verb in (*verbs_of(scope, object_, id_, record, record["label"] or "–"), following)]


def verb_hit(verb: Verb) -> Hit:
    """A deed as a hit."""
    hit = Hit(verb.key, verb.label, icon=verb.icon, letters=(verb.letter.upper(),) if verb.letter else ())
    match verb.how:
        case "link":
            return replace(hit, href=verb.address)
        case "dialog":
            return replace(hit, opens=verb.address)
        case "post":
            return replace(hit, posts=verb.address)
        case "ask":
            return replace(hit, posts=verb.address, asks=True)


def record_hit(scope: Scope, hit: dict[str, Any]) -> Hit:
    """A record as a hit."""
    object_ = scope.model.objects[hit["object"]]
    kind = label_in(object_.definition.label, scope.context.language)
    person = named_as_person(object_)
    return Hit(hit["id"], hit["label"] or "–", f"/o/{object_.name}/{hit['id']}", object_.definition.icon, kind, person=person)


async def _recent(scope: Scope, addresses: str) -> list[Hit]:
    """Records that the browser remembers (`object/id,…`), as they are called now and as far as they can be seen now."""
    pairs = [(object_, id_) for object_, _, id_ in (part.partition("/") for part in addresses.split(",")[: RECENT + 1])]
    known = [(object_, UUID(id_)) for object_, id_ in pairs if object_ in scope.access.objects and parse_id(id_)]
    labels: dict[UUID, str] = {}
    for name in dict.fromkeys(object_ for object_, _ in known):
        found = await read_many(scope, name, [id_ for object_, id_ in known if object_ == name], ["label"])
        labels |= {id_: msgspec.json.decode(text)["label"] for id_, text in found.items()}
    return [record_hit(scope, {"object": o, "id": str(id_), "label": labels[id_]}) for o, id_ in known if id_ in labels]


def _reached(scope: Scope, hit: dict[str, Any], kind: str, value: str) -> tuple[Text, list[Hit]]:
    """What can be done with whose number or address it is."""
    object_, language = scope.model.objects[hit["object"]], scope.context.language
    over = [verb_hit(replace(verb, letter="")) for verb in writing_of(scope, object_, hit["id"], hit["label"] or "", (kind, value))]
    if kind == "phone":
        number = re.sub(r"[^0-9+]", "", value)
        line = Hit("reach", t("Call {number}", number=value).render(language), f"tel:{number}", "phone-outgoing")
    else:
        line = Hit("reach", t("Write to {address}", address=value).render(language), f"mailto:{quote(value, safe='@')}", "mail")
    heading, others = _written(scope, hit)
    known = {f"best-{own.key}" for own in over}
    return heading, [*over, line, *(other for other in others if other.key not in known)]


def _written(scope: Scope, hit: dict[str, Any]) -> tuple[Text, list[Hit]]:
    """What can be written down about the best hit, without going there."""
    object_ = scope.model.objects[hit["object"]]
    verbs = writing_of(scope, object_, hit["id"], hit["label"] or "")
    return t("With “{name}”", name=hit["label"] or "–"), [
        verb_hit(replace(verb, key=f"best-{verb.key}", letter="")) for verb in verbs
    ]


def _navigation(scope: Scope) -> Iterator[Hit]:
    navigation, _ = places_of(scope)
    for group in navigation:
        for link in group.links:
            yield Hit(
                f"go-{_slug(link.href)}", link.label, link.href, link.icon, letters=("G", link.key.upper()) if link.key else ()
            )


def _places(scope: Scope) -> Iterator[Hit]:
    """All pages: the navigation, every view, the settings."""
    language = scope.context.language
    yield from _navigation(scope)
    for object_ in navigation_objects(scope):
        plural = label_in(object_.definition.label_plural, language)
        for view in views_of(scope, object_):
            path = f"/o/{object_.name}/board" if view.shape == "board" else f"/o/{object_.name}"
            icon = "square-kanban" if view.shape == "board" else "list-filter"
            yield Hit(f"view-{object_.name}-{view.name}", label_in(view.label, language), f"{path}?view={view.name}", icon, plural)
    settings = t("Settings").render(language)
    for group in settings_navigation(scope):
        for link in group.links:
            yield Hit(f"set-{_slug(link.href)}", link.label, link.href, link.icon, settings)


def _slug(address: str) -> str:
    return address.strip("/").replace("/", "-") or "home"


def _creations(scope: Scope, given: dict[str, str] | None = None, objects: Iterable[BoundObject] | None = None) -> list[Hit]:
    """What may be created from anywhere, in a dialog, with values filled in."""
    language, found = scope.context.language, []
    for object_ in navigation_objects(scope) if objects is None else objects:
        if scope.access.objects[object_.name].create:
            label = t("New: {object}", object=label_in(object_.definition.label, language)).render(language)
            address = f"/o/{object_.name}/quick?{urlencode({**(given or {}), 'then': THEN_OPEN})}"
            words = t("create new add").render(language)
            found.append(Hit(f"new-{object_.name}", label, icon=object_.definition.icon, opens=address, words=words))
    return found


def _fitting_creations(scope: Scope, words: str, *, named: bool) -> list[Hit]:
    """What can be created by what was typed; with `named` that is its name, for a record that was searched and is not there."""
    fitting = [hit for hit in _creations(scope) if hit.fits(words)][:MAKES]
    if fitting or not named:
        return fitting
    filled = [(object_, values) for object_ in navigation_objects(scope) if (values := title_values(object_, words))]
    filled.sort(key=lambda pair: -len(pair[1]))  # two words are rather a person than a company
    hits = [replace(hit, detail=words) for object_, values in filled for hit in _creations(scope, values, [object_])]
    return hits[:NAMED]


def _with_point(scope: Scope, kind: str, value: str) -> list[Hit]:
    """Records that can be created with a phone number or e-mail address, people first."""
    hits = []
    for object_ in sorted(navigation_objects(scope), key=lambda object_: not named_as_person(object_)):
        if field := contact_field(object_, kind, scope.access.objects[object_.name].hidden):
            hits += [replace(hit, detail=value) for hit in _creations(scope, {field: value}, [object_])]
    return hits[:NAMED]


ROUTES = (palette,)
