"""What the shipped modules describe: sound, complete, in both languages."""

from typing import Any

import msgspec
import pytest

from kundig.engine.extension import Module
from kundig.engine.schema.definitions import Definitions, define
from kundig.engine.schema.model import Model, build_model
from kundig.modules import SHIPPED
from kundig.services.identity.module import MODULE as IDENTITY


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return define([IDENTITY, *SHIPPED])


@pytest.fixture(scope="module")
def model(definitions: Definitions) -> Model:
    return build_model(definitions, "test", 1)


def labels(value: Any, place: str) -> list[tuple[str, Any]]:
    """Every label in a definition, with its place."""
    if isinstance(value, dict):
        own = [(place, value)] if "en" in value or "de" in value else []
        return own + [found for key, item in value.items() for found in labels(item, f"{place}.{key}")]
    if isinstance(value, list | tuple):
        return [found for number, item in enumerate(value) for found in labels(item, f"{place}[{number}]")]
    return []


@pytest.mark.parametrize("module", SHIPPED, ids=lambda module: module.name)
def test_every_label_is_there_in_both_languages(module: Module) -> None:
    parts = (module.objects, module.extends, module.pipelines, module.layouts, module.views, module.roles)
    found = labels(msgspec.to_builtins([module.label, *parts]), module.name)
    found += [(action.name, action.label) for action in module.actions]
    assert len(found) > 10
    missing = [place for place, label in found if not (label.get("de") and label.get("en"))]
    assert not missing


def test_a_module_needs_only_modules_before_it() -> None:
    names = [module.name for module in SHIPPED]
    assert all(set(module.requires) <= set(names[:place]) for place, module in enumerate(SHIPPED))


def test_layouts_and_views_name_fields_that_exist(model: Model) -> None:
    for layout in model.layouts.values():
        named = [*layout.facts, *(name for section in layout.sections for name in section.fields)]
        for name in named:
            model.field_at(layout.object, name)
        for path in layout.related:
            child, _, link = path.partition(".")
            assert model.objects[child].fields[link].target == layout.object, path
    for view in model.views.values():
        for name in (*view.columns, *([view.group] if view.group else []), *([view.order.lstrip("-")] if view.order else [])):
            model.field_at(view.object, name)


def test_every_object_has_one_default_view_at_most(definitions: Definitions) -> None:
    defaults = [view.object for view in definitions.views.values() if view.default]
    assert len(defaults) == len(set(defaults))
    shown = {name for name, object_ in definitions.objects.items() if object_.navigation is not None and not object_.system}
    assert shown <= set(defaults)


def test_roles_of_all_modules_add_up(definitions: Definitions) -> None:
    assert set(definitions.roles) >= {"sales_manager", "sales_representative", "service_agent"}
    representative = definitions.roles["sales_representative"].objects
    assert {"account", "contact", "task", "lead", "opportunity", "opportunity_line", "ticket", "product"} <= set(representative)
    assert representative["account"].read == "team"
    assert not representative["account"].export
    assert "opportunity" not in definitions.roles["service_agent"].objects


def test_the_child_owns_the_figures(model: Model) -> None:
    figures = {"open_opportunities", "won_revenue", "open_tickets", "last_activity_at", "next_activity_at"}
    for name in ("account", "contact"):
        assert figures <= set(model.objects[name].fields)
        assert not figures & {field.name for module in SHIPPED[:1] for object_ in module.objects for field in object_.fields}


def test_stages_are_those_of_the_contract(model: Model) -> None:
    stages = {stage.key: (stage.probability, stage.status) for stage in model.pipelines["sales"].stages}
    assert stages["won"] == (100, "won")
    assert stages["lost"] == (0, "lost")
    closed = {stage.key for stage in model.pipelines["ticket"].stages if stage.status == "won"}
    assert closed == {"resolved", "closed"}
    assert model.pipelines["sales"].stages[-1].required == ("lost_reason",)
