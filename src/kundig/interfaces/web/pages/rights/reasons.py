"""Why somebody may or may not do something with a record, in a dialog: a person is chosen, and each answer says what decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get

from kundig.base.errors import Missing
from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.giving import BY_LEVEL
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.why import Answer, FieldAnswer, Ground, Reasons
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_many, read_record
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.rights.words import FIELD_RIGHTS, REACH
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView
from kundig.services.identity.explaining import explain, explains

PERSON = "user"


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer with its grounds as sentences."""

    deed: str
    may: bool
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonsView:
    """`pages/rights/why.html`; without answers nobody is chosen yet."""

    address: str
    control: Control
    answers: tuple[AnswerView, ...] = ()
    fields: tuple[tuple[str, str, str], ...] = ()
    """Fields that are less than editable: name, right, why."""
    parent: str = ""
    name: str = ""


@get("/o/{object_name:str}/{id_:str}/why")
async def show_why(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The dialog, or with a person what it says about them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if not explains(scope):
            scope.require("manage_users")
        record, user = record_id(id_), parse_id(visit.query(PERSON))
        await read_record(scope, object_name, record, ["label"])
        view = ReasonsView(f"/o/{object_name}/{record}/why", _control(scope))
        if user is None:
            return Reply(render("pages/rights/why.html", view, visit.frame))
        reasons = await explain(visit.web.scopes, scope, user, object_name, record)
        words = _Words(scope, visit.frame.zone, await _names(scope, user, reasons))
        view = ReasonsView(
            view.address,
            view.control,
            tuple(words.answer(answer) for answer in reasons.answers),
            tuple(words.field(object_name, answer) for answer in reasons.fields),
            label_in(scope.model.objects[reasons.parent].definition.label, visit.frame.language) if reasons.parent else "",
            words.names.get(("user", user), ""),
        )
        return Reply(render("pages/rights/why_answers.html", view, visit.frame))

    return await page(request, work)


def _control(scope: Scope) -> Control:
    if PERSON not in scope.access.objects:
        raise Missing
    label = t("Person").render(scope.context.language)
    return Control(FieldView(PERSON, label, "link", target=PERSON), {"": []})


async def _names(scope: Scope, user: UUID, reasons: Reasons) -> Mapping[tuple[str, UUID], str]:
    """The names of the teams and people that grounds speak of, as far as the reader may know them."""
    wanted: dict[str, set[UUID]] = {"user": {user}, "team": set()}
    for ground in (ground for answer in reasons.answers for ground in answer.grounds):
        kind, _, ref = ground.ref.partition(":") if ground.kind == "share" else ("members", "", ground.ref)
        if kind == "members" and (id_ := parse_id(ref)):
            wanted["team"].add(id_)
    found: dict[tuple[str, UUID], str] = {}
    for object_, ids in wanted.items():
        if object_ in scope.access.objects and ids:
            rows = await read_many(scope, object_, sorted(ids), ["label"])
            found |= {(object_, id_): msgspec.json.decode(text)["label"] for id_, text in rows.items()}
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    """Says what decided, in the reader's language."""

    scope: Scope
    zone: str
    names: Mapping[tuple[str, UUID], str]

    @property
    def language(self) -> str:
        return self.scope.context.language

    def answer(self, answer: Answer) -> AnswerView:
        """An answer in words."""
        grounds = dict.fromkeys(self.ground(ground, answer.deed).render(self.language) for ground in answer.grounds)
        return AnswerView(BY_LEVEL[answer.deed].render(self.language), answer.may, tuple(grounds))

    def ground(self, ground: Ground, deed: str) -> Text:
        """One ground."""
        role = self.role(ground.role)
        match ground.kind:
            case "inactive":
                return t("This person can no longer sign in.")
            case "unknown":
                return t("None of their roles includes this object.")
            case "owner":
                return t("The record is theirs.")
            case "team":
                return t("It belongs to their team “{team}”.", team=self.team(ground.ref))
            case "guest":
                return t("They take part in it.")
            case "share":
                return self.share(ground)
            case "rule":
                rule = label_in(self.scope.model.rules[ground.ref].label, self.language)
                return t("The sharing rule “{rule}” opens it.", rule=rule)
            case "filter":
                return t("It matches the filter of the role “{role}”.", role=role)
            case "forbid":
                return t("The role “{role}” forbids it, whatever else allows it.", role=role)
        reach = REACH.get(ground.level, ground.level)  # type: ignore[call-overload]  # of a role it is a level
        if ground.deed != deed:
            return t("Role “{role}”: {deed} – {reach}.", role=role, deed=BY_LEVEL[ground.deed], reach=reach)
        return t("Role “{role}”: {reach}.", role=role, reach=reach)

    def share(self, ground: Ground) -> Text:
        """With whom it is shared, and until when."""
        kind, _, ref = ground.ref.partition(":")
        until = formats(self.language, self.zone).datetime(ground.until) if ground.until else ""
        if kind == "user":
            return t("It is shared with them until {day}.", day=until) if until else t("It is shared with them.")
        group = self.role(ref) if kind == "role" else self.team(ref)
        if until:
            return t("It is shared with “{group}” until {day}.", group=group, day=until)
        return t("It is shared with “{group}”.", group=group)

    def field(self, object_: str, answer: FieldAnswer) -> tuple[str, str, str]:
        """A field that is less than editable, its right, and why."""
        label = label_in(self.scope.model.objects[object_].fields[answer.field].definition.label, self.language)
        why = self.roles(answer.roles)
        if answer.made_of:
            name, _, field = answer.made_of.partition(".")
            other = self.scope.model.objects[name]
            made = label_in((other.fields[field] if field else other).definition.label, self.language)
            why = t("made of “{field}”, which is hidden", field=made).render(self.language)
        return label, FIELD_RIGHTS[answer.right].render(self.language), why

    def roles(self, names: Sequence[str]) -> str:
        """Roles by their labels."""
        return ", ".join(self.role(name) for name in names)

    def role(self, name: str) -> str:
        """A role's label."""
        return label_in(self.scope.model.roles[name].label, self.language) if name in self.scope.model.roles else name

    def team(self, ref: str) -> str:
        """A team's name."""
        id_ = parse_id(ref)
        return (self.names.get(("team", id_)) if id_ else None) or t("a team").render(self.language)


ROUTES = (show_why,)
