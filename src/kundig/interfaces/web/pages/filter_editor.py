"""The filter editor: all conditions of a list as a tree of controls that reads as a sentence; each change shows it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in, path_in
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import UnknownField
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.arrangement import Part
from kundig.interfaces.web.pages.conditions import operators_for, periods, value_control
from kundig.interfaces.web.pages.filter_fields import Choices, FieldGroup, children_of, field_groups
from kundig.interfaces.web.pages.filter_tree import Node, changed, filter_of, tree_from, tree_of
from kundig.interfaces.web.pages.filter_values import carried, condition_of, given_of, operator_in
from kundig.interfaces.web.pages.listing import Listing, column_at, default_columns
from kundig.interfaces.web.pages.tabs import listing_for
from kundig.interfaces.web.pages.wording import COUNTS, Wording, wording
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView
from kundig.interfaces.web.widgets.saying import CHOOSE


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as the template shows it. `place` is that of its controls; `fresh` a line that nobody has filled yet."""

    place: str
    kind: str
    node: Node
    parts: tuple[NodeView, ...] = ()
    groups: tuple[FieldGroup, ...] = ()
    field: FieldView | None = None
    operators: tuple[tuple[str, str], ...] = ()
    operator: str = ""
    control: str = "none"
    children: Choices = ()
    child: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        """The place as ids write it."""
        return self.place.replace(".", "-")

    @property
    def complaint(self) -> str:
        """The id of what is wrong with it, as its control names it."""
        return f"{self.picked.id}-error" if self.picked is not None and self.control == "links" else f"n-{self.key}-error"

    @property
    def picked(self) -> FieldView | None:
        """The field under the name of the control that picks records for it."""
        return None if self.field is None else replace(self.field, name=f"n.{self.place}.value")


@dataclass(frozen=True, slots=True)
class EditorView:
    """The view of `pages/filter_editor.html`."""

    address: str
    """Where every change goes."""
    heading: str
    query: str
    """What the form is about, for those who read it."""
    root: NodeView
    periods: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str], ...]
    sentence: str
    count: str = ""
    """Where the number of matching records comes from, if that is told."""
    wrong: bool = False
    focus: str = ""
    person: str = ""
    """The object whose links may mean oneself."""


@dataclass
class _Reader:
    """Goes through a tree once: fills controls, gathers conditions and what is wrong with them."""

    scope: Scope
    names: Mapping[str, str]
    leaves: dict[int, Part | None]
    judged: bool
    """Whether what is missing is told: not before somebody wants to apply the filter."""
    wrong: bool = False

    def show(self, node: Node, object_: BoundObject, place: str) -> NodeView:
        if node.kind == "leaf":
            return self.leaf(node, object_, place)
        if node.kind == "group":
            return NodeView(place, "group", node, self.inside(node, object_, place))
        known = children_of(self.scope, object_)
        child = node.one("child") if node.one("child") in dict(known) else known[0][0] if known else ""
        node.given["child"] = [child]
        other = self.scope.model.objects[child.split(".")[0]] if child else object_
        parts = self.inside(node, other, place)
        number = node.one("n", "1").strip()
        error = "" if whole(number) is not None else t("Give a whole number.").render(self.scope.context.language)
        self.wrong = self.wrong or bool(error)
        return NodeView(place, "related", node, parts, children=known, child=child, error=error)

    def inside(self, node: Node, object_: BoundObject, place: str) -> tuple[NodeView, ...]:
        """The parts of a node; of an object of which no field is known there are no conditions."""
        node.parts = [part for part in node.parts if part.kind != "leaf" or self.about(part, object_)]
        return tuple(self.show(part, object_, f"{place}.{n}") for n, part in enumerate(node.parts))

    def leaf(self, node: Node, object_: BoundObject, place: str) -> NodeView:
        language, zone = self.scope.context.language, str(self.scope.context.time_zone)
        path = self.about(node, object_)
        field = self.known(object_, path)
        assert field is not None
        if node.json is not None:
            node.given = given_of(field, node.json, self.names, formats(language, zone))
        elif (was := node.one("was")) != path and was:
            node.given = carried(node.given, self.known(object_, was), field)
        operators = operators_for(field, language)
        operator = operator_in(field, node.one("op"))
        if operator not in dict(operators):
            operator = operators[0][0]
        condition = condition_of(field, path, operator, node.given, language)
        control = value_control(field, operator)
        error = self.judge(node, object_, condition, unchosen=control == "links" and bool(node.one("value.q").strip()))
        self.leaves[id(node)] = None if error else condition
        shown = column_at(self.scope, object_, path)
        groups = field_groups(self.scope, object_, path)
        if not any(path == known for group in groups for known, _ in group.fields) and shown is not None:
            groups = (*groups, FieldGroup(t("Other").render(language), ((path, shown.label),)))
        return NodeView(place, "leaf", node, (), groups, shown, tuple(operators), operator, control, error=error)

    def about(self, node: Node, object_: BoundObject) -> str:
        """The field of a line; a main one until another is chosen, "" if none is known."""
        path = node.one("field")
        if self.known(object_, path) is not None:
            return path
        offered = [path for group in field_groups(self.scope, object_)[:1] for path, _ in group.fields]
        return next((name for name in (*default_columns(object_), *offered) if name in offered), "")

    def known(self, object_: BoundObject, path: str) -> BoundField | None:
        try:
            return path_in(self.scope, object_.name, path).field
        except UnknownField:
            return None

    def judge(self, node: Node, object_: BoundObject, condition: Part | None, *, unchosen: bool) -> str:
        """What is wrong with a condition; a line that nobody has touched is left alone. `unchosen`: a record is only named."""
        if self.judged and unchosen:
            self.wrong = True
            return CHOOSE.render(self.scope.context.language)
        if condition is None:
            missing = self.judged and not node.one("fresh")
            self.wrong = self.wrong or missing
            return t("Give a value.").render(self.scope.context.language) if missing else ""
        try:
            filter_in(self.scope, object_, condition)
        except Invalid as error:
            self.wrong = True
            return error.errors[0].text.render(self.scope.context.language)
        return ""


@get("/o/{object_name:str}/filter")
async def show_editor(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The editor with the list's conditions; with `focus` at one of them, else with a new line."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = await listing_for(scope, object_name, dict(visit.request.query_params))
        root, focus = tree_of(listing.now.where), visit.query("focus")[:100]
        if not focus:
            focus = f"{changed(root, 'add:0')}.field"
        words = await wording(scope, listing.object, listing.now.where)
        view, _ = _of_listing(scope, listing, root, words, focus=focus, judged=False)
        return Reply(render("pages/filter_editor.html", view, visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/filter", status_code=200)
async def change_editor(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The editor after a change; at the end it goes on to the list."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = await listing_for(scope, object_name, dict(parse_qsl(visit.value("query"))))
        root, judged = tree_from(visit.form), bool(visit.value("done"))
        added = changed(root, visit.value("do"))
        words = Wording(scope, listing.object, {})
        view, parts = _of_listing(scope, listing, root, words, focus=f"{added}.field" if added else "", judged=judged)
        if judged and not view.wrong:
            return Reply(to=listing.shown(where=parts).address)
        words = await wording(scope, listing.object, parts)
        return Reply(
            render("pages/filter_editor.html", replace(view, sentence=words.sentence(parts)), visit.frame), 422 if judged else 200
        )

    return await page(request, work, write=False)


def _of_listing(
    scope: Scope, listing: Listing, root: Node, words: Wording, *, focus: str, judged: bool
) -> tuple[EditorView, tuple[Part, ...]]:
    """The editor of a list's filter, with the number of records that match."""
    view, parts = editor_view(scope, listing.object, root, words, focus=focus, judged=judged)
    about = replace(
        view,
        address=f"/o/{listing.object.name}/filter",
        heading=t("Show what matches").render(scope.context.language),
        query=listing.query(),
        count="" if view.wrong else listing.shown(where=parts).part("count"),
    )
    return about, parts


def editor_view(
    scope: Scope, object_: BoundObject, root: Node, words: Wording, *, focus: str, judged: bool
) -> tuple[EditorView, tuple[Part, ...]]:
    """The view of an editor, and the conditions that its tree means; where it sends its changes is for the caller to say."""
    language = scope.context.language
    reader = _Reader(scope, words.names, {}, judged)
    shown = reader.show(root, object_, "0")
    parts = filter_of(root, reader.leaves)
    view = EditorView(
        address="",
        heading="",
        query="",
        root=shown,
        periods=tuple(periods(language)),
        counts=tuple((name, text.render(language).replace("{n}", "").strip()) for name, text in COUNTS.items()),
        sentence=words.sentence(parts),
        wrong=reader.wrong,
        focus=f"n.{focus}".replace(".", "-") if focus else "",
        person=str(object_.fields["owner"].target) if "owner" in object_.fields else "",
    )
    return view, parts


ROUTES = (show_editor, change_editor)
