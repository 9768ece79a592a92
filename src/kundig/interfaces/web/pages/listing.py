"""What an address asks of a list: the view and what differs from it; and what is known of views and columns everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from kundig.base.errors import Invalid
from kundig.base.i18n import label_in, t
from kundig.engine.extension import View
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in, hidden_in
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import UnknownField
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.arrangement import Arrangement, arrangement_of, fitted, rearranged
from kundig.interfaces.web.pages.board_fields import board_fields
from kundig.interfaces.web.pages.calendar_entries import source_of
from kundig.interfaces.web.widgets.described import FieldView, describe

DEFAULT_COLUMNS = 7
PARTS = {"street": t("Street"), "postcode": t("Postcode"), "city": t("City"), "state": t("State"), "country": t("Country")}


@dataclass(frozen=True, slots=True)
class Listing:
    """A view as an address asks for it. `own` is how the view itself is arranged, `now` what is shown."""

    object: BoundObject
    view: View | None
    own: Arrangement = field(default_factory=Arrangement)
    now: Arrangement = field(default_factory=Arrangement)
    words: str = ""
    shape: str = "list"
    lost: bool = False
    """Whether something had to be left out that the reader can't have."""

    @property
    def changed(self) -> bool:
        """Whether what is shown differs from the view."""
        return bool(self.now.apart(self.own))

    @property
    def address(self) -> str:
        """The list's address."""
        query = _encoded(self._asks)
        return self.place + (f"?{query}" if query else "")

    @property
    def place(self) -> str:
        """The path of the page."""
        return f"/o/{self.object.name}/board" if self.shape == "board" else f"/o/{self.object.name}"

    @property
    def _asks(self) -> dict[str, str]:
        return {"view": self.view.name if self.view else "", **self.now.apart(self.own), "q": self.words}

    def query(self, **more: str) -> str:
        """What parts of the page are told: what its address says after `?`, its shape if that is no list, and more values."""
        return _encoded({"shape": "" if self.shape == "list" else self.shape, **self._asks, **more})

    def part(self, name: str, **more: str) -> str:
        """The address of a part of the page."""
        query = self.query(**more)
        return f"/o/{self.object.name}/{name}" + (f"?{query}" if query else "")

    def shown(self, **changes: Any) -> Listing:
        """The same view, arranged otherwise."""
        return replace(self, now=replace(self.now, **changes))

    @property
    def where(self) -> dict[str, Any] | None:
        """The whole filter: the conditions and the words typed into the search box."""
        if not self.words:
            return self.now.filter
        return {"all": [*self.now.where, {"field": "label", "op": "contains", "value": self.words}]}

    @property
    def sorted_by(self) -> str:
        """The order in force: that of the groups first."""
        group = self.now.group.partition(":")[0]
        keys = [key for key in self.now.order.split(",") if key]
        if not group:
            return ",".join(keys)
        first = next((key for key in keys if key.removeprefix("-") == group), group)
        return ",".join([first, *(key for key in keys if key != first)])


def _encoded(values: Mapping[str, str]) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def listing_of(
    scope: Scope, object_: str, query: Mapping[str, str], views: Sequence[View] | None = None, preferred: str = ""
) -> Listing:
    """What an address asks for; raises Missing for the object, Malformed for a filter that is none.

    `views` are those that there are (without them the shipped ones), `preferred` is the one to begin with.
    """
    bound = scope.object(object_)
    shape = query.get("shape", "list")
    found = [view for view in (views_of(scope, bound) if views is None else views) if shape == view.shape]
    wanted = next((view for name in (query.get("view", ""), preferred) for view in found if view.name == name), None)
    view = wanted or next((view for view in found if view.default), found[0] if found else None)
    own, lost = fitted(scope, bound, arrangement_of(view, bound, default_columns(bound)))
    now, lost_now = fitted(scope, bound, rearranged(own, query, shape))
    return Listing(bound, view, own, now, query.get("q", "").strip()[:200], shape, lost or lost_now)


def views_of(scope: Scope, object_: BoundObject) -> list[View]:
    """The shared views of an object that the reader may use, in their order."""
    views = [view for view in scope.model.views.values() if view.object == object_.name and _usable(scope, object_, view)]
    return sorted(views, key=lambda view: (view.position, view.name))


def _usable(scope: Scope, object_: BoundObject, view: View) -> bool:
    """A view whose filter names what the reader may not know is not offered."""
    try:
        if view.where is not None:
            filter_in(scope, object_, view.where)
    except Invalid:
        return False
    return True


def columns_of(scope: Scope, listing: Listing) -> list[FieldView]:
    """The columns of a list, as far as the reader may see them."""
    shown = [column for name in named_first(listing) if (column := column_at(scope, listing.object, name)) is not None]
    if len(shown) > 1 or len(listing.now.columns) == 1:
        return shown
    return [column for name in default_columns(listing.object) if (column := column_at(scope, listing.object, name)) is not None]


def named_first(listing: Listing) -> list[str]:
    """The columns with what names the records at the front, where rows lead to their records."""
    columns = listing.now.columns
    name = next((column for column in columns if column == "label" or (column,) == listing.object.title_fields), "label")
    return [name, *(column for column in columns if column != name)]


def short_columns(scope: Scope, object_: BoundObject) -> list[str]:
    """What tells records apart beside their names: the columns of the object's first list."""
    first = next((view for view in views_of(scope, object_) if view.shape == "list" and view.columns), None)
    names = list(first.columns) if first else default_columns(object_)
    return [name for name in names if name not in ("label", "owner", *object_.title_fields)]


def default_columns(object_: BoundObject) -> list[str]:
    """The label and the first main fields."""
    main = [f.name for f in object_.fields.values() if f.definition.main and f.name not in object_.title_fields]
    return ["label", *main[: DEFAULT_COLUMNS - 1]]


def column_at(scope: Scope, object_: BoundObject, path: str) -> FieldView | None:
    """A field at a dotted path for the reader, or None."""
    try:
        found = scope.model.field_at(object_.name, path, lambda name: hidden_in(scope, name))
    except UnknownField:
        return None
    shown = describe(scope, found.field, path)
    if found.field.name.partition(".")[2] in PARTS:
        shown = replace(shown, label=PARTS[found.field.name.partition(".")[2]].render(scope.context.language), icon="map-pin")
    if found.field.name.endswith(".currency"):
        shown = replace(shown, label=f"{shown.label}: {t('Currency').render(scope.context.language)}")
    if found.links:
        label = label_in(found.links[0].definition.label, scope.context.language)
        shown = replace(shown, label=f"{shown.label} ({label})", editable=False)
    return shown


def named_as_person(object_: BoundObject) -> bool:
    """Whether the label is put together from several fields, as names of people are."""
    return object_.definition.title.split("|")[0].count("{") > 1


def without(listing: Listing) -> list[str]:
    """For each condition the address of the list without it."""
    where = listing.now.where
    return [listing.shown(where=(*where[:n], *where[n + 1 :])).address for n in range(len(where))]


def unrated_in(listing: Listing, amount: str) -> str:
    """The list of what has an amount without an exchange rate: in another currency, and worth nothing yet."""
    # Amounts compare by what they are worth: what is worth nothing known is there, and neither from nought up nor below.
    worth = [{"field": amount, "op": operator, "value": 0} for operator in ("gte", "lt")]
    lacking = ({"field": amount, "op": "not_empty"}, {"none": worth})
    plain = replace(listing, shape="list", view=None).shown(
        where=(*listing.now.where, *lacking), by="", lane="", pipeline="", group=""
    )
    return plain.address


def shapes_of(scope: Scope, object_: BoundObject) -> tuple[Link, ...]:
    """List, board where there is a pipeline or a choice, calendar where there are dates; nothing if that is the list alone."""
    language, path = scope.context.language, f"/o/{object_.name}"
    found = [Link(t("List").render(language), path, "table-2")]
    if board_fields(scope, object_):
        found.append(Link(t("Board").render(language), f"{path}/board", "square-kanban"))
    if source_of(scope, object_) is not None:
        found.append(Link(t("Calendar").render(language), f"{path}/calendar", "calendar"))
    return tuple(found) if len(found) > 1 else ()
