"""An order checked against the model, the rights and the file's columns: which column fills what, and how it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from kundig.base.errors import Denied, FieldError, Invalid, Missing
from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.services.transfer.cells import CellReader, Style, reader_for
from kundig.services.transfer.cells.reading import readable
from kundig.services.transfer.cells.words import plainly
from kundig.services.transfer.files.csv_rows import Cell
from kundig.services.transfer.files.recognise import header_name
from kundig.services.transfer.order import ANY_OTHER, ImportOrder, Rule

EXTERNAL_ID = "external_id"


@dataclass(frozen=True, slots=True)
class LinkRule:
    """How a link's cells find records: in `object`, by id, `system:id`, label and the unique field `by`."""

    object: str
    by: str | None = None
    create: str | None = None
    """The field that takes the cell's text when a record is made."""


@dataclass(frozen=True)
class Target:
    """What one column (or constant) fills. `index` is the column's place, -1 for a constant."""

    column: str
    index: int
    field: BoundField | None
    """None: an external id."""
    part: str | None = None
    inner: BoundField | None = None
    """The field of the part."""
    read: CellReader | None = None
    link: LinkRule | None = None
    values: Mapping[str, Any] = None  # type: ignore[assignment]  # always given
    constant: Any = None
    system: str = ""
    many: bool = False
    """Holds several values, so that several columns may fill it."""

    @cached_property
    def name(self) -> str:
        """The API name of the field as a whole."""
        return EXTERNAL_ID if self.field is None else self.field.name


@dataclass(frozen=True, slots=True)
class Child:
    """The child object in the same file: its link to the parent, and what fills it."""

    object: BoundObject
    link: str
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Plan:
    """All that is needed to turn rows into writes."""

    order: ImportOrder
    object: BoundObject
    width: int
    targets: tuple[Target, ...]
    child: Child | None = None
    companions: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    """What fills the records that links make, by the link's name."""

    @cached_property
    def matched(self) -> Target | None:
        """The target by which rows find existing records."""
        wanted = self.order.match if self.order.mode != "create" else None
        return next((target for target in self.targets if wanted and target.name == wanted), None)

    @property
    def refers_to_itself(self) -> bool:
        """Whether rows link to records of the same object, which the file itself may bring."""
        return any(target.link and target.link.object == self.object.name for target in self.targets)


def require_import(scope: Scope, object_: str) -> None:
    """Raises Missing for an object that the actor may not know of, Denied without the right to import it, ProofNeeded."""
    require_right(scope, object_)
    scope.require_proof_ahead([object_])


def require_right(scope: Scope, object_: str) -> None:
    """The same without asking for a proof of who it is: enough for what brings nothing in."""
    bound = scope.object(object_)
    if not scope.rights(object_).bring:
        raise Denied(t("Your role does not allow importing {object}.", object=bound.definition.label_plural))


def make_plan(scope: Scope, order: ImportOrder, header: Sequence[str]) -> Plan:
    """The plan of an order for a file with these columns; raises Invalid with all that is wrong, or Denied."""
    try:
        object_ = scope.object(order.object)
    except Missing:
        raise Invalid.one("object", "unknown_object", t("There is no object {name}.", name=order.object)) from None
    require_import(scope, object_.name)
    planning = _Planning(scope, order, object_, header)
    own, children, companions = planning.targets()
    errors = planning.errors
    child = planning.child(children) if not errors else None
    plan = Plan(order, object_, len(header), tuple(own), child, companions)
    errors += _match_errors(plan)
    if errors:
        raise Invalid(errors)
    return plan


def _match_errors(plan: Plan) -> list[FieldError]:
    order = plan.order
    if order.mode == "create":
        return []
    if order.match is None:
        return [FieldError("match", "required", t("Say by which field existing records are found."))]
    field = plan.object.fields.get(order.match)
    unique = field is not None and (field.definition.unique or field.type.contact is not None)
    if order.match != EXTERNAL_ID and not unique:
        return [FieldError("match", "bad_match", t("Existing records are found by a unique field, by e-mail or by external_id."))]
    if plan.matched is None:
        return [FieldError("match", "bad_match", t("The field {field} must be filled by a column.", field=order.match))]
    return []


class _Planning:
    """Collects targets and everything that is wrong with them."""

    def __init__(self, scope: Scope, order: ImportOrder, object_: BoundObject, header: Sequence[str]) -> None:
        self.scope, self.order, self.object, self.header = scope, order, object_, header
        self.errors: list[FieldError] = []
        self._beside = {name for rules in order.mapping.values() for rule in rules if (name := self._companion_of(rule.field))}
        self._style = Style(order.language, order.dates, ZoneInfo(str(scope.context.time_zone)))

    def targets(self) -> tuple[list[Target], dict[str, list[Target]], dict[str, tuple[Target, ...]]]:
        """What fills the object itself, what fills children by the child's name, and linked records by the link's."""
        own: list[Target] = []
        children: dict[str, list[Target]] = {}
        beside: dict[str, list[Target]] = {}
        for column, index, rule, constant in self._sources():
            head, _, rest = rule.field.partition(".")
            if rest and head not in self.object.fields and self._is_child(head):
                into, object_, inner = children.setdefault(head, []), self.scope.model.objects[head], replace_field(rule, rest)
            elif link := self._companion_of(rule.field):
                target = self.object.fields[link].target or ""
                into, object_, inner = beside.setdefault(link, []), self.scope.model.objects[target], replace_field(rule, rest)
            else:
                into, object_, inner = own, self.object, rule
            found = self._target(object_, column, index, inner, constant)
            into += [found] if found else []
        for targets in (own, *children.values(), *beside.values()):
            self._check_once(targets)
        if not own and not self.errors:
            self._wrong(t("No column fills a field."))
        self._check_companions(own, beside)
        return own, children, {name: tuple(targets) for name, targets in beside.items()}

    def _companion_of(self, path: str) -> str | None:
        """The link whose records a path fills (`account.website`), if it is such a path."""
        head, _, rest = path.partition(".")
        field = self.object.fields.get(head)
        if not rest or field is None or field.kind is not Kind.LINK or not field.to_one or field.target is None:
            return None
        hidden = head in self.scope.rights(self.object.name).hidden
        known = field.target in self.scope.access.objects and not self.scope.model.objects[field.target].definition.system
        return head if known and not hidden else None

    def _check_companions(self, own: Sequence[Target], beside: Mapping[str, Sequence[Target]]) -> None:
        for name, targets in beside.items():
            label = self.object.fields[name].definition.label
            if not any(target.name == name for target in own):
                self._wrong(t("Say which column names {field}, since other columns fill what is new there.", field=label))
            if any(target.link or target.field is None for target in targets):
                self._wrong(t("Links of {field} can't be filled along with it.", field=label))

    def child(self, children: dict[str, list[Target]]) -> Child | None:
        """The one child object, with its link to the parent."""
        wanted, _, link = (self.order.child or next(iter(children), "")).partition(".")
        if not wanted:
            return None
        links = [child.field for child in self.object.children if child.object == wanted and link in {"", child.field}]
        parent = self.scope.model.objects[wanted].definition.parent if links else None
        if parent in links:
            links = [parent] if parent else links
        if len(children) > 1 or set(children) - {wanted} or len(links) != 1:
            self._wrong(t("One child object can be in the same file; name it, with its link if it has several."))
            return None
        if not children:
            self._wrong(t("No column fills a field of {object}.", object=wanted))
            return None
        return Child(self.scope.model.objects[wanted], links[0], tuple(children[wanted]))

    def _sources(self) -> Iterator[tuple[str, int, Rule, Any]]:
        counted = Counter(self.header)
        for name, rules in self.order.mapping.items():
            column = header_name(name)
            if column not in counted:
                self._wrong(t("The file has no column {column}.", column=name))
            elif counted[column] > 1:
                self._wrong(t("The file has several columns {column}.", column=name))
            else:
                for rule in rules:
                    yield column, self.header.index(column), rule, None
        for name, value in self.order.constants.items():
            if value is not None:
                yield "", -1, Rule(name, create=self._creates(name)), value

    def _creates(self, name: str) -> bool:
        return any(rule.create for rules in self.order.mapping.values() for rule in rules if rule.field == name)

    def _is_child(self, name: str) -> bool:
        return name in self.scope.access.objects and any(child.object == name for child in self.object.children)

    def _target(self, object_: BoundObject, column: str, index: int, rule: Rule, constant: Any) -> Target | None:
        name, _, system = rule.field.partition(":")
        values = {plainly(text): value for text, value in rule.values.items()}
        if name == EXTERNAL_ID:
            return Target(column, index, None, values=values, constant=constant, system=system, many=True)
        name, _, part = rule.field.partition(".")
        field = object_.fields.get(name)
        if field is None or name in self.scope.rights(object_.name).hidden:
            return self._wrong(t("There is no field {field} here.", field=rule.field))
        if field.read_only:
            return self._wrong(t("The field {field} is kept by Kundig and can't be imported.", field=rule.field))
        if name in self.scope.rights(object_.name).fixed:
            return self._wrong(t("Your role does not allow changing the field {field}.", field=field.definition.label))
        target = Target(column, index, field, part or None, values=values, constant=constant, many=not _single(field))
        return self._part(target, rule) if part else self._whole(target, rule)

    def _part(self, target: Target, rule: Rule) -> Target | None:
        field, part = target.field, target.part or ""
        assert field is not None
        if part in field.parts:
            inner = field.parts[part]
            return replace(target, inner=inner, read=reader_for(inner, self._style_of(rule)), many=False)
        if field.type.contact in {"email", "phone"}:
            return replace(target, read=reader_for(field, self._style_of(rule)))
        if field.kind is Kind.LINK and field.target is None and part in self.scope.access.objects:
            return self._linked(target, rule, part)
        return self._wrong(t("There is no field {field} here.", field=rule.field))

    def _whole(self, target: Target, rule: Rule) -> Target | None:
        field = target.field
        assert field is not None
        if field.kind is Kind.LINK:
            if field.target is None:
                return self._wrong(t("Say what {field} links to, as in {field}.object.", field=field.name))
            return self._linked(target, rule, field.target)
        if not readable(field):
            parts = ", ".join(f"{field.name}.{part}" for part in field.parts)
            return self._wrong(
                t("The field {field} is filled by its parts: {parts}.", field=field.name, parts=parts)
                if parts
                else t("The field {field} can't be filled from a file.", field=field.name)
            )
        return replace(target, read=reader_for(field, self._style_of(rule)))

    def _linked(self, target: Target, rule: Rule, object_: str) -> Target | None:
        if object_ not in self.scope.access.objects:
            return self._wrong(t("There is no field {field} here.", field=rule.field))
        linked = self.scope.model.objects[object_]
        by = linked.fields.get(rule.by) if rule.by else None
        if rule.by and (
            by is None or rule.by in self.scope.rights(object_).hidden or not (by.definition.unique or by.type.contact)
        ):
            return self._wrong(t("Links are found by a unique field or an e-mail address; {field} is neither.", field=rule.by))
        beside = target.field is not None and target.field.object == self.object.name and target.name in self._beside
        titles = linked.title_fields
        # what has several parts to its name needs columns for them
        title = titles[0] if by is None and len(titles) == 1 else by.name if by and (len(titles) == 1 or beside) else None
        if rule.create and not self.scope.rights(object_).create:
            return self._wrong(t("Your role does not allow creating {object}.", object=linked.definition.label_plural))
        if rule.create and title is None:
            return self._wrong(t("{object} can't be created by name alone.", object=linked.definition.label_plural))
        return replace(target, link=LinkRule(object_, rule.by, title if rule.create else None))

    def _style_of(self, rule: Rule) -> Style:
        return Style(self._style.language, rule.dates or self._style.dates, self._style.zone, rule.scale)

    def _check_once(self, targets: list[Target]) -> None:
        counted = Counter((target.name, target.part) for target in targets if not target.many)
        for (name, part), times in counted.items():
            if times > 1:
                self._wrong(t("The field {field} is filled twice.", field=f"{name}.{part}" if part else name))

    def _wrong(self, text: Text) -> Target | None:
        """Note an error; there is no target then."""
        self.errors.append(FieldError("mapping", "bad_mapping", text))
        return None


def replace_field(rule: Rule, field: str) -> Rule:
    """The same rule for another field."""
    return Rule(field, rule.values, rule.create, rule.by, rule.scale, rule.dates)


def _single(field: BoundField) -> bool:
    """Whether a field holds one value at most."""
    return field.kind is not Kind.LIST and (field.kind is not Kind.LINK or field.to_one)


def cell_for(target: Target, cells: Sequence[Cell]) -> Any:
    """What stands for a target in a row: its cell, its constant, or what the rule puts in its place."""
    cell: Any = target.constant if target.index < 0 else cells[target.index] if target.index < len(cells) else ""
    if target.values and isinstance(cell, str | int | float):
        known = target.values.get(plainly(str(cell)))
        return known if known is not None else target.values.get(ANY_OTHER, cell)
    return cell
