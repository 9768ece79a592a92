"""Sharing rules: all there are, with what each reaches and how far that has got, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import LANGUAGES, Text, label_in, t
from kundig.engine.configuration.changing import Plan
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.extension import SharingRule
from kundig.engine.policy.configuring import ROLES_RIGHT, configure
from kundig.engine.policy.policies import EVERYONE
from kundig.engine.policy.ruling import filling, opened
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import count_records, read_many
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.pages.editions import edition
from kundig.interfaces.web.pages.laying_out.asking import ask_condition
from kundig.interfaces.web.pages.rights.chosen_filters import MOST, FilterView, capped, filter_view, sentence_of
from kundig.interfaces.web.pages.rights.refusing import REFUSALS, reason
from kundig.interfaces.web.pages.rights.rule_drafts import (
    RECEIVERS,
    RuleDraft,
    body_of,
    draft_from,
    draft_of,
    new_name,
    wrong,
)
from kundig.interfaces.web.pages.settings.navigation import HISTORY, RULES, settings_navigation
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in the list."""

    name: str
    label: str
    icon: str
    sentence: str
    to: tuple[tuple[str, str], ...]
    """Icon and name of each receiver."""
    edits: bool


@dataclass(frozen=True, slots=True)
class RulesView:
    """`pages/sharing/all.html`."""

    nav: tuple[LinkGroup, ...]
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class ReachView:
    """`pages/sharing/reach.html`: how many records match, how many are open by now, whether a job is at it."""

    address: str
    matching: str
    opened: str
    filling: bool


@dataclass(frozen=True, slots=True)
class RuleView:
    """`pages/sharing/one.html`. `errors` by the names of the form's fields, those of the whole under ""."""

    nav: tuple[LinkGroup, ...]
    address: str
    title: str
    new: bool
    draft: RuleDraft
    languages: tuple[str, ...]
    objects: tuple[tuple[str, str], ...]
    where: str
    sentence: str
    count: str
    roles: tuple[tuple[str, str], ...]
    controls: tuple[Control, ...]
    was: str
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/sharing")
async def show_all(request: Request[Any, Any, Any]) -> Response[str]:
    """All rules."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        rules = _known(scope)
        names = await _names(scope, [receiver for rule in rules for receiver in rule.to])
        lines = tuple([await _line(scope, rule, names) for rule in rules])
        return Reply(render("pages/sharing/all.html", RulesView(settings_navigation(scope), lines), visit.frame))

    return await page(request, work)


@get("/settings/sharing/{name:str}/reach")
async def show_reach(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """What a rule reaches; asks again by itself while a job goes through the records."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        rule = _rule(scope, name)
        matching = await count_records(scope, rule.object, rule.where, MOST)
        now, at_it = await opened(scope, rule, MOST), await filling(scope, rule.object)
        view = ReachView(f"{RULES}/{name}/reach", capped(scope, matching), capped(scope, now), at_it)
        return Reply(render("pages/sharing/reach.html", view, visit.frame))

    return await page(request, work)


@get(["/settings/sharing/new", "/settings/sharing/{name:str}"])
async def show_one(request: Request[Any, Any, Any], name: str = "") -> Response[str]:
    """The form of a rule."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        rule = _rule(scope, name) if name else None
        view = await _view(scope, visit, rule, draft_of(rule) if rule else RuleDraft())
        return Reply(render("pages/sharing/one.html", view, visit.frame))

    return await page(request, work)


@post(["/settings/sharing/new", "/settings/sharing/{name:str}"], status_code=200)
async def edit(request: Request[Any, Any, Any], name: str = "") -> Response[str]:
    """The form after a change; `save` applies it, `remove` takes the rule out."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        rule = _rule(scope, name) if name else None
        draft, command = draft_from(visit.form), visit.value("do")
        if rule is not None:
            draft.object = rule.object
        elif draft.object != visit.value("about") and visit.value("about"):
            draft.where = None  # it was about another object
        if command == "save":
            return await _save(scope, visit, rule, draft)
        if command == "remove" and rule is not None:
            note = t("Sharing rule “{rule}” removed", rule=rule.label)
            plan = await _apply(scope, visit, Document("sharing_rule", rule.name, {"name": rule.name, "hidden": True}), note)
            return Reply(to=RULES, headers=notice(visit, t("The rule is removed."), undo=f"{HISTORY}/{plan.id}/undo"))
        return await _form(scope, visit, rule, draft)

    return await page(request, work, write=False)


@post("/settings/sharing/condition/{object_name:str}", status_code=200)
async def condition(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The filter of a rule in a dialog."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        object_, address = scope.object(object_name), f"{RULES}/condition/{object_name}"
        return await ask_condition(scope, visit, object_, address, lambda _: t("Records are shared when"))

    return await page(request, work, write=False)


async def _save(scope: Scope, visit: Visit, rule: SharingRule | None, draft: RuleDraft) -> Reply:
    if errors := wrong(draft):
        return await _form(scope, visit, rule, draft, errors)
    if rule is not None and visit.value("was") != edition(rule):
        text = t("Somebody has changed this rule meanwhile. What you gave is still here: “Save” puts it in place of theirs.")
        return await _form(scope, visit, rule, draft, {"": text}, status=409)
    if rule is not None and draft == draft_of(rule):
        return Reply(to=RULES, headers=notice(visit, t("Nothing was changed.")))
    documents = await stored_documents(scope.connection)
    taken = {document.name for document in documents if document.kind == "sharing_rule"}
    body = body_of(draft, rule.name if rule else new_name(scope, draft, taken))
    note = t("Sharing rule “{rule}” edited", rule=body["label"]) if rule else t("Sharing rule “{rule}” made", rule=body["label"])
    try:
        plan = await _apply(scope, visit, Document("sharing_rule", body["name"], body), note)
    except REFUSALS as refused:
        return await _form(scope, visit, rule, draft, {"": reason(refused)})
    told = t("Saved. Records follow in the background.")
    return Reply(to=RULES, headers=notice(visit, told, undo=f"{HISTORY}/{plan.id}/undo"))


async def _apply(scope: Scope, visit: Visit, document: Document, note: Text) -> Plan:
    told = note.render(scope.context.workspace.language)
    return await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=told)


def _known(scope: Scope) -> list[SharingRule]:
    """The rules on objects that the reader knows of."""
    language = scope.context.language
    known = [rule for rule in scope.model.rules.values() if rule.object in scope.access.objects]
    return sorted(known, key=lambda rule: label_in(rule.label, language).casefold())


def _rule(scope: Scope, name: str) -> SharingRule:
    found = next((rule for rule in _known(scope) if rule.name == name), None)
    if found is None:
        raise Missing
    return found


async def _line(scope: Scope, rule: SharingRule, names: Mapping[str, str]) -> RuleLine:
    language, object_ = scope.context.language, scope.model.objects[rule.object]
    sentence = await sentence_of(scope, object_, rule.where)
    icons = {"role": "shield", "team": "users", "user": "user-round"}
    to = tuple((icons.get(receiver.partition(":")[0], "user-round"), names.get(receiver, "?")) for receiver in rule.to)
    return RuleLine(rule.name, label_in(rule.label, language), object_.definition.icon, sentence, to, rule.level == "edit")


async def _names(scope: Scope, receivers: Sequence[str]) -> dict[str, str]:
    """What receivers are called, as far as the reader may know."""
    language, roles = scope.context.language, scope.model.roles
    found = {f"role:{name}": label_in(role.label, language) for name, role in roles.items()}
    for kind in RECEIVERS:
        ids = [id_ for receiver in receivers if receiver.startswith(f"{kind}:") and (id_ := parse_id(receiver.partition(":")[2]))]
        if ids and kind in scope.access.objects:
            rows = await read_many(scope, kind, list(dict.fromkeys(ids)), ["label"])
            found |= {f"{kind}:{id_}": msgspec.json.decode(text)["label"] for id_, text in rows.items()}
    return found


async def _form(
    scope: Scope,
    visit: Visit,
    rule: SharingRule | None,
    draft: RuleDraft,
    errors: Mapping[str, Text] | None = None,
    *,
    status: int = 422,
) -> Reply:
    told = {name: text.render(visit.frame.language) for name, text in (errors or {}).items()}
    was = "" if status == 409 else visit.value("was")
    view = await _view(scope, visit, rule, draft, errors=told, was=was)
    return Reply(render("pages/sharing/form.html", view, visit.frame), status if errors else 200)


async def _view(
    scope: Scope,
    visit: Visit,
    rule: SharingRule | None,
    draft: RuleDraft,
    *,
    errors: Mapping[str, str] | None = None,
    was: str = "",
) -> RuleView:
    language, all_ = visit.frame.language, scope.model.objects
    able = [
        o for o in all_.values() if o.definition.storage == "record" and not o.definition.system and o.name in scope.access.objects
    ]
    objects = sorted(((o.name, label_in(o.definition.label_plural, language)) for o in able), key=lambda item: item[1].casefold())
    chosen = await filter_view(scope, all_[draft.object], "where", draft.where) if draft.object in all_ else FilterView("where", "")
    return RuleView(
        nav=settings_navigation(scope),
        address=f"{RULES}/{rule.name}" if rule else f"{RULES}/new",
        title=label_in(rule.label, language) if rule else t("New sharing rule").render(language),
        new=rule is None,
        draft=draft,
        languages=(language, *(other for other in LANGUAGES if other != language)),
        objects=tuple(objects),
        where=chosen.value,
        sentence=chosen.sentence,
        count=chosen.count,
        roles=tuple((name, label_in(role.label, language)) for name, role in scope.model.roles.items() if name != EVERYONE),
        controls=tuple([await _control(scope, draft, kind) for kind in RECEIVERS if kind in scope.access.objects]),
        was=was or (edition(rule) if rule else ""),
        errors=errors or {},
    )


async def _control(scope: Scope, draft: RuleDraft, kind: str) -> Control:
    names = await _names(scope, draft.to)
    ids = draft.ids(kind)
    definition = scope.model.objects[kind].definition
    label = label_in(definition.label_plural, scope.context.language)
    filled = {"": ids, "object": [kind] * len(ids), "label": [names.get(f"{kind}:{id_}", "?") for id_ in ids]}
    return Control(FieldView(kind, label, "links", target=kind), filled)


ROUTES = (show_all, show_reach, show_one, edit, condition)
