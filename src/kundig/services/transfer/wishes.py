"""A mapping out of short texts, as a command line gives them: `Column=field`, `field=value`, `field:old=new`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.services.transfer.cells.words import plainly
from kundig.services.transfer.plan import EXTERNAL_ID

Rules = dict[str, list[dict[str, Any]]]


def pairs(option: str, texts: Iterable[str], *, last: bool = False) -> list[tuple[str, str]]:
    """`name=value` pairs, split at the first equals sign, or at the last; raises Invalid with the option as field."""
    found = []
    for text in texts:
        name, mark, value = text.rpartition("=") if last else text.partition("=")
        if not mark or not name:
            raise Invalid.one(option, "bad_value", t("{text} should look like name=value.", text=text))
        found.append((name.strip(), value.strip()))
    return found


def rules_of(columns: Sequence[str]) -> Rules:
    """Column → rules from `Column=field`; a column may fill several fields."""
    rules: Rules = {}
    for column, field in pairs("map", columns, last=True):
        rules.setdefault(column, []).append({"field": field})
    return rules


def add_values(rules: Rules, values: Sequence[str]) -> None:
    """Give rules their value mappings from `field:old=new`; `*` stands for everything else, nothing behind `=` for no value."""
    fields = sorted({rule["field"] for listed in rules.values() for rule in listed}, key=len, reverse=True)
    for text, new in pairs("values", values, last=True):
        field = next((name for name in fields if text.startswith(f"{name}:")), None)
        if field is None:
            raise Invalid.one("values", "bad_value", t("{text} should look like field:old=new, with a mapped field.", text=text))
        _set(rules, field, "values", {text[len(field) + 1 :]: new})


def add_options(rules: Rules, option: str, given: Mapping[str, Any]) -> None:
    """Give the rules of fields an option, by field; raises Invalid for a field that no column fills."""
    for field, value in given.items():
        if not _set(rules, field, option, value):
            raise Invalid.one(option, "bad_value", t("No column fills {field}.", field=field))


def _set(rules: Rules, field: str, option: str, value: Any) -> bool:
    wanted = [rule for listed in rules.values() for rule in listed if rule["field"] == field]
    for rule in wanted:
        rule[option] = {**rule.get(option, {}), **value} if isinstance(value, dict) else value
    return bool(wanted)


def suggested_rules(scope: Scope, object_: str, header: Sequence[str]) -> Rules:
    """The suggestion as rules, which options can be given to."""
    return {column: [{"field": field}] for column, field in suggested(scope, object_, header).items()}


def suggested(scope: Scope, object_: str, header: Sequence[str]) -> dict[str, str]:
    """Column → field wherever a column is called as a field or a part of one, by API name or label in any language.

    After these come the names that the object's description knows people to use. No field is suggested twice.
    """
    rights, bound = scope.rights(object_), scope.object(object_)
    fields = {n: f for n, f in bound.fields.items() if not f.read_only and n not in rights.hidden | rights.fixed}
    own, everyday = {_heading(EXTERNAL_ID): EXTERNAL_ID}, dict[str, str]()
    for name, field in fields.items():
        called = (name, *field.definition.label.values())
        own |= {_heading(f"{word}.{part}"): f"{name}.{part}" for word in called for part in field.parts}
        if not field.parts or "currency" in field.parts:
            own |= {_heading(word): name for word in called}
    title = bound.title_fields
    if len(title) == 1 and title[0] in fields:
        everyday |= {_heading(word): title[0] for word in bound.definition.label.values()}
    for path, words in bound.definition.headings.items():
        if path.partition(".")[0] in fields:
            everyday |= {_heading(word): path for word in words}
    found: dict[str, str] = {}
    for known in (own, everyday):
        for column in header:
            path = known.get(_heading(column), "")
            if path and column not in found and path not in found.values():
                found[column] = path
    return found


def _heading(text: str) -> str:
    """A column's name for comparing: only letters and digits, so that `E-Mail-Adresse` and `Email Adresse` are one."""
    return "".join(filter(str.isalnum, plainly(text)))
