"""Filters in words, in German and English: a condition in its parts for chips, and a whole filter as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from babel.lists import format_list

from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_many
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.arrangement import Part
from kundig.interfaces.web.pages.listing import column_at
from kundig.interfaces.web.widgets.described import FieldView

OPERATORS: Mapping[str, Text] = {
    "is": t("is"),
    "is_not": t("is not"),
    "in": t("is one of"),
    "not_in": t("is none of"),
    "contains": t("contains"),
    "not_contains": t("does not contain"),
    "starts_with": t("begins with"),
    "ends_with": t("ends with"),
    "gt": t("is more than"),
    "gte": t("is at least"),
    "lt": t("is less than"),
    "lte": t("is at most"),
    "between": t("is between"),
    "within": t("lies in"),
    "has_all": t("has all of"),
    "empty": t("is empty"),
    "not_empty": t("is filled"),
}
OF_TIME: Mapping[str, Text] = {"gt": t("is after"), "gte": t("is from"), "lt": t("is before"), "lte": t("is until")}
"""Dates are not more or less than others, but later or earlier."""
PERIODS: Mapping[str, Text] = {
    "today": t("today"),
    "yesterday": t("yesterday"),
    "tomorrow": t("tomorrow"),
    "this_week": t("this week"),
    "last_week": t("last week"),
    "next_week": t("next week"),
    "this_month": t("this month"),
    "last_month": t("last month"),
    "next_month": t("next month"),
    "this_quarter": t("this quarter"),
    "last_quarter": t("last quarter"),
    "next_quarter": t("next quarter"),
    "this_year": t("this year"),
    "last_year": t("last year"),
    "next_year": t("next year"),
    "past": t("the past"),
    "future": t("the future"),
}
SEVERAL: Mapping[str, Text] = {
    "last_days": t("the last {n} days"),
    "next_days": t("the next {n} days"),
    "last_weeks": t("the last {n} weeks"),
    "next_weeks": t("the next {n} weeks"),
    "last_months": t("the last {n} months"),
    "next_months": t("the next {n} months"),
    "last_quarters": t("the last {n} quarters"),
    "next_quarters": t("the next {n} quarters"),
    "last_years": t("the last {n} years"),
    "next_years": t("the next {n} years"),
}
"""Periods of several units; weeks and longer ones are whole ones before or after the current one."""
COUNTS: Mapping[str, Text] = {
    "gte": t("at least {n}"),
    "lte": t("at most {n}"),
    "gt": t("more than {n}"),
    "lt": t("less than {n}"),
    "is": t("exactly {n}"),
    "is_not": t("not exactly {n}"),
}
_N_UNITS = re.compile(r"(last|next)_(\d{1,4})_(days|weeks|months|quarters|years)")
_SOME, _NONE = ["gte", 1], ["is", 0]
_PLAIN = {"in": "is", "not_in": "is_not"}
"""In a sentence a list is joined by "or", so the operators for one value fit."""
MOST_TOLD = 3
"""Values that a chip tells."""


def several(value: Any) -> tuple[str, str] | None:
    """`("last_days", "30")` for `last_30_days`; None for other values."""
    match = _N_UNITS.fullmatch(value) if isinstance(value, str) else None
    return None if match is None else (f"{match[1]}_{match[3]}", match[2])


@dataclass(frozen=True, slots=True)
class Told:
    """One condition in its parts, as a chip shows them."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Tells conditions on one object to the reader. `names` are those of the records that values mean, by id."""

    scope: Scope
    object: BoundObject
    names: Mapping[str, str]

    @property
    def language(self) -> str:
        """The reader's language."""
        return self.scope.context.language

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.render(self.language)

    def told(self, part: Part) -> Told:
        """A condition in its parts; a branch or a condition on related records is told whole."""
        shown = self._field(part)
        if shown is None:
            return Told("", "", self.clause(part))
        values = part.get("value")
        listed = values if isinstance(values, list) else [values]
        words = [self.value(shown, value) for value in listed[:MOST_TOLD]]
        more = f" +{len(listed) - MOST_TOLD}" if len(listed) > MOST_TOLD else ""
        joined = " – ".join(words) if part["op"] == "between" else ", ".join(words)
        return Told(shown.label, self.operator(shown, part["op"]), joined + more)

    def sentence(self, parts: Sequence[Part]) -> str:
        """All conditions as one sentence: "Contacts where City is Bern or Wien and (…)"."""
        plural = label_in(self.object.definition.label_plural, self.language)
        if not parts:
            return self.say(t("All {objects}.", objects=plural))
        return self.say(t("{objects} where {conditions}.", objects=plural, conditions=self.clauses(parts, "all")))

    def clauses(self, parts: Sequence[Part], join: str) -> str:
        """Several conditions joined."""
        word = self.say(t("and") if join == "all" else t("or"))
        return f" {word} ".join(self.clause(part) for part in parts)

    def clause(self, part: Part) -> str:
        """One node of a filter in words."""
        for join in ("all", "any", "none"):
            if join in part:
                inner = self.clauses(part[join], "all" if join == "all" else "any")
                return self.say(t("not ({conditions})", conditions=inner)) if join == "none" else f"({inner})"
        if "related" in part:
            return self._related(part)
        shown = self._field(part)
        if shown is None:
            return self.say(t("a condition"))
        return " ".join(word for word in (shown.label, *self._compared(shown, part)) if word)

    def _compared(self, shown: FieldView, part: Part) -> tuple[str, str]:
        operator, value = str(part["op"]), part.get("value")
        if operator in ("empty", "not_empty"):
            return self.operator(shown, operator), ""
        if not isinstance(value, list):
            return self.operator(shown, operator), self._quoted(shown, value)
        words = [self._quoted(shown, item) for item in value]
        if operator in ("between", "has_all"):
            return self.operator(shown, operator), format_list(words, style="standard", locale=self.language)
        return self.operator(shown, _PLAIN.get(operator, operator)), format_list(words, style="or", locale=self.language)

    def _related(self, part: Part) -> str:
        child = next((child for child in self.object.pointing if child.path == part["related"]), None)
        if child is None:
            return self.say(t("a condition"))
        other = self.scope.model.objects[child.object]
        name = child_label(self.scope, self.object, part["related"])
        count, where = list(part.get("count") or _SOME), part.get("where")
        inner = Wording(self.scope, other, self.names).clause(where) if where else ""
        amount = "" if count in (_SOME, _NONE) else self.say(Text(COUNTS[count[0]].message, {"n": count[1]}))
        if count == _NONE:
            return self.say(
                t("has no {children} where {conditions}", children=name, conditions=inner)
                if inner
                else t("has no {children}", children=name)
            )
        named = f"{amount} {name}".strip()
        return self.say(
            t("has {children} where {conditions}", children=named, conditions=inner)
            if inner
            else t("has {children}", children=named)
        )

    def _field(self, part: Part) -> FieldView | None:
        path, operator = part.get("field"), part.get("op")
        return column_at(self.scope, self.object, path) if isinstance(path, str) and isinstance(operator, str) else None

    def operator(self, field: FieldView, name: str) -> str:
        """An operator in words."""
        known = {**OPERATORS, **OF_TIME} if field.widget in ("date", "datetime") else OPERATORS
        return self.say(known[name]) if name in known else name

    def _quoted(self, field: FieldView, value: Any) -> str:
        words = self.value(field, value)
        if (
            field.choices
            or field.target
            or value == "me"
            or field.widget not in ("text", "translated", "long_text", "rich_text", "url", "lines", "tags")
        ):
            return words
        return f"„{words}“" if self.language == "de" else f"“{words}”"

    def value(self, field: FieldView, value: Any) -> str:
        """A value in words."""
        shown = formats(self.language, str(self.scope.context.time_zone))
        if isinstance(value, bool):
            return self.say(t("yes") if value else t("no"))
        if isinstance(value, str):
            return self._text(field, value)
        if value is not None and field.widget in ("number", "decimal", "money", "percent"):
            return shown.number(value)
        return "" if value is None else str(value)

    def _text(self, field: FieldView, value: str) -> str:
        shown = formats(self.language, str(self.scope.context.time_zone))
        if value in field.choices:
            return field.called(value)
        if field.widget in ("date", "datetime"):
            if value in PERIODS:
                return self.say(PERIODS[value])
            if (found := several(value)) is not None:
                return self.say(Text(SEVERAL[found[0]].message, {"n": found[1]}))
            return shown.datetime(value) if "T" in value else shown.date(value)
        if value == "me":
            return self.say(t("me"))
        if field.target and parse_id(value) is not None:
            return self.names.get(value, self.say(t("something you may not see")))
        if field.widget in ("number", "decimal", "money", "percent"):
            return shown.number(value)
        return value


def child_label(scope: Scope, object_: BoundObject, path: str) -> str:
    """Records that point here, by their plural; where their object has several links here, with the link's name."""
    language = scope.context.language
    child = next(child for child in object_.pointing if child.path == path)
    other = scope.model.objects[child.object]
    name = label_in(other.definition.label_plural, language)
    if sum(found.object == child.object for found in object_.pointing) == 1:
        return name
    return f"{name} ({label_in(other.fields[child.field].definition.label, language)})"


async def wording(scope: Scope, object_: BoundObject, parts: Sequence[Part]) -> Wording:
    """What tells these conditions: one statement for each object whose records they name."""
    wanted: dict[str, set[str]] = {}
    for part in parts:
        for target, value in _linked(scope, object_, part):
            wanted.setdefault(target, set()).add(value)
    names: dict[str, str] = {}
    for target, values in wanted.items():
        ids = [id_ for value in values if (id_ := parse_id(value)) is not None]
        for id_, text in (await read_many(scope, target, ids, ["label"])).items() if target in scope.access.objects else ():
            names[str(id_)] = msgspec.json.decode(text)["label"] or ""
    return Wording(scope, object_, names)


def _linked(scope: Scope, object_: BoundObject, part: Part) -> Iterator[tuple[str, str]]:
    """The ids that a filter names, each with its object."""
    for join in ("all", "any", "none"):
        for inner in part.get(join) or ():
            yield from _linked(scope, object_, inner)
    child = next((child for child in object_.pointing if child.path == part.get("related")), None)
    if child is not None and part.get("where"):
        yield from _linked(scope, scope.model.objects[child.object], part["where"])
    path, value = part.get("field"), part.get("value")
    shown = column_at(scope, object_, path) if isinstance(path, str) else None
    if shown is not None and shown.target:
        yield from ((shown.target, item) for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
