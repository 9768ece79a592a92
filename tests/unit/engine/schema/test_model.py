"""The model: standard and derived fields, paths, children, tables, indexes."""

from __future__ import annotations

import pytest

from kundig.engine.extension import Module, Object, Pipeline, Stage, View, field
from kundig.engine.schema.definitions import define
from kundig.engine.schema.model import Model, UnknownField, build_model
from kundig.engine.schema.standard import STANDARD_NAMES

BOTH = {"en": "x", "de": "x"}
STAGES = (Stage(key="a", label=BOTH), Stage(key="b", label=BOTH, status="won"))


def named(name, type_="text", **rest):
    return field(name, type_, "x", "x", **rest)


def object_(name, *fields, **rest):
    return Object(name=name, label=BOTH, label_plural=BOTH, fields=(named("name", main=True), *fields), **rest)


def pipeline(name, object_, field_="stage", stages=STAGES):
    return Pipeline(name=name, object=object_, field=field_, label=BOTH, stages=stages)


OBJECTS = (
    object_("user", named("email"), system=True),
    object_("team", system=True),
    object_(
        "account",
        named("parent", "link", target="account"),
        named("address", "address"),
        named("revenue", "money"),
        named("sku", unique=True),
        named("domains", "domains", unique=True),
        tree="parent",
    ),
    object_("contact", named("account", "link", target="account"), named("friends", "links", target="contact")),
    object_("deal", named("account", "link", target="account"), named("stage", "pipeline", pipeline="second")),
    object_("ticket", named("status", "pipeline")),
)
PIPELINES = (
    pipeline("first", "deal"),
    pipeline("second", "deal", stages=(*STAGES, Stage(key="c", label=BOTH))),
    pipeline("ticket", "ticket", "status"),
)


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(define([Module(name="m", label=BOTH, objects=OBJECTS, pipelines=PIPELINES)]), "ws_x", 7)


def test_every_object_has_the_standard_fields(model):
    for object_ in model.objects.values():
        assert set(object_.fields) >= STANDARD_NAMES
    fields = model.objects["contact"].fields
    assert fields["owner"].column == "owner_id"
    assert [name for name in STANDARD_NAMES if not fields[name].read_only] in (["owner", "team"], ["team", "owner"])
    assert fields["version"].definition.read_only


def test_without_users_there_are_no_user_fields():
    alone = build_model(define([Module(name="m", label=BOTH, objects=(object_("thing"),))]), "ws", 1)
    assert "owner" not in alone.objects["thing"].fields
    assert "owner_id" in alone.objects["thing"].table.c


@pytest.mark.parametrize(
    ("path", "links", "column"),
    [
        ("name", [], "name"),
        ("account", [], "account"),
        ("account.name", ["account"], "name"),
        ("account.parent.name", ["account", "parent"], "name"),
        ("account.parent.parent.owner.email", ["account", "parent", "parent", "owner"], "email"),
        ("owner.email", ["owner"], "email"),
        ("created_by.name", ["created_by"], "name"),
        ("account.address.city", ["account"], "address__city"),
        ("account.revenue.currency", ["account"], "revenue__currency"),
        ("id", [], "id"),
        ("label", [], "label"),
        ("account.id", ["account"], "id"),
    ],
)
def test_paths(model, path, links, column):
    found = model.field_at("contact", path)
    assert [link.name for link in found.links] == links
    assert found.field.column == column
    assert found.name == path


@pytest.mark.parametrize(
    "path",
    ["", "nonsense", "account.nonsense", "name.nonsense", "account.", ".name", "friends.name", "account..name", "id.name", "object",
     "account.address.planet", "account.revenue.base", "owner_id", "audience"],
)  # fmt: skip
def test_unknown_paths(model, path):
    with pytest.raises(UnknownField) as unknown:
        model.field_at("contact", path)
    assert [(error.field, error.code) for error in unknown.value.errors] == [(path, "unknown_field")]


def test_hidden_fields_are_unknown(model):
    def hidden(object_: str) -> frozenset[str] | None:
        return {"account": frozenset({"revenue"}), "user": None}.get(object_, frozenset())

    assert model.field_at("contact", "account.name", hidden).field.name == "name"
    for path in ("account.revenue", "account.revenue.currency", "owner.email"):
        with pytest.raises(UnknownField):
            model.field_at("contact", path, hidden)


def test_children(model):
    assert {child.path for child in model.objects["account"].children} == {"account.parent", "contact.account", "deal.account"}


def test_what_comes_with_a_pipeline(model):
    fields = model.objects["ticket"].fields
    assert {"status", "status_category", "status_changed_at", "status_history", "closed_at"} <= set(fields)
    assert "status_pipeline" not in fields
    assert [c.key for c in fields["status"].choices] == ["a", "b"]
    assert [c.key for c in fields["status_category"].choices] == ["open", "won", "lost"]
    assert fields["status_category"].read_only
    assert fields["status_category"].column == "status__status"
    assert [f.name for f in model.objects["ticket"].pipelines] == ["status"]


def test_several_pipelines_are_chosen_per_record(model):
    fields = model.objects["deal"].fields
    assert [p.name for p in fields["stage"].pipelines] == ["second", "first"]
    assert [c.key for c in fields["stage"].choices] == ["a", "b", "c"]
    assert [c.key for c in fields["stage_pipeline"].choices] == ["second", "first"]
    assert not fields["stage_pipeline"].read_only
    assert fields["status"].read_only


def test_tables_have_keys_and_indexes(model):
    contact = model.objects["contact"].table
    assert {key.target_fullname for key in contact.c.account.foreign_keys} == {"{ws}.account.id"}
    assert not contact.c.created_by.foreign_keys, "who created a record need not be a user"
    unique = [index for index in model.objects["account"].indexes if index.unique]
    assert [index.name for index in unique] == ["account__sku__key"], "domains are unique one by one, in contact_point"
    names = {index.name for index in model.objects["account"].indexes}
    assert {"account__name__ix", "account__name_grams__ix", "account__parent__ix", "account__audience__ix"} <= names
    assert "account__revenue__ix" not in names, "figures that are not on the layout have no index"


def test_roll_ups_have_an_index_where_a_list_begins_its_order_with_them():
    count, last, next_ = (named(name, "rollup", **options) for name, options in (
        ("count", {"child": "deal.firm"}), ("last", {"timeline": "last"}), ("next", {"timeline": "next"}),
    ))  # fmt: skip
    objects = (object_("firm", count, last, next_), object_("deal", named("firm", "link", target="firm")))
    views = tuple(
        View(name=f"v{n}", object="firm", label=BOTH, order=order) for n, order in enumerate(("-last,name", "name,next", "count"))
    )
    firm = build_model(define([Module(name="m", label=BOTH, objects=objects, views=views)]), "ws", 1).objects["firm"]
    assert [str(index.name) for index in firm.rollups.indexes] == ["firm__last__ix"], (
        "a count is never empty, so none could be used"
    )


def test_long_names_are_shortened():
    long = "n" * 40
    objects = (object_(long, named(long, "links", target=long)),)
    model = build_model(define([Module(name="m", label=BOTH, objects=objects)]), "ws", 1)
    names = [t.name for t in model.metadata.tables.values()]
    names += [str(index.name) for index in model.objects[long].indexes]
    names += [str(index.name) for index in model.objects[long].side_tables[long].indexes]
    names += [str(key.name) for t in model.metadata.tables.values() for key in t.foreign_key_constraints if key.name]
    assert max(map(len, names)) <= 63
    assert len(names) == len(set(names))
