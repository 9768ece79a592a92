"""One contract for all field types: what is written comes back, in a database, by the type's own SQL."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from tests.integration.engine.schema.sample import THING

from kundig.base.uuid7 import uuid7
from kundig.engine.schema.fields import TYPES
from kundig.engine.schema.fields.contract import Reference, Refused
from kundig.engine.schema.fields.dates import parse_instant
from kundig.engine.schema.kinds import Kind

UNKNOWN = "00000000-0000-7000-8000-000000000001"

# Field → (what is sent, what reads back)
GOOD: list[tuple[str, object, object]] = [
    ("name", "  Žluťoučký\nkůň 🚀 ", "Žluťoučký kůň 🚀"),
    ("name", "Mu\u0308ller", "Müller"),
    ("name", "   ", None),
    ("long", "a\r\nb\n", "a\nb\n"),
    ("long", "  ", None),
    ("rich", "<p>eins <strong>zwei</strong></p>", "<p>eins <strong>zwei</strong></p>"),
    ("rich", "<p> </p><script>x</script>", None),
    ("slogan", {"de": " Grüezi ", "en": "Hello"}, {"de": "Grüezi", "en": "Hello"}),
    ("slogan", {"en": "Hello", "de": None}, {"en": "Hello"}),
    ("slogan", {"en": " "}, None),
    ("slogan", {}, None),
    ("story", {"de": "a\r\nb"}, {"de": "a\nb"}),
    ("number", 1250, 1250),
    ("number", 0, 0),
    ("number", -3.25, -3.25),
    ("number", 1250.0, 1250),
    ("exact", "2.125", "2.125"),
    ("exact", "12.50", "12.50"),
    ("exact", "1.5000", "1.500"),
    ("exact", 3, "3"),
    ("exact", "-0.0", "0.0"),
    ("percent", "12.50", "12.50"),
    ("percent", "100", "100"),
    ("money", {"amount": "1234.50", "currency": "EUR"}, {"amount": "1234.50", "currency": "EUR"}),
    ("money", {"amount": "1234.500", "currency": "EUR"}, {"amount": "1234.50", "currency": "EUR"}),
    ("money", {"amount": "01234.5"}, {"amount": "1234.50", "currency": "EUR"}),
    ("money", {"amount": "1500", "currency": "JPY"}, {"amount": "1500", "currency": "JPY"}),
    ("money", {"amount": "-17.99", "currency": "USD"}, {"amount": "-17.99", "currency": "USD"}),
    ("money", {"amount": "99999999999.99", "currency": None}, {"amount": "99999999999.99", "currency": "EUR"}),
    ("yes", True, True),
    ("day", "1898-03-01", "1898-03-01"),
    ("day", "2024-02-29", "2024-02-29"),
    ("instant", "2026-11-23T10:15:30Z", "2026-11-23T10:15:30.000000Z"),
    ("instant", "2026-11-23T10:15:30.250+01:00", "2026-11-23T09:15:30.250000Z"),
    ("instant", "2026-03-29t02:30:00-05:00", "2026-03-29T07:30:00.000000Z"),
    ("duration", 905, 905),
    ("again", "rrule:freq=weekly;byday=we,mo", "FREQ=WEEKLY;BYDAY=MO,WE"),
    ("again", "", None),
    ("choice", "green", "green"),
    ("choices", ["green", "red", "green"], ["green", "red"]),
    ("tags", ["vip", " messe  2026 ", "vip", ""], ["vip", "messe 2026"]),
    ("stage", "done", "done"),
    ("emails", "  Anna.Meier@Example.COM ", [{"value": "anna.meier@example.com", "label": None}]),
    ("emails", ["a@x.de", {"value": "A@x.de", "label": "work"}], [{"value": "a@x.de", "label": None}]),
    ("emails", {"value": "a@x.local", "label": "work"}, [{"value": "a@x.local", "label": "work"}]),
    ("phones", ["089/12345678"], [{"value": "+498912345678", "label": None, "display": "089/12345678"}]),
    (
        "phones",
        [{"value": "+498912345678", "label": "x", "display": "089 1234 5678"}],
        [{"value": "+498912345678", "label": "x", "display": "089 1234 5678"}],
    ),
    (
        "phones",
        [{"value": "+498912345678", "display": "nonsense"}],
        [{"value": "+498912345678", "label": None, "display": "+498912345678"}],
    ),
    ("domains", "WWW.Example.COM", ["example.com"]),
    ("domains", ["müller.de", "a.de", "A.de."], ["müller.de", "a.de"]),
    ("url", "https://www.example.com/pfad?a=1&b=ü#teil", "https://www.example.com/pfad?a=1&b=ü#teil"),
    (
        "address",
        {"city": "Wien", "country": "at"},
        {"street": None, "postcode": None, "city": "Wien", "state": None, "country": "AT"},
    ),
    ("address", {"city": " "}, None),
    ("file", None, None),
    ("stars", 5, 5),
    ("greeting", "Moin", "Moin"),
    ("data", {"a": [1, 2.5, None, {"b": "ü"}]}, {"a": [1, 2.5, None, {"b": "ü"}]}),
    ("data", [1, 2], [1, 2]),
    ("password", "geheim", None),
]

BAD: list[tuple[str, object]] = [
    ("name", 12),
    ("name", ["x"]),
    ("name", "a\0b"),
    ("name", "\ud800"),
    ("name", "x" * 501),
    ("long", {"text": "x"}),
    ("rich", 1),
    ("rich", "<b>" * 20_001),
    ("slogan", "Hello"),
    ("slogan", {"fr": "Bonjour"}),
    ("slogan", {"de": 1}),
    ("slogan", {"de": "x" * 501}),
    ("story", ["x"]),
    ("number", "12"),
    ("number", True),
    ("number", float("nan")),
    ("number", float("inf")),
    ("number", 10**15),
    ("number", -1001),
    ("exact", "1,5"),
    ("exact", "2.1251"),
    ("exact", "1e5"),
    ("exact", "NaN"),
    ("exact", "١٢"),
    ("percent", "101"),
    ("percent", "-1"),
    ("percent", "half"),
    ("money", "much"),
    ("money", "12.00"),
    ("money", {"currency": "EUR"}),
    ("money", {"amount": None}),
    ("money", {"amount": "abc", "currency": "EUR"}),
    ("money", {"amount": "1,50", "currency": "EUR"}),
    ("money", {"amount": "NaN", "currency": "EUR"}),
    ("money", {"amount": "1.005", "currency": "EUR"}),
    ("money", {"amount": "1.5", "currency": "JPY"}),
    ("money", {"amount": "1.00", "currency": "QQQ"}),
    ("money", {"amount": "1.00", "currency": "eur"}),
    ("money", {"amount": "1.00", "currency": "DEM"}),
    ("money", {"amount": "1.00", "currency": "EUR", "rate": "2"}),
    ("yes", "yes"),
    ("yes", 1),
    ("day", "31.12.2026"),
    ("day", "2026-02-30"),
    ("day", "2026-W01-1"),
    ("day", 20261231),
    ("instant", "tomorrow"),
    ("instant", "2026-11-23T10:00:00"),
    ("instant", "2026-11-23T25:00:00Z"),
    ("instant", "2026-11-23"),
    ("instant", "0001-01-01T00:00:00+14:00"),
    ("duration", -1),
    ("duration", 1.5),
    ("duration", "905"),
    ("choice", "blue"),
    ("choice", ["red"]),
    ("choice", "RED"),
    ("choices", "red"),
    ("choices", ["blue"]),
    ("tags", [1, 2]),
    ("tags", {"a": 1}),
    ("tags", "vip"),
    ("stage", "nowhere"),
    ("emails", ["no-at-sign.example.com"]),
    ("emails", ["two@@example.com"]),
    ("emails", ["a@"]),
    ("emails", ["a@b"]),
    ("emails", [12]),
    ("emails", 12),
    ("emails", [{"label": "work"}]),
    ("emails", ["a@x.de\r\nBcc: b@x.de"]),
    ("phones", ["call me"]),
    ("phones", ["0800 CALLNOW"]),
    ("phones", ["123456789012345678901234"]),
    ("domains", ["not a domain"]),
    ("domains", ["localhost"]),
    ("domains", ["a..de"]),
    ("url", "not a url"),
    ("url", "javascript:alert(1)"),
    ("url", "https://"),
    ("url", "//example.com"),
    ("url", 'https://example.com/"onmouseover='),
    ("again", "every Monday"),
    ("again", 7),
    ("address", "Berlin"),
    ("address", {"country": "Germany"}),
    ("address", {"country": "QQ"}),
    ("address", {"country": "EU"}),
    ("address", {"planet": "Mars"}),
    ("address", {"city": 12}),
    ("link", "not-an-id"),
    ("link", 12),
    ("link", {"id": UNKNOWN, "object": "part"}),
    ("links", UNKNOWN),
    ("links", [12]),
    ("links", ["no-id"]),
    ("anything", "x"),
    ("anything", [UNKNOWN]),
    ("anything", [{"object": "thing"}]),
    ("anything", [{"object": "starship", "id": UNKNOWN}]),
    ("anything", [{"object": "part", "id": UNKNOWN}]),
    ("person", "me-not"),
    ("group", 1),
    ("file", UNKNOWN),
    ("image", UNKNOWN),
    ("stars", 0),
    ("stars", 6),
    ("stars", 1.5),
    ("code", "T-1"),
    ("half", {"amount": "1.00"}),
    ("greeting", 12),
    ("parts_total", {"amount": "1.00"}),
    ("parts_count", 1),
    ("last_at", "2026-11-23T10:15:30Z"),
    ("data", {"a": "\0"}),
    ("data", {"a": float("inf")}),
    ("data", {1, 2}),
    ("password", 12),
]

EMPTY = {"yes": False} | {name: [] for name in ("choices", "tags", "emails", "phones", "domains", "links", "anything")}
WRITTEN = [f.name for f in THING.fields if f.name not in ("code", "half", "parts_total", "parts_count", "last_at")]


def _field(model, name):
    return model.objects["thing"].fields[name]


async def _insert(connection, model, columns):
    """A row of `thing` as the writer makes one: side tables apart, jsonb wrapped by the column's type."""
    thing, id_ = model.objects["thing"], uuid7()
    own = {name: value for name, value in columns.items() if name not in thing.side_tables}
    wrapped = {
        name: Jsonb(value) if isinstance(thing.table.c[name].type, sa.JSON) and value is not None else value
        for name, value in own.items()
    }
    names = ", ".join(f'"{name}"' for name in ("id", *wrapped))
    values = ", ".join(f"%({name})s" for name in ("id", *wrapped))
    await connection.execute(f"insert into {{ws}}.thing ({names}) values ({values})", {"id": id_, **wrapped})
    for name in set(columns) - set(own):
        for position, row in enumerate(columns[name]):
            await connection.execute(sa.insert(thing.side_tables[name]).values(record=id_, position=position, **row))
    return id_


async def _read(connection, model, id_, name, reading):
    row = model.objects["thing"].table.alias("r")
    field = _field(model, name)
    value = sa.func.to_json(field.type.select(field, row, reading))
    if isinstance(field.type.select(field, row, reading), sa.Null):
        value = sa.func.to_json(sa.cast(sa.null(), sa.Text))
    return await connection.value(sa.select(value).where(row.c.id == id_))


@pytest.mark.parametrize(("name", "sent", "shown"), GOOD, ids=lambda v: str(v)[:40])
async def test_what_is_sent_reads_back(sample, model, parsing, reading, name, sent, shown):
    field = _field(model, name)
    columns = field.type.parse(field, sent, parsing)
    extra = {"stage__pipeline": "thing_way"} if name == "stage" else {}
    id_ = await _insert(sample, model, {**columns, **extra})
    got = await _read(sample, model, id_, name, reading)
    assert got == shown
    if name != "password":
        assert field.type.parse(field, got, parsing) == columns, "what a value shows is taken back and means the same"


@pytest.mark.parametrize("name", WRITTEN)
async def test_null_empties_every_field(sample, model, parsing, reading, name):
    field = _field(model, name)
    id_ = await _insert(sample, model, field.type.parse(field, None, parsing))
    expected = "Hello null" if name == "greeting" else EMPTY.get(name)
    got = await _read(sample, model, id_, name, reading)
    assert got == (None if name == "greeting" else expected)


@pytest.mark.parametrize("name", [f.name for f in THING.fields])
async def test_a_field_never_set_reads_as_emptied(sample, model, reading, name):
    id_ = await _insert(sample, model, {})
    got = await _read(sample, model, id_, name, reading)
    if name == "code":
        assert got.startswith("T-")
        assert len(got) == 8
    else:
        assert got == (0 if name == "parts_count" else EMPTY.get(name))


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda v: str(v)[:40])
def test_bad_values_are_refused(model, parsing, name, value):
    field = _field(model, name)
    with pytest.raises(Refused) as refused:
        field.type.parse(field, value, parsing)
    assert refused.value.code
    assert str(refused.value.text)


def test_places_of_bad_items_are_told(model, parsing):
    for name, value, place in (
        ("emails", ["a@x.de", "x"], "[1]"),
        ("choices", ["red", "blue"], "[1]"),
        ("address", {"country": "QQ"}, ".country"),
        ("slogan", {"de": "x", "en": 1}, ".en"),
        ("money", {"amount": "1", "currency": "X"}, ".currency"),
    ):
        field = _field(model, name)
        with pytest.raises(Refused) as refused:
            field.type.parse(field, value, parsing)
        assert refused.value.place == place


@pytest.mark.parametrize("name", [f.name for f in THING.fields])
def test_columns_are_named_as_the_field(model, name):
    field = _field(model, name)
    for column in (*field.type.columns(field), *field.type.rollup_columns(field)):
        assert column.name == field.column or column.name.startswith(f"{field.column}__")
    thing = model.objects["thing"]
    scalar = field.type.scalar(field, thing.rollups if field.type.rollup_columns(field) else thing.table)
    by_parts = name in model.objects["thing"].side_tables or field.definition.translated
    assert (scalar is None) == (field.kind is Kind.NONE or by_parts)
    assert isinstance(field.kind, Kind)


def test_every_type_is_tried(model):
    assert {f.type for f in THING.fields} == set(TYPES)


async def test_links_show_label_and_hide_what_lies_in_the_trash(sample, model, parsing, reading):
    one, two = await _insert(sample, model, {"label": "Eins"}), await _insert(sample, model, {"label": "Zwei"})
    links, anything, link = (_field(model, name) for name in ("links", "anything", "link"))
    sent = [str(two), {"id": str(one), "object": "thing", "label": "x"}, str(two)]
    columns = {
        **links.type.parse(links, sent, parsing),
        **anything.type.parse(anything, [{"object": "thing", "id": str(two)}], parsing),
        **link.type.parse(link, str(one), parsing),
    }
    id_ = await _insert(sample, model, columns)
    first, second = ({"id": str(i), "object": "thing", "label": label} for i, label in ((one, "Eins"), (two, "Zwei")))
    assert await _read(sample, model, id_, "links", reading) == [second, first]
    assert await _read(sample, model, id_, "anything", reading) == [second]
    assert await _read(sample, model, id_, "link", reading) == first
    await sample.execute("update {ws}.thing set deleted_at = now() where id = any(%(ids)s)", {"ids": [one]})
    assert await _read(sample, model, id_, "links", reading) == [second]
    assert await _read(sample, model, id_, "link", reading) is None


def test_links_name_what_is_to_be_looked_up(model):
    links, anything = _field(model, "links"), _field(model, "anything")
    assert [r.key for r in links.type.references(links, ["erp:1", {"id": "2"}, 3])] == ["erp:1", "2"]
    found = list(anything.type.references(anything, [{"object": "thing", "id": "1"}, {"object": "nothing", "id": "2"}, "x"]))
    assert [(r.object, r.key) for r in found] == [("thing", "1")]


async def test_money_is_worth_itself_in_the_workspace_currency(sample, model, parsing):
    field = _field(model, "money")
    assert field.type.parse(field, {"amount": "10.00", "currency": "EUR"}, parsing)["money__base"] == Decimal("10.00")
    assert field.type.parse(field, {"amount": "10.00", "currency": "CHF"}, parsing)["money__base"] is None


async def test_formulas_follow_their_fields(sample, model, reading):
    values = {"money": Decimal("100.01"), "money__currency": "EUR", "money__base": Decimal("90.00"), "percent": Decimal(50)}
    id_ = await _insert(sample, model, {**values, "name": "Anna"})
    assert await _read(sample, model, id_, "half", reading) == {"amount": "50.01", "currency": "EUR"}
    assert await sample.value("select half__base from {ws}.thing where id = %(id)s", {"id": id_}) == Decimal(45)
    assert await _read(sample, model, id_, "greeting", reading) == "Hello Anna"
    await sample.execute("update {ws}.thing set money__base = money where id = %(id)s", {"id": id_})
    assert await sample.value("select half__base = half and half = 50.01 from {ws}.thing where id = %(id)s", {"id": id_})
    await sample.execute("update {ws}.thing set money__currency = 'JPY' where id = %(id)s", {"id": id_})
    assert await _read(sample, model, id_, "half", reading) == {"amount": "50", "currency": "JPY"}


async def test_roll_ups_are_shown_and_compared_as_they_are_stored(sample, model, reading):
    id_ = await _insert(sample, model, {})
    await sample.execute(
        "insert into {ws}.thing_rollup (record, parts_count, parts_total, parts_total__currency) values (%(id)s, 2, 7.5000, 'EUR')",
        {"id": id_},
    )
    assert await _read(sample, model, id_, "parts_count", reading) == 2
    assert await _read(sample, model, id_, "parts_total", reading) == {"amount": "7.50", "currency": "EUR"}
    row = model.objects["thing"].table
    compared = _field(model, "parts_count").type.compared(_field(model, "parts_count"), row, reading)
    assert await sample.value(sa.select(compared).where(row.c.id == id_)) == 2


async def test_the_history_of_stages(sample, model, reading):
    id_ = await _insert(sample, model, {})
    await sample.execute(
        """insert into {ws}.stage_history (object, record, field, position, pipeline, stage, status, entered_at, left_at, change)
        values ('thing', %(id)s, 'stage', 1, 'thing_way', 'begin', 'open', '2026-01-01T00:00:00Z', '2026-01-01T00:01:30Z', %(id)s),
               ('thing', %(id)s, 'stage', 2, 'thing_way', 'done', 'won', '2026-01-01T00:01:30Z', null, %(id)s)""",
        {"id": id_},
    )
    begin, done = await _read(sample, model, id_, "stage_history", reading)
    assert begin == {
        "stage": "begin",
        "entered_at": "2026-01-01T00:00:00.000000Z",
        "left_at": "2026-01-01T00:01:30.000000Z",
        "seconds": 90.0,
    }
    assert (done["stage"], done["left_at"], done["seconds"]) == ("done", None, None)


async def test_contact_points_and_lists_compare_as_arrays(sample, model, parsing):
    thing = model.objects["thing"].table
    columns = {}
    for name, value in (("emails", ["a@x.de", "b@x.de"]), ("domains", ["x.de"]), ("tags", ["t"])):
        field = _field(model, name)
        columns |= field.type.parse(field, value, parsing)
    id_ = await _insert(sample, model, columns)
    for name, items in (("emails", ["a@x.de", "b@x.de"]), ("domains", ["x.de"]), ("tags", ["t"])):
        field = _field(model, name)
        assert await sample.value(sa.select(field.type.scalar(field, thing)).where(thing.c.id == id_)) == items
        assert field.type.contact is None or field.type.items(field, columns[name]) == items


def test_operands_are_written_as_stored(model, parsing):
    for name, typed, stored in (
        ("emails", " A@X.de", "a@x.de"),
        ("phones", "089 12345678", "+498912345678"),
        ("domains", "X.DE", "x.de"),
        ("name", "Mu\u0308ller", "Müller"),
    ):
        field = _field(model, name)
        assert field.type.operand(field, typed, parsing.context) == stored


async def test_a_secret_is_encrypted_and_never_shown(sample, model, parsing, secrets):
    field = _field(model, "password")
    columns = field.type.parse(field, "geheim", parsing)
    id_ = await _insert(sample, model, columns)
    stored = await sample.value("select password from {ws}.thing where id = %(id)s", {"id": id_})
    assert b"geheim" not in bytes(stored)
    assert secrets.decrypt(bytes(stored), "thing.password") == "geheim"


async def test_reserved_columns_do_not_collide(model):
    assert _field(model, "source").column == "source"
    assert model.objects["thing"].table.c["origin"] is not None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
async def test_any_text_is_stored_or_refused(sample, model, parsing, reading, text):
    field = _field(model, "name")
    try:
        columns = field.type.parse(field, text, parsing)
    except Refused:
        return
    id_ = await _insert(sample, model, columns)
    assert await _read(sample, model, id_, "name", reading) == columns["name"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=st.decimals(min_value=-(10**11), max_value=10**11, places=2))
async def test_any_amount_is_exact(sample, model, parsing, reading, amount):
    field = _field(model, "money")
    sent = {"amount": f"{abs(amount):.2f}" if amount == 0 else f"{amount:.2f}", "currency": "EUR"}
    id_ = await _insert(sample, model, field.type.parse(field, sent, parsing))
    assert await _read(sample, model, id_, "money", reading) == sent


@settings(max_examples=60, deadline=None)
@given(instant=st.datetimes(timezones=st.just(UTC)))
def test_any_instant_is_understood(instant):
    assert parse_instant(instant.isoformat()) == instant


def test_an_unknown_record_is_refused(model, parsing):
    link = _field(model, "link")
    parsing.known = {Reference("thing", UNKNOWN): None}
    with pytest.raises(Refused) as refused:
        link.type.parse(link, UNKNOWN, parsing)
    assert refused.value.code == "not_found"
