"""The page that describes the API to people: made from the same document that programs read, with nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kundig.base.i18n import Text, t, translate
from kundig.interfaces.api.problems import explained_problems
from kundig.interfaces.api.schemas import Schema

TEMPLATES = Path(__file__).parent / "templates"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " report-uri /csp-report"
)
_METHODS = ("get", "post", "put", "patch", "delete")
_SHARED: Mapping[str, Text] = {
    "search": t("Search"),
    "changes": t("Changes"),
    "audit": t("Audit log"),
    "imports": t("Imports"),
    "meta": t("The model"),
}
"""What the groups are called that belong to no object."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the page is dressed: the theme, the address of the style sheet of all pages, and what things are called.

    `labels` has objects by their names, fields as `object.field`, actions as `object_action`.
    """

    theme: str = "light"
    styles: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it. `inputs` are (name, place, what, description, required)."""

    id: str
    method: str
    path: str
    summary: str
    inputs: tuple[tuple[str, str, str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one object, with the fields of its records as (name, label, what, read-only)."""

    name: str
    title: str
    operations: tuple[Operation, ...]
    fields: tuple[tuple[str, str, str, bool], ...]


def docs_page(document: str, language: str, look: Look = Look()) -> str:
    """The page in a language, from the JSON text of the OpenAPI document."""
    described = json.loads(document)
    groups = list(_groups(described, language, look.labels))
    return (
        _environment(language)
        .get_template("docs.html")
        .render(
            language=language,
            look=look,
            version=described["info"]["version"],
            groups=groups,
            problems=explained_problems(language),
        )
    )


def docs_styles() -> str:
    """The page's style sheet."""
    return (TEMPLATES / "docs.css").read_text()


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["_"] = lambda message: translate(message, language)
    return made


def _groups(document: Mapping[str, Any], language: str, labels: Mapping[str, str]) -> Iterator[Group]:
    components = document["components"]["schemas"]
    found: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                found.setdefault(item[method]["tags"][0], []).append(_operation(method, path, item[method], language, labels))
    for name, operations in found.items():
        record = components.get(name, {})
        fields = tuple(
            (key, labels.get(f"{name}.{key}") or schema.get("title", ""), shape_text(schema), bool(schema.get("readOnly")))
            for key, schema in record.get("properties", {}).items()
        )
        title = _SHARED[name].render(language) if name in _SHARED else labels.get(name) or record.get("title", name)
        yield Group(name, title, tuple(operations), fields)


def _operation(method: str, path: str, item: Mapping[str, Any], language: str, labels: Mapping[str, str]) -> Operation:
    inputs = [
        (p["name"], p["in"], shape_text(p["schema"]), translate(p.get("description", ""), language), p["required"])
        for p in item.get("parameters", ())
    ]
    for media, content in item.get("requestBody", {}).get("content", {}).items():
        inputs.append(("", media, shape_text(content["schema"]), "", item["requestBody"]["required"]))
    summary = labels.get(item["operationId"]) or translate(item["summary"], language)
    return Operation(item["operationId"], method.upper(), path, summary, tuple(inputs))


def shape_text(schema: Schema) -> str:
    """A schema in a few words: `string | null`, `list of Link`, `open | won | lost`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(shape_text(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {shape_text(schema['items'])}"
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    kind = schema.get("format") or schema.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
