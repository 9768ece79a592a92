"""One row on its way into records: its cells read into contract JSON, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kundig.base.errors import FieldError
from kundig.base.i18n import Text, t
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.kinds import Kind
from kundig.services.transfer.cells import is_empty, unguarded
from kundig.services.transfer.cells.words import items_of, link_texts, text_of
from kundig.services.transfer.files import Row
from kundig.services.transfer.plan import EXTERNAL_ID, Plan, Target, cell_for

SHOWN = 200
"""Characters of a bad cell that are kept with its error."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell; without a column, with the row."""

    column: str
    value: str
    code: str
    text: Text


@dataclass(eq=False, slots=True)
class Line:
    """A row, what it will write, and what is wrong with it."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    child: dict[str, Any] = field(default_factory=dict)
    companions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The values of records that links make, by the link's name."""
    external_ids: list[str] = field(default_factory=list)
    links: list[tuple[Target, str, dict[str, Any]]] = field(default_factory=list)
    """Texts whose records have to be found, and the values they go into."""
    keys: tuple[str, ...] = ()
    """What finds the existing record."""
    record: UUID | None = None
    """The existing record."""
    faults: list[Fault] = field(default_factory=list)
    deferred: bool = False
    """It refers to a record that the file itself may bring further down."""

    @property
    def readable(self) -> bool:
        """Whether its cells could be told apart at all."""
        return all(fault.code != "bad_row" for fault in self.faults)

    def fail(self, target: Target | None, code: str, text: Text) -> None:
        """Note what is wrong with the cell of a target, or with the row."""
        if target is None:
            self.faults.append(Fault("", "", code, text))
            return
        cell = target.constant if target.index < 0 else self.row.cells[target.index] if target.index < len(self.row.cells) else ""
        self.faults.append(Fault(target.column, text_of(cell)[:SHOWN], code, text))


def read_line(plan: Plan, row: Row) -> Line:
    """The row with its cells read; links stand as texts in `links`."""
    line = Line(row)
    if row.fault is not None:
        line.fail(None, "bad_row", row.fault)
        return line
    if any(not is_empty(cell) for cell in row.cells[plan.width :]):
        line.fail(None, "bad_row", t("The row has more cells than the header. Cells that hold a separator need quotation marks."))
        return line
    for target in plan.targets:
        _read(line, target, line.values)
    for target in plan.child.targets if plan.child else ():
        _read(line, target, line.child)
    for name, targets in plan.companions.items():
        linked = line.companions.setdefault(name, {})
        for target in targets:
            _read(line, target, linked)
        _drop_half_money(targets, linked)
    _drop_half_money(plan.targets, line.values)
    line.keys = _keys(plan, line)
    return line


def _read(line: Line, target: Target, values: dict[str, Any]) -> None:
    cell = cell_for(target, line.row.cells)
    if isinstance(cell, dict | list):
        values[target.name] = cell
        return
    if is_empty(cell):
        return
    cell = unguarded(cell)
    if target.field is None:
        _external_id(line, target, text_of(cell).strip())
    elif target.link is not None:
        texts = link_texts(cell) if target.many else [text_of(cell).strip()]
        line.links += [(target, text, values) for text in texts]
    else:
        assert target.read is not None
        try:
            put(values, target, target.read(cell))
        except Refused as refused:
            line.fail(target, refused.code, refused.text)


def _external_id(line: Line, target: Target, text: str) -> None:
    pair = f"{target.system}:{text}" if target.system else text
    system, _, value = pair.partition(":")
    if system and value:
        line.external_ids.append(pair)
    else:
        line.fail(target, "bad_value", t("Write external ids as system:id."))


def put(values: dict[str, Any], target: Target, value: Any) -> None:
    """Put what a cell holds where it belongs: whole, as a part, or beside what another column has put there."""
    name = target.name
    if target.inner is not None:
        values[name] = {**(values.get(name) or {}), target.part: value}
    elif target.many:
        items = value if isinstance(value, list) else [value]
        if target.part and target.link is None:
            items = [{"value": item, "label": target.part} for item in items]
        values[name] = [*values.get(name, ()), *items]
    elif isinstance(value, dict) and isinstance(values.get(name), dict):
        values[name] = {**values[name], **value}
    else:
        values[name] = value


def _drop_half_money(targets: Sequence[Target], values: dict[str, Any]) -> None:
    """A currency without an amount says nothing."""
    for target in targets:
        if target.field is not None and "currency" in target.field.parts:
            value = values.get(target.name)
            if isinstance(value, dict) and "amount" not in value:
                del values[target.name]


def _keys(plan: Plan, line: Line) -> tuple[str, ...]:
    matched = plan.matched
    if matched is None:
        return ()
    if matched.name == EXTERNAL_ID:
        return tuple(line.external_ids)
    value = line.values.get(matched.name)
    if value is None:
        return ()
    if matched.field is not None and matched.field.kind is Kind.LIST:
        return tuple(item["value"] if isinstance(item, Mapping) else item for item in value)
    return tuple(items_of(str(value))) if matched.many else (str(value).strip(),)


def blame(line: Line, targets: Sequence[Target], error: FieldError, labels: Mapping[str, Any]) -> None:
    """Lay an error of the write door at the cell that caused it."""
    name = error.field.partition("[")[0]
    head, _, part = name.partition(".")
    of_field = [target for target in targets if target.name == head]
    target = next((found for found in of_field if found.part == part), next(iter(of_field), None))
    if target is not None:
        line.fail(target, error.code, error.text)
    else:
        label = labels.get(head)
        line.fail(None, error.code, t("{field}: {problem}", field=label, problem=error.text) if label is not None else error.text)
