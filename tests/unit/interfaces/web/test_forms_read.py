"""What forms and addresses say, as values: links that were typed and not chosen, texts that fill nothing."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from kundig.engine.extension import choice, field
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields import TYPES
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.filter_values import carried
from kundig.interfaces.web.widgets.addressed import addressed
from kundig.interfaces.web.widgets.filling import fill
from kundig.interfaces.web.widgets.reading import read

ZONE = ZoneInfo("Europe/Berlin")
HOT = choice("hot", "Hot", "Heiß")


def bound(type_name: str, **options) -> BoundField:
    type_ = TYPES[type_name]
    definition = field("value", type_name, "Value", "Wert", **options)
    return BoundField(definition, type_, msgspec.convert(options, type_.Options), "thing", "value")


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({"value": ["1"], "value.label": ["Hofmann"]}, "1"),
        ({"value": [""], "value.label": ["Hofm"]}, {"label": "Hofm"}),
        ({"value": [""], "value.label": [" "]}, None),
    ],
)
def test_a_link_is_what_was_chosen(form, wanted) -> None:
    assert read(bound("link", target="account"), form, "de", ZONE) == wanted


def test_among_several_links_what_was_only_typed_is_not_lost() -> None:
    form = {"value": ["1"], "value.object": ["account"], "value.q": ["Hofm"]}
    assert read(bound("links", target="account"), form, "de", ZONE) == ["1", {"label": "Hofm"}]
    assert read(bound("link_any"), form, "de", ZONE) == [{"object": "account", "id": "1"}, {"label": "Hofm"}]


@pytest.mark.parametrize(
    ("type_name", "text", "wanted"),
    [
        ("datetime", "foo", None),
        ("datetime", "0001-01-01T00:00:00Z", None),
        ("datetime", "2031-03-04T09:00+01:00", "2031-03-04T09:00+01:00"),
        ("money", "1e99999999", None),
        ("money", "12.50", {"amount": "12.50"}),
        ("number", "many", None),
        ("number", "12", 12),
        ("boolean", "0", False),
        ("address", "Esslingen", None),
        ("recurrence", "sometimes", None),
        ("tags", "new", ["new"]),
        ("text", " Hofmann ", "Hofmann"),
        ("rich_text", '<p hx-post="/trash" hx-trigger="load">Moin</p><script>x</script>', "<p>Moin</p>"),
    ],
)
def test_an_address_fills_a_form_with_what_can_be_read(type_name: str, text: str, wanted) -> None:
    found = addressed(bound(type_name), text)
    assert found == wanted
    fill(bound(type_name), found, formats("de", "America/New_York"))


@pytest.mark.parametrize(
    "type_name", sorted(TYPES.keys() - {"link", "links", "link_any", "user", "team", "formula", "rollup", "pipeline"})
)
def test_no_text_in_an_address_breaks_a_form(type_name: str) -> None:
    options = {"choices": (HOT,)} if type_name in ("choice", "choices") else {}
    for text in ("foo", "-1", "9" * 40, "{}", "hot", ""):
        one = bound(type_name, **options)
        fill(one, addressed(one, text), formats("de", "Europe/Berlin"))


GIVEN = {"field": ["other"], "was": ["one"], "op": ["is"], "value": ["x"], "fresh": ["1"]}


def test_an_operator_stays_among_fields_of_one_kind_only() -> None:
    assert carried(GIVEN, bound("text"), bound("text")) == GIVEN
    assert carried(GIVEN, bound("number"), bound("text")) == {"field": ["other"], "value": ["x"], "fresh": ["1"]}
    assert carried(GIVEN, bound("boolean"), bound("text")) == {"field": ["other"], "fresh": ["1"]}
    assert carried(GIVEN, bound("link", target="account"), bound("link", target="contact")) == {
        "field": ["other"], "op": ["is"], "fresh": ["1"],
    }  # fmt: skip
    assert carried(GIVEN, None, bound("text")) == {"field": ["other"], "fresh": ["1"]}
