"""The description: valid, of the model as the reader may know it, and nothing of what they may not."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest
from openapi_spec_validator import validate

from kundig.base.context import SYSTEM, Context, Workspace
from kundig.engine.extension import Action, Choice, Module, Object, Period, field
from kundig.engine.policy.resolve import system_access
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.definitions import define
from kundig.engine.schema.fields import TYPES
from kundig.engine.schema.model import build_model
from kundig.interfaces.api.docs import Look, docs_page
from kundig.interfaces.api.meta import describe_objects
from kundig.interfaces.api.openapi import Documents, describe

CHOICES = (
    Choice("a", {"en": "A", "de": "A"}),
    Choice("b", {"en": "B", "de": "Bé"}),
    Choice("c", {"en": "C", "de": "C"}, retired=True),
)
OPTIONS = {"choice": {"choices": CHOICES}, "choices": {"choices": CHOICES}, "link": {"target": "boat"}, "links": {"target": "boat"}}
BY_BINDING = {"pipeline", "formula", "rollup"}  # these need more than options; the shipped modules have them


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    port: str
    crew: list[str] = []


async def _sail(scope: Scope, id_: object, body: object) -> dict[str, object]:
    return {}


SAIL = Action("boat", "sail", {"en": "Sail", "de": "Segeln"}, _Body, _sail)


def _object(name: str, **rest: object) -> Object:
    label = {"en": name.title(), "de": name.upper()}
    return Object(name=name, label=label, label_plural=label, **rest)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scope() -> Scope:
    fields = [field("name", "text", "Name", "Name", required=True, unique=True)]
    fields += [field(f"f_{name}", name, name, name, **OPTIONS.get(name, {})) for name in TYPES if name not in BY_BINDING]
    people = (_object("user", system=True, fields=fields[:1]), _object("team", system=True, fields=fields[:1]))
    module = Module(
        name="boats",
        label={"en": "Boats", "de": "Boote"},
        objects=(*people, _object("boat", fields=tuple(fields), period=Period("f_datetime"))),
        actions=(SAIL,),
    )
    model = build_model(define([module]), "ws_x", 1)
    return Scope(Context(None, Workspace("x", "ws_x"), SYSTEM, "api", language="de"), model, system_access(model))  # type: ignore[arg-type]


def test_every_type_of_field_has_a_valid_schema(scope: Scope) -> None:
    document = json.loads(Documents().text(scope))
    validate(document)
    shown = document["components"]["schemas"]["boat"]["properties"]
    given = document["components"]["schemas"]["boat_input"]["properties"]
    assert {f"f_{name}" for name in TYPES if name not in BY_BINDING} <= set(shown)
    assert shown["f_choice"]["anyOf"][0]["enum"] == ["a", "b", "c"]
    assert shown["f_number"]["type"] == ["number", "null"]
    assert shown["f_boolean"]["type"] == "boolean"
    assert "created_at" in shown
    assert "created_at" not in given


def test_actions_are_described_with_their_body(scope: Scope) -> None:
    operation = describe(scope)["paths"]["/boat/{id}/actions/sail"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("boat_sail__Body")


def test_what_the_reader_may_not_know_is_not_described(scope: Scope) -> None:
    rights = replace(
        scope.access.objects["boat"], hidden=frozenset({"f_money"}), create=False, edit="none", delete="none", export=False
    )
    narrow = replace(scope, access=replace(scope.access, objects={"boat": rights}, shape="narrow"))
    document = describe(narrow)
    validate(document)
    assert "f_money" not in json.dumps(document)
    assert "user" not in document["components"]["schemas"]
    assert set(document["paths"]["/boat"]) == {"get"}
    assert set(document["paths"]["/boat/{id}"]) == {"get"}
    assert "/boat/export" not in document["paths"]
    (boat,) = describe_objects(narrow)
    assert "f_money" not in {f["name"] for f in boat["fields"]}


def test_documents_are_made_once_per_model_and_rights(scope: Scope) -> None:
    documents = Documents()
    assert documents.text(scope) is documents.text(scope)
    other = replace(scope, model=replace(scope.model, version=2))
    assert documents.text(other) is not documents.text(scope)
    rights = {name: replace(found, export=False) for name, found in scope.access.objects.items()}
    assert "/boat/export" not in documents.text(replace(scope, access=replace(scope.access, objects=rights)))


def test_the_model_in_the_readers_language(scope: Scope) -> None:
    boat = next(o for o in describe_objects(scope) if o["name"] == "boat")
    fields = {f["name"]: f for f in boat["fields"]}
    assert (boat["label"], boat["label_plural"]) == ("BOAT", "BOAT")
    assert fields["f_choice"]["choices"] == [{"key": "a", "label": "A"}, {"key": "b", "label": "Bé"}]
    assert fields["name"] == {"name": "name", "label": "Name", "type": "text", "required": True, "unique": True, "read_only": False}
    assert fields["f_link"]["target"] == "boat"
    assert fields["created_at"]["read_only"] is True
    assert not {"id", "label", "object", "external_ids"} & set(fields)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_shows_all_of_it_without_a_script(scope: Scope, language: str) -> None:
    page = docs_page(Documents().text(scope), language)
    assert f'lang="{language}"' in page
    for part in ("/boat/{id}", "f_money", 'id="problem-stale"', "POST"):
        assert part in page, part
    assert "<script" not in page
    assert " style=" not in page
    assert "http://" not in page.replace("http://127", "")


def test_the_page_speaks_the_readers_language(scope: Scope) -> None:
    look = Look(theme="dark", styles="/static/app.css", labels={"boat": "Boote", "boat.name": "Bootsname"})
    page = docs_page(Documents().text(scope), "de", look)
    for part in ("Datensätze auflisten", ">Boote <", "Bootsname", 'class="dark"', 'href="/static/app.css"', "Ein Filter als JSON."):
        assert part in page, part
    assert "List records" not in page
    assert "List records" in docs_page(Documents().text(scope), "en", look)
