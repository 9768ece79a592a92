"""Requests made up from the model: every object, every field, every operator, allowed or not, by a seeded generator."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

OPERATORS = {
    "text": ("is", "is_not", "in", "contains", "starts_with", "empty", "not_empty", "not_contains"),
    "number": ("is", "gt", "gte", "lt", "lte", "between", "empty", "in"),
    "date": ("is", "gt", "lt", "between", "within", "empty", "not_empty"),
    "choice": ("is", "is_not", "in", "not_in", "empty"),
    "boolean": ("is", "is_not", "empty"),
    "list": ("is", "contains", "has_all", "not_contains", "empty", "not_empty"),
    "link": ("is", "is_not", "in", "not_in", "empty", "not_empty"),
}
KINDS = {
    "number": "number", "decimal": "number", "percent": "number", "rating": "number", "duration": "number", "money": "number", "formula": "number",
    "boolean": "boolean", "date": "date", "datetime": "date", "choice": "choice", "pipeline": "choice", "choices": "list", "tags": "list",
    "emails": "list", "phones": "list", "domains": "list", "link": "link", "links": "link", "link_any": "link", "user": "link", "team": "link",
    "rollup": "number",
}  # fmt: skip
TELLING = ("kanariealpha", "kanariebeta")
"""Words that tell two worlds apart."""
WORDS = (
    *TELLING,
    "Konto",
    "Muster",
    "eva",
    "Vorhaben",
    "own0.example",
    "+49301234",
    "k",
    "Offen",
    "neu",
    "Aufgabe 1",
)


@dataclass(frozen=True)
class Request:
    """One request; `page` tells that it goes to the pages."""

    method: str
    path: str
    body: Any = None
    page: bool = False
    form: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} {json.dumps(self.body)[:400] if self.body is not None else ''}"


COMPARED = {
    "number": [("is", 0), ("is", 1), ("is_not", 2), ("gt", 0), ("gt", 2), ("lte", 1), ("between", [1, 3]), ("in", [2, 4])],
    "date": [
        ("lt", "2026-11-13"), ("gte", "2026-11-15"), ("lt", "last_30_days"), ("gt", "today"), ("within", "this_month"),
        ("within", "next_3_months"), ("between", ["2026-11-11", "2026-12-04"]), ("is", "2026-11-17"),
    ],
}  # fmt: skip


def kind_of(field: dict[str, Any]) -> str:
    """What a field's values are compared as."""
    if field["type"] == "rollup" and field["name"].endswith("_at"):
        return "date"
    return KINDS.get(field["type"], "text")


def asked_of_figures(object_: str, path: str, kind: str) -> Iterator[Request]:
    """A roll-up in every way: as filter, as order, in both."""
    tests: list[dict[str, Any]] = [{"op": operator, "value": value} for operator, value in COMPARED[kind]]
    for test in [*tests, {"op": "empty"}, {"op": "not_empty"}]:
        where = {"field": path, **test}
        yield Request("GET", f"/api/v1/{object_}?{urlencode({'where': json.dumps(where), 'count': 'exact', 'order': path})}")
        yield Request("POST", f"/api/v1/{object_}/query", {"where": {"none": [where]}, "count": "estimate"})
    for sign in ("", "-"):
        yield Request("GET", f"/api/v1/{object_}?order={sign}{path}&limit=3")
        yield Request("GET", f"/api/v1/{object_}?order=owner,{sign}{path}")
    group = f"{path}:month" if kind == "date" else path
    yield Request("GET", f"/api/v1/{object_}/aggregate?group={group}")
    yield Request("GET", f"/api/v1/{object_}/aggregate?group=owner&measure=count,min:{path},max:{path},count_distinct:{path}")


class Maker:
    """Makes requests from the description of the model as an administrator sees it, so with hidden fields in it."""

    def __init__(self, objects: list[dict[str, Any]], ids: dict[str, list[UUID]], seed: int) -> None:
        self.objects = {o["name"]: o for o in objects}
        self.ids = ids
        self.random = random.Random(seed)
        self.children = [
            (o["name"], f["name"], f["target"]) for o in objects for f in o["fields"] if f["type"] == "link" and f.get("target")
        ]
        several = [(o["name"], f) for o in objects for f in o["fields"] if f["type"] in ("links", "link_any", "user", "team")]
        self.pointing = [
            *self.children,
            *(
                (child, f["name"], target)
                for child, f in several
                for target in ([f["target"]] if f.get("target") else self.objects)
            ),
        ]

    def field(self, object_: str) -> dict[str, Any]:
        field: dict[str, Any] = self.random.choice(self.objects[object_]["fields"])
        return field

    def path(self, object_: str) -> tuple[str, dict[str, Any]]:
        """A field's path, at times over a link or into a part."""
        field = self.field(object_)
        if field["type"] in ("link", "user", "team") and field["target"] in self.objects and self.random.random() < 0.6:
            rest, end = self.path(field["target"])
            return f"{field['name']}.{rest}", end
        if field["type"] == "address" and self.random.random() < 0.7:
            return f"{field['name']}.city", {"type": "text", "name": "city"}
        return field["name"], field

    def value(self, field: dict[str, Any]) -> Any:
        pick = self.random.choice
        match kind_of(field):
            case "number":
                return pick([0, 1, 30, 107, 1000, 5000, 77000, "99.5"])
            case "boolean":
                return pick([True, False])
            case "date":
                return pick(["2026-11-12", "2001-02-03", "1990-01-01", "2026-12-24", "today", "this_year"])
            case "choice":
                keys = [c["key"] for c in [*field.get("choices", []), *field.get("stages", [])]]
                return pick([*(keys or ["x"]), "retail"])
            case "link":
                return str(pick(self.ids.get(field.get("target", ""), []) or [id_ for ids in self.ids.values() for id_ in ids]))
        return pick(WORDS)

    def written(self, field: dict[str, Any]) -> Any:
        """What is asked for may be what tells the worlds apart; what is written would make them alike in that."""
        while (value := self.value(field)) in TELLING:
            pass
        return value

    def leaf(self, object_: str) -> dict[str, Any]:
        path, field = self.path(object_)
        operator = self.random.choice(OPERATORS[kind_of(field)])
        if operator in ("empty", "not_empty"):
            return {"field": path, "op": operator}
        if operator == "within":
            return {
                "field": path,
                "op": operator,
                "value": self.random.choice(["this_year", "last_30_days", "past", "next_3_months"]),
            }
        many = {"in": 3, "not_in": 3, "has_all": 1, "between": 2}.get(operator, 0)
        values = [self.value(field) for _ in range(many)]
        if operator == "between":
            values.sort(key=str)
        return {"field": path, "op": operator, "value": values if many else self.value(field)}

    def where(self, object_: str, depth: int = 0) -> dict[str, Any]:
        chance = self.random.random()
        if depth < 2 and chance < 0.2:
            key = self.random.choice(["all", "any", "none"])
            return {key: [self.where(object_, depth + 1) for _ in range(2)]}
        here = [(child, link) for child, link, target in self.pointing if target == object_]
        if here and chance < 0.4:
            child, link = self.random.choice(here)
            found: dict[str, Any] = {"related": f"{child}.{link}"}
            if self.random.random() < 0.6:
                found["where"] = self.where(child, depth + 1)
            if self.random.random() < 0.5:
                found["count"] = [self.random.choice(["gt", "is", "lte"]), self.random.randrange(3)]
            return found
        return self.leaf(object_)

    def reads(self, count: int) -> Iterator[Request]:
        makers = [
            self.lists,
            self.lists,
            self.lists,
            self.queries,
            self.figures,
            self.exports,
            self.records,
            self.searches,
            self.page_lists,
            self.page_records,
        ]
        for _ in range(count):
            yield self.random.choice(makers)(self.random.choice(list(self.objects)))

    def lists(self, object_: str) -> Request:
        params: dict[str, str] = {
            "count": self.random.choice(["none", "exact", "estimate"]),
            "limit": self.random.choice(["3", "50", "1000"]),
        }
        if self.random.random() < 0.7:
            params["where"] = json.dumps(self.where(object_))
        if self.random.random() < 0.5:
            params["order"] = ",".join(
                self.random.choice(["", "-"]) + self.path(object_)[0] for _ in range(self.random.choice([1, 1, 2]))
            )
        if self.random.random() < 0.4:
            params["fields"] = ",".join(self.path(object_)[0] for _ in range(3))
        return Request("GET", f"/api/v1/{object_}?{urlencode(params)}")

    def queries(self, object_: str) -> Request:
        return Request("POST", f"/api/v1/{object_}/query", {"where": self.where(object_), "count": "exact"})

    def figures(self, object_: str) -> Request:
        group, field = self.path(object_)
        if kind_of(field) == "date":
            group += ":month"
        measures = [
            "count",
            f"{self.random.choice(['sum', 'avg', 'min', 'max', 'count_distinct', 'unrated'])}:{self.path(object_)[0]}",
        ]
        params = {"group": group, "measure": ",".join(self.random.sample(measures, self.random.choice([1, 2])))}
        if self.random.random() < 0.4:
            params["where"] = json.dumps(self.where(object_))
        return Request("GET", f"/api/v1/{object_}/aggregate?{urlencode(params)}")

    def exports(self, object_: str) -> Request:
        params = {"format": self.random.choice(["csv", "jsonl"])}
        if self.random.random() < 0.4:
            params["where"] = json.dumps(self.where(object_))
        if self.random.random() < 0.4:
            params["fields"] = ",".join(self.path(object_)[0] for _ in range(3))
        return Request("GET", f"/api/v1/{object_}/export?{urlencode(params)}")

    def id_of(self, object_: str) -> str:
        return str(self.random.choice(self.ids.get(object_) or [UUID(int=self.random.getrandbits(128))]))

    def records(self, object_: str) -> Request:
        end = self.random.choice(
            ["", "", "/journal", "/timeline", f"?fields={self.path(object_)[0]}", "/journal?limit=2", "/timeline?limit=2"]
        )
        return Request("GET", f"/api/v1/{object_}/{self.id_of(object_)}{end}")

    def searches(self, object_: str) -> Request:
        only = self.random.choice(["", f"&object={object_}"])
        return self.random.choice([
            Request("GET", f"/api/v1/search?q={quote(self.random.choice(WORDS))}{only}"),
            Request("GET", f"/search?q={quote(self.random.choice(WORDS))}{only}", page=True),
            Request("GET", f"/palette?q={quote(self.random.choice(WORDS))}", page=True),
            Request("GET", f"/lookup/{self.random.choice([object_, '-'])}?words.q={quote(self.random.choice([*WORDS, '']))}", page=True),
        ])  # fmt: skip

    def page_lists(self, object_: str) -> Request:
        end = self.random.choice(
            [
                "",
                "",
                "/rows",
                "/count",
                "/filter",
                "/board",
                "/board/totals",
                "/new",
                f"/filter?field={self.field(object_)['name']}",
            ]
        )
        params = {}
        if "?" not in end and self.random.random() < 0.6:
            params = {"where": json.dumps([self.leaf(object_)])}
        if "?" not in end and self.random.random() < 0.4:
            params["order"] = self.random.choice(["", "-"]) + self.field(object_)["name"]
        return Request("GET", f"/o/{object_}{end}" + (f"?{urlencode(params)}" if params else ""), page=True)

    def page_records(self, object_: str) -> Request:
        id_ = self.id_of(object_)
        related = [f"/{id_}/related/{child}.{link}" for child, link, target in self.children if target == object_]
        end = self.random.choice([
            f"/{id_}", f"/{id_}", f"/{id_}/journal", f"/{id_}/timeline", f"/{id_}/edit", f"/cell/{id_}/{self.field(object_)['name']}",
            f"/{id_}/actions/convert", *related,
        ])  # fmt: skip
        return Request("GET", f"/o/{object_}{end}", page=True)

    def writes(self, count: int) -> Iterator[Request]:
        for _ in range(count):
            object_ = self.random.choice([o for o in self.objects if o not in ("user", "team")])
            id_, field = self.id_of(object_), self.field(object_)
            body = {field["name"]: self.written(field)}
            yield self.random.choice([
                Request("PATCH", f"/api/v1/{object_}/{id_}", body),
                Request("POST", f"/api/v1/{object_}", body),
                Request("DELETE", f"/api/v1/{object_}/{id_}"),
                Request("POST", f"/api/v1/{object_}/batch", {"update": [{"id": id_, **body}, {"id": self.id_of(object_), **body}]}),
                Request("POST", f"/api/v1/{object_}/{id_}/actions/convert", {}),
                Request("POST", f"/trash/{object_}/{id_}/restore", {}, page=True, form=True),
                Request("POST", f"/o/{object_}/{id_}/edit", {field["name"]: "x"}, page=True, form=True),
                Request("POST", f"/o/{object_}/cell/{id_}/{field['name']}", {field["name"]: "x"}, page=True, form=True),
                Request("POST", f"/o/{object_}/{id_}/stage", {"stage": "won"}, page=True, form=True),
            ])  # fmt: skip
