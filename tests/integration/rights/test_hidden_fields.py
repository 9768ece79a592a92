"""FL-04, FL-05, FL-07: whatever a role hides is in no answer of any kind; every field of every shipped object is hidden once.

A field of a new type fails here until it is said what a value of it looks like.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.errors import Invalid
from kundig.engine.policy.resolve import NEVER_HIDDEN
from kundig.engine.schema.bound import BoundField, BoundObject

TEXTS = {
    "text": "{word}", "long_text": "{word}", "rich_text": "<p>{word}</p>", "tags": ["{word}"], "emails": ["{word}@hidden.example"],
    "domains": ["{word}.example"], "url": "https://{word}.example", "address": {"city": "{word}", "country": "DE"}, "secret": "{word}",
    "json": {"x": "{word}"},
}  # fmt: skip
"""Values that hold a word nobody may find."""
FIGURES = {
    "number": 47118151, "decimal": "4711.815", "percent": "47.81", "money": {"amount": "4711815.00", "currency": "EUR"}, "rating": 4,
    "duration": 47118, "boolean": True, "date": "2031-07-19", "datetime": "2031-07-19T11:22:33Z", "phones": ["+493047118151"],
}  # fmt: skip
"""Values that are known again by their figures."""
TELLTALE = ("kanarie", "4711", "2031-07-19", "hidden.example")
LINKS = {"link", "links", "link_any", "user", "team", "choice", "choices", "pipeline"}
"""Values that are other records or keys of choices: their field must be absent, their words are no secret."""
KEPT = {"autonumber", "formula", "rollup", "file", "image", "recurrence"}
"""Made by the engine, or not to be written here: a rule would make more records than this test counts."""


@dataclass
class Hidden:
    crm: Crm
    reader: Caller
    records: dict[str, UUID] = field(default_factory=dict)
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)


def hideable(object_: BoundObject) -> tuple[str, ...]:
    """All fields but those that name the record."""
    return tuple(name for name in object_.fields if name not in NEVER_HIDDEN | set(object_.title_fields))


def value_of(bound: BoundField, word: str) -> Any:
    kind = bound.type.name
    known = TEXTS.keys() | FIGURES.keys() | LINKS | KEPT
    assert kind in known, f"say here what a value of the type {kind} looks like"
    if kind in TEXTS:
        return json.loads(json.dumps(TEXTS[kind]).replace("{word}", word))
    if kind in FIGURES:
        figure = FIGURES[kind]
        return figure if kind != "phones" else [f"+4930471181{len(word):02}"]
    return None


@pytest.fixture(scope="module")
async def hidden(new_crm: Callable[[], Awaitable[Crm]]) -> Hidden:
    """A record of every object with all that can be filled in, and somebody who may see nothing of it but its name."""
    crm = await new_crm()
    async with crm.system() as scope:
        objects = {name: o for name, o in scope.model.objects.items() if not o.definition.system}
    fields = {name: hideable(o) for name, o in objects.items()}
    grants = ", ".join(
        f"{name}: {{read: all, edit: all, create: true, export: true, fields: {{{', '.join(f'{f}: hidden' for f in found)}}}}}"
        for name, found in fields.items()
    )
    await crm.configure(f"kind: role\nname: blind\nlabel: {{en: Blind, de: Blind}}\nobjects: {{{grants}}}")
    made = Hidden(crm, await crm.caller(await crm.user("blind")), fields=fields)
    for name, object_ in sorted(objects.items(), key=lambda item: item[1].definition.storage == "owned"):
        values: dict[str, Any] = {}
        for number, (key, bound) in enumerate(object_.fields.items()):
            if not bound.read_only and key in fields[name]:
                values[key] = value_of(bound, f"kanarie{name.replace('_', '')}{number}")
        for key in object_.title_fields:
            bound = object_.fields[key]
            shown = {
                "text": f"offen@{name}.example" if key == "email" else f"Offen {name}",
                "rich_text": f"<p>Offen {name}</p>",
                "link": str(made.records.get(bound.target or "") or "") or None,
            }
            values[key] = shown.get(bound.type.name)
        if object_.definition.parent:
            parent = object_.fields[object_.definition.parent]
            values[parent.name] = str(made.records[parent.target or ""])
        for key, bound in object_.fields.items():
            if bound.definition.required and bound.target in made.records:
                values[key] = str(made.records[bound.target or ""])
        values = {key: value for key, value in values.items() if value is not None}
        values.pop("time_zone", None)
        try:
            made.records[name] = await crm.add(name, values)
        except Invalid as error:
            pytest.fail(f"{name}: {[(e.field, e.code, str(e.text)) for e in error.errors]}")
    return made


async def test_no_answer_holds_what_is_hidden(hidden: Hidden) -> None:
    leaks, asked = [], 0
    for name, id_ in hidden.records.items():
        paths = [
            f"/api/v1/{name}{end}"
            for end in (f"/{id_}", "", f"/{id_}/journal", f"/{id_}/timeline", "/export?format=csv", "/export?format=jsonl")
        ]
        pages = [
            f"/o/{name}{end}"
            for end in ("", "/rows", "/new", "/board", f"/{id_}", f"/{id_}/edit", f"/{id_}/journal", f"/{id_}/timeline")
        ]
        for path in [
            *paths,
            *pages,
            f"/search?q=kanarie{name}",
            f"/api/v1/search?q=kanarie{name}",
            f"/lookup/{name}?words.q=kanarie{name}",
        ]:
            client = hidden.reader.api if path.startswith("/api") else hidden.reader.pages
            answer = await client.get(path)
            asked += answer.status_code == 200
            assert answer.status_code < 500, f"{path}: {answer.text[:300]}"
            text = answer.text.replace(f"kanarie{name}", "") if "q=" in path else answer.text
            leaks += [
                f"{path}: …{text[max(0, text.index(word) - 80) : text.index(word) + 40]!r}" for word in TELLTALE if word in text
            ]
    assert not leaks, "\n".join(leaks)
    assert asked > 5 * len(hidden.records)


async def test_no_record_and_no_description_names_a_hidden_field(hidden: Hidden) -> None:
    described = {o["name"]: {f["name"] for f in o["fields"]} for o in (await hidden.reader.get("/meta/objects")).json()["data"]}
    for name, id_ in hidden.records.items():
        secret = set(hidden.fields[name])
        assert not secret & described[name], name
        record = (await hidden.reader.get(f"/{name}/{id_}")).json()
        assert not secret & record.keys(), name
        header = (await hidden.reader.get(f"/{name}/export", format="csv")).text.splitlines()[0].removeprefix("\ufeff")
        assert not secret & {cell.split(".")[0] for cell in header.split(",")}, name
        for entry in (await hidden.reader.get(f"/{name}/{id_}/journal")).json()["data"]:
            assert not secret & entry["fields"].keys(), name


async def test_no_hidden_field_can_be_asked_about(hidden: Hidden) -> None:
    """FL-01 to FL-03: one answer, that of a field that does not exist, for filter, order, group, measure, choice of fields, and write."""
    for name, id_ in hidden.records.items():
        for key in hidden.fields[name]:
            for params in (
                {"where": json.dumps({"field": key, "op": "empty"})}, {"order": key}, {"fields": key},
            ):  # fmt: skip
                answer = await hidden.reader.get(f"/{name}", **params)
                assert answer.status_code == 422, f"{name}.{key} {params}"
                assert answer.json()["errors"][0]["code"] == "unknown_field", f"{name}.{key} {params}"
            for params in (
                {"group": key},
                {"measure": f"max:{key}"},
                {"measure": f"count_distinct:{key}"},
                {"measure": f"unrated:{key}"},
            ):
                answer = await hidden.reader.get(f"/{name}/aggregate", **params)
                assert answer.status_code == 422, f"{name}.{key} {params}"
                assert answer.json()["errors"][0]["code"] == "unknown_field", f"{name}.{key} {params}: {answer.text}"
            answer = await hidden.reader.api.patch(f"/api/v1/{name}/{id_}", json={key: None})
            assert answer.status_code in (403, 422), f"{name}.{key}"
            if answer.status_code == 422:
                assert answer.json()["errors"][0]["code"] in ("unknown_field", "read_only"), f"{name}.{key}"
