"""Definitions: merging of modules and documents, and what is refused by name."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import msgspec
import pytest

import kundig
from kundig.engine.extension import (
    Action,
    Extension,
    Forbid,
    Grant,
    Layout,
    Module,
    Object,
    Pipeline,
    Role,
    Section,
    SharingRule,
    Stage,
    View,
    choice,
    field,
)
from kundig.engine.schema.definitions import Document, Misfit, define
from kundig.engine.schema.model import build_model

BOTH = {"en": "x", "de": "x"}


def object_(name="thing", *fields, **rest):
    return Object(name=name, label=BOTH, label_plural=BOTH, fields=fields or (NAME,), **rest)


def named(name, type_="text", **rest):
    return field(name, type_, "x", "x", **rest)


NAME = named("name")


async def nothing(*_):
    return {}


def act(name):
    return Action("thing", name, BOTH, msgspec.Struct, nothing)


def module(*objects, name="sample", **rest):
    return Module(name=name, label=BOTH, objects=objects, **rest)


def build(*modules, documents=()):
    return build_model(define(modules, documents), "ws", 1)


def faults(*modules, documents=()):
    with pytest.raises(Misfit) as misfit:
        build(*modules, documents=documents)
    return [(fault.source, fault.place, str(fault.text)) for fault in misfit.value.faults]


BAD_NAMES = [
    'x"; drop table y;--', "x'; drop table y;--", "a" * 41, "ä", "nаme", "Name", "1st", "_x", "x_", "a__b", "a-b", "a b", "", "a.b",
    "a\nb", "a\0b", "{ws}", "%(x)s", "select;", "ＮＡＭＥ",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_names_are_refused_everywhere(name):
    assert any(name[:100] in text for _, _, text in faults(module(object_(name))))
    assert any(name[:100] in text for _, _, text in faults(module(object_("thing", NAME, named(name)))))
    assert any(
        name[:100] in text
        for _, _, text in faults(module(object_("thing", NAME, named("c", "choice", choices=[choice(name, "x", "x")]))))
    )
    assert faults(documents=[Document("object", name, msgspec.to_builtins(object_(name)))])


@pytest.mark.parametrize(
    "options", [{"prefix": "x'; drop table y;--"}, {"prefix": ":x"}, {"prefix": "{ws}"}, {"digits": 0}, {"digits": 99}]
)
def test_options_that_reach_ddl_are_checked(options):
    assert "options" in str(faults(module(object_("thing", NAME, named("number", "autonumber", **options)))))


@pytest.mark.parametrize("name", ["select", "table", "user_", "order", "group", "from"])
def test_reserved_words_of_sql_are_quoted_not_refused(name):
    if name.endswith("_"):
        assert faults(module(object_(name)))
    else:
        table = build(module(object_(name, NAME, named(name)))).objects[name].table
        assert table.c[name] is not None


@pytest.mark.parametrize(
    ("own", "order"),
    [
        ([], "abc"),
        (["b"], "abc"),
        (["c", "b", "a"], "cba"),
        (["c", "a"], "cba"),
        (["x", "y"], "abcxy"),
        (["b", "x"], "abcx"),
        (["a", "x", "y", "b", "c", "z"], "axybcz"),
        (["b", "x", "a"], "bxac"),
    ],
)
def test_what_a_document_names_stands_in_its_order(own, order):
    default = Pipeline(
        name="p", object="thing", field="stage", label=BOTH, stages=tuple(Stage(key=key, label=BOTH) for key in "abc")
    )
    document = Document("pipeline", "p", {"stages": [{"key": key, "label": BOTH} for key in own]})
    found = build(module(object_("thing", NAME, named("stage", "pipeline")), pipelines=(default,)), documents=[document])
    assert "".join(stage.key for stage in found.pipelines["p"].stages) == order


TABLES = sorted(
    name
    for path in Path(kundig.__file__).parent.rglob("sql/*.sql")
    for name in re.findall(r"create table \{ws\}\.(\w+)", path.read_text())
)


@pytest.mark.parametrize(
    "name", [*TABLES, "search", "meta", "imports", "me", "thing_rollup", "change_2026_11", "change_entry_2026_11"]
)
def test_reserved_objects(name):
    assert "reserved" in str(faults(module(object_(name))))


@pytest.mark.parametrize("name", ["change_2026", "comments_of_ours", "stages"])
def test_names_near_reserved_ones_are_free(name):
    assert name in build(module(object_(name))).objects


def test_a_standard_field_may_get_another_label():
    people = object_("user", NAME)
    model = build(module(people, object_("thing", NAME, field("owner", "user", "Driver", "Fahrer"))))
    assert model.objects["thing"].fields["owner"].definition.label["de"] == "Fahrer"


@pytest.mark.parametrize("name", ["id", "object", "label", "audience", "deleted_at", "owner_id", "external_ids"])
def test_reserved_fields(name):
    assert "reserved" in str(faults(module(object_("thing", NAME, named(name)))))


FAULTY = {
    "no field type": module(object_("thing", NAME, named("a", "colour"))),
    "options": module(object_("thing", NAME, named("a", "text", max_lenght=3))),
    "Object contains unknown": module(object_("thing", NAME, named("a", "link", target="thing", where="x"))),
    'links to "nothing"': module(object_("thing", NAME, named("a", "link", target="nothing"))),
    "has no pipeline": module(object_("thing", NAME, named("a", "pipeline"))),
    "twice": module(object_("thing", NAME, NAME)),
    "label in every language": module(object_("thing", field("name", "text", "x", ""))),
    "needs a parent": module(object_("thing", storage="owned")),
    "belong to itself": module(object_("thing", NAME, named("up", "link", target="thing"), storage="owned", parent="up")),
    '"missing", which does not exist': module(object_("thing", title="{missing}")),
    '"gone", which does not exist': module(object_("thing", any_required=(("gone",),))),
    "no link to this object": module(object_("thing", NAME, named("r", "rollup", child="thing.up"), named("up", "link", target="other")), object_("other")),
    "can't be added up": module(
        object_("thing", NAME, named("r", "rollup", child="part.thing", measure="sum", field="name")),
        object_("part", NAME, named("thing", "link", target="thing")),
    ),
    "needs a field for its currency": module(object_("thing", NAME, named("m", "money"), named("f", "formula", result="money", sql="{m}"))),
    'field "thing.missing"': module(object_("thing", NAME, named("f", "formula", result="text", sql="{missing}"))),
    'result in "choice"': module(object_("thing", NAME, named("f", "formula", result="choice", sql="{name}"))),
    'field "thing.g"': module(
        object_("thing", NAME, named("f", "formula", result="text", sql="{g}"), named("g", "formula", result="text", sql="{f}"))
    ),
    "an object that does not exist": module(object_(), extends=(Extension(object="other", fields=(NAME,)),)),
    "of this name already": module(object_(), extends=(Extension(object="thing", fields=(NAME,)),)),
    'It belongs to "thing.stage"': module(object_(), pipelines=(Pipeline(name="p", object="thing", field="stage", label=BOTH, stages=()),)),
    "stage to begin with": module(
        object_("thing", NAME, named("stage", "pipeline")),
        pipelines=(Pipeline(name="p", object="thing", field="stage", label=BOTH, stages=(Stage(key="won", label=BOTH, status="won"),)),),
    ),
    "comes with the pipeline": module(
        object_("thing", NAME, named("stage", "pipeline"), named("closed_at", "date")),
        pipelines=(Pipeline(name="p", object="thing", field="stage", label=BOTH, stages=(Stage(key="a", label=BOTH),)),),
    ),
    'field "thing.x"': module(object_(), layouts=(Layout(name="l", object="thing", facts=("x",)),)),
    'field "thing.y"': module(object_(), views=(View(name="v", object="thing", label=BOTH, columns=("y",)),)),
    'object "zebra"': module(object_(), roles=(Role(name="r", label=BOTH, objects={"zebra": Grant()}),)),
    "Only texts of one or several lines": module(object_("thing", NAME, named("n", "number", translated=True))),
    "is translated can't be unique": module(object_("thing", NAME, named("a", translated=True, unique=True))),
    "part of the records' name": module(object_("thing", named("name", translated=True))),
    "only its label": module(object_("thing", NAME, named("version", "text"))),
    "only its label can": module(object_("thing", NAME, named("owner", "user", required=True))),
    "The action is there twice": module(object_(), actions=(act("go"), act("go"))),
    '"Go now" is no proper name': module(object_(), actions=(act("Go now"),)),
    '"a/b" is no proper name': module(object_(), roles=(Role(name="a/b", label=BOTH),)),
    '"?" is no proper name': module(object_(), views=(View(name="?", object="thing", label=BOTH),)),
    'object "yak"': module(object_(), roles=(Role(name="r", label=BOTH, forbids=(Forbid("yak", {}),)),)),
}  # fmt: skip


@pytest.mark.parametrize("said", list(FAULTY))
def test_what_does_not_fit_is_named(said):
    found = faults(FAULTY[said])
    assert any(said in text for _, _, text in found), found
    assert all(source == "module sample" for source, _, _ in found)


def test_all_faults_are_named_at_once():
    found = faults(module(object_("thing", NAME, named("A"), named("b", "colour"), named("c", "link", target="nothing"))))
    assert {place for _, place, _ in found} >= {"thing.A", "thing.b"}


def test_modules_extend_each_other():
    extension = Extension(object="thing", fields=(named("extra"),))
    model = build(module(object_()), module(name="other", extends=(extension,)))
    assert "extra" in model.objects["thing"].fields


def test_modules_add_up_roles_and_layouts():
    first = module(
        object_("thing"),
        roles=(Role(name="r", label=BOTH, objects={"thing": Grant(read="all")}, rights=("manage_data",)),),
        layouts=(Layout(name="thing", object="thing", facts=("name",), sections=(Section(BOTH, ("name",)),)),),
    )
    second = module(
        object_("part"),
        name="other",
        roles=(Role(name="r", label=BOTH, objects={"part": Grant(read="own")}),),
        layouts=(Layout(name="thing", object="thing", facts=("owner", "name")),),
    )
    definitions = define([first, second])
    role, layout = definitions.roles["r"], definitions.layouts["thing.thing"]
    assert (set(role.objects), role.rights) == ({"thing", "part"}, ("manage_data",))
    assert (layout.facts, len(layout.sections)) == (("name", "owner"), 1)


def test_a_document_changes_what_it_names_and_nothing_else():
    kind = named("kind", "choice", choices=[choice("a", "A", "A"), choice("b", "B", "B")])
    body = {
        "label": {"de": "Ding"},
        "fields": [
            {"name": "kind", "hidden": True, "options": {"choices": [{"key": "b", "retired": True}]}},
            {"name": "own", "type": "number", "label": BOTH},
        ],
    }
    model = build(module(object_("thing", NAME, kind)), documents=[Document("object", "thing", body)])
    thing = model.objects["thing"]
    assert thing.definition.label == {"en": "x", "de": "Ding"}
    assert list(thing.fields)[:2] == ["name", "own"]
    assert "kind" in thing.table.c, "a hidden field keeps its column and its data"
    hidden = next(f for f in thing.definition.fields if f.name == "kind")
    assert [(c["key"], c.get("retired", False)) for c in hidden.options["choices"]] == [("a", False), ("b", True)]


def test_a_filter_of_a_document_stands_alone():
    """Not joined with the module's, key by key, which would mean a third one."""
    role = Role(name="r", label=BOTH, objects={"thing": Grant(where={"all": [{"field": "name", "op": "is", "value": "a"}]})})
    own = {"any": [{"field": "name", "op": "is", "value": "b"}]}
    parts = module(object_(), roles=(role,))
    made = build(parts, documents=[Document("role", "r", {"objects": {"thing": {"where": own}}})])
    assert made.roles["r"].objects["thing"].where == own
    none = build(parts, documents=[Document("role", "r", {"objects": {"thing": {"where": None}}})])
    assert none.roles["r"].objects["thing"].where is None


def test_a_document_makes_an_object():
    body = msgspec.to_builtins(object_("rental", NAME, named("until", "date")))
    model = build(module(object_()), documents=[Document("object", "rental", body)])
    assert model.objects["rental"].fields["until"].type.name == "date"


def test_documents_may_not_hold_sql():
    formula = {"name": "f", "type": "formula", "label": BOTH, "options": {"result": "text", "sql": "1); drop table x;--"}}
    body = {**msgspec.to_builtins(object_("rental")), "fields": [msgspec.to_builtins(NAME), formula]}
    found = faults(documents=[Document("object", "rental", body)])
    assert [(source, place) for source, place, _ in found] == [("document object rental", "rental.f")]
    extension = {"object": "thing", "fields": [formula]}
    assert "only be defined by a module" in str(faults(module(object_()), documents=[Document("extension", "e", extension)]))


def test_a_document_may_not_change_a_modules_formula():
    thing = object_("thing", NAME, named("f", "formula", result="text", sql="{name}"))
    body = {"fields": [{"name": "f", "options": {"sql": "pg_sleep(1)::text"}}]}
    assert "only be changed by a module" in str(faults(module(thing), documents=[Document("object", "thing", body)]))
    relabelled = build(module(thing), documents=[Document("object", "thing", {"fields": [{"name": "f", "label": {"de": "Neu"}}]})])
    assert relabelled.objects["thing"].fields["f"].definition.label["de"] == "Neu"


@pytest.mark.parametrize(
    "document",
    [
        Document("objekt", "x", {}),
        Document("object", "rental", {"name": "rental"}),
        Document("object", "thing", {"fields": [{"name": "name", "requird": True}]}),
        Document("object", "rental", {"name": "other", "label": BOTH, "label_plural": BOTH}),
        Document("rule", "r", msgspec.to_builtins(SharingRule(name="r", label=BOTH, object="zebra", where={}, to=("role:x",)))),
        Document("extension", "e", {"object": "zebra", "fields": []}),
    ],
    ids=str,
)
def test_bad_documents_are_named(document):
    found = faults(module(object_()), documents=[document])
    assert all(source == f"document {document.kind} {document.name}" for source, _, _ in found), found


def test_the_shipped_modules_fit():
    names = ("contacts", "activities", "sales", "service")
    modules = [importlib.import_module(f"kundig.modules.{name}").MODULE for name in names]
    people = (object_("user", NAME, system=True), object_("team", NAME, system=True))
    model = build(module(*people, name="identity"), *modules)
    assert {"account", "contact", "opportunity", "ticket", "task"} <= set(model.objects)
