"""What looks like a phone number, an e-mail address or a domain is asked of the contact points, whose values have one notation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.contact_points import normal_phone
from kundig.engine.schema.fields.contract import Refused

_PHONE = re.compile(r"\+?[0-9()/.\-\s]{5,40}")
_FEWEST_DIGITS = 5
_FEWEST_DIGITS_WHOLE = 6
"""Shorter ones are more often postcodes or order numbers than whole phone numbers."""
_ADDRESS = re.compile(r"[^\s@]*@[^\s@]+|[^\s@]+@")
_WHOLE_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
_DOMAIN = re.compile(r"[^\s@]+\.[^\s@.]{2,}")


def point_kind(question: str) -> Literal["phone", "email"] | None:
    """Whether a question is a whole phone number or e-mail address, as people paste them."""
    text = question.strip()
    if _WHOLE_ADDRESS.fullmatch(text):
        return "email"
    return "phone" if _PHONE.fullmatch(text) and len(re.sub(r"[^0-9]", "", text)) >= _FEWEST_DIGITS_WHOLE else None


def point_queries(scope: Scope, question: str) -> tuple[list[str], dict[str, Any]]:
    """Selects of (object, record) from `contact_point c` to be united, with their values; none for other questions."""
    conditions = dict(_conditions(question.strip(), scope.context.workspace.region))
    objects, fields = _fields(scope)
    if not conditions or not objects:
        return [], {}
    selects = [
        f"""select c.object, c.record from {{ws}}.contact_point c
              join unnest(%(point_objects)s::text[], %(point_fields)s::text[]) f(object, field) using (object, field)
             where c.live and {condition.format(name=name)}"""
        for name, (condition, _) in conditions.items()
    ]
    values = {name: value for name, (_, value) in conditions.items()}
    return selects, {"point_objects": objects, "point_fields": fields, **values}


def _conditions(question: str, region: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name of the parameter → condition on `c` and value."""
    begins, ends = "starts_with(c.value, %({name})s)", "starts_with(c.reversed, reverse(%({name})s))"
    digits = re.sub(r"[^0-9]", "", question)
    if _PHONE.fullmatch(question) and len(digits) >= _FEWEST_DIGITS:
        try:
            yield "phone", (f"c.kind = 'phone' and {begins}", normal_phone(question, region))
        except Refused:
            pass
        yield "digits", (f"c.kind = 'phone' and {ends}", digits.lstrip("0"))
    elif _ADDRESS.fullmatch(question):
        address = question.lower()
        yield "begins", (f"c.kind = 'email' and {begins}", address)
        if not address.endswith("@"):
            yield "ends", (f"c.kind = 'email' and {ends}", address)
    elif _DOMAIN.fullmatch(question):
        yield "domain", (f"c.kind = 'domain' and {begins}", question.lower().removeprefix("www."))
        yield "mail", (f"c.kind = 'email' and {ends}", question.lower())


def _fields(scope: Scope) -> tuple[list[str], list[str]]:
    """The contact fields that the actor may read."""
    pairs = [
        (name, field.name)
        for name, rights in scope.access.objects.items()
        for field in scope.model.objects[name].fields.values()
        if field.type.contact is not None and field.name not in rights.hidden
    ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
