"""A module with one object that has a field of every type, and its neighbours."""

from kundig.engine.extension import Module, Object, Period, Pipeline, Stage, choice, field

COLORS = (choice("red", "Red", "Rot"), choice("green", "Green", "Grün"))


def _object(name: str, *fields: object, **rest: object) -> Object:
    return Object(
        name=name,
        label={"en": name, "de": name},
        label_plural={"en": name, "de": name},
        fields=tuple(fields),  # type: ignore[arg-type]
        **rest,  # type: ignore[arg-type]
    )


def _field(name: str, type_: str, **rest: object):
    return field(name, type_, name, name, **rest)


USER = _object("user", _field("name", "text"), _field("email", "text"), system=True)
TEAM = _object("team", _field("name", "text"), _field("parent", "link", target="team"), tree="parent", system=True)
THING = _object(
    "thing",
    _field("name", "text", main=True),
    _field("long", "long_text"),
    _field("rich", "rich_text"),
    _field("slogan", "text", translated=True, main=True),
    _field("story", "long_text", translated=True),
    _field("number", "number", min=-1000),
    _field("exact", "decimal", digits=3),
    _field("percent", "percent"),
    _field("money", "money"),
    _field("yes", "boolean"),
    _field("day", "date"),
    _field("instant", "datetime"),
    _field("duration", "duration"),
    _field("again", "recurrence"),
    _field("choice", "choice", choices=COLORS),
    _field("choices", "choices", choices=COLORS),
    _field("tags", "tags"),
    _field("stage", "pipeline"),
    _field("emails", "emails"),
    _field("phones", "phones"),
    _field("domains", "domains", unique=True),
    _field("url", "url"),
    _field("address", "address"),
    _field("link", "link", target="thing"),
    _field("links", "links", target="thing"),
    _field("anything", "link_any"),
    _field("person", "user"),
    _field("group", "team"),
    _field("file", "file"),
    _field("image", "image"),
    _field("stars", "rating", max=5),
    _field("code", "autonumber", prefix="T-", digits=6),
    _field("half", "formula", result="money", sql="{money} * {percent} / 100", currency_of="money"),
    _field("greeting", "formula", result="text", sql="'Hello ' || {name}", overridable=True),
    _field("parts_total", "rollup", child="part.thing", measure="sum", field="price"),
    _field("parts_count", "rollup", child="part.thing", measure="count"),
    _field("last_at", "rollup", timeline="last"),
    _field("data", "json"),
    _field("password", "secret"),
    _field("source", "text", unique=True),
    period=Period("instant"),
)
PART = _object(
    "part",
    _field("thing", "link", target="thing", required=True),
    _field("name", "text"),
    _field("price", "money"),
    storage="owned",
    parent="thing",
)
PIPELINE = Pipeline(
    name="thing_way",
    object="thing",
    field="stage",
    label={"en": "Way", "de": "Weg"},
    stages=(
        Stage(key="begin", label={"en": "Begin", "de": "Anfang"}, probability=10),
        Stage(key="done", label={"en": "Done", "de": "Fertig"}, status="won", probability=100),
    ),
)
MODULE = Module(name="sample", label={"en": "Sample", "de": "Beispiel"}, objects=(USER, TEAM, THING, PART), pipelines=(PIPELINE,))
