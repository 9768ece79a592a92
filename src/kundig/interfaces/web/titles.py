"""Names → fields: what somebody typed as the name of a new record, put into the fields that its title is made of."""

from __future__ import annotations

import string

from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.widgets.choosing import widget_of


def named_by(object_: BoundObject) -> tuple[str, ...]:
    """The text fields of an object's title (of its first alternative); none where a name can't be put into fields."""
    first = object_.definition.title.split("|", maxsplit=1)[0]
    names = [name for _, name, _, _ in string.Formatter().parse(first) if name]
    fields = [object_.fields.get(name) for name in names]
    plain = all(f is not None and widget_of(f) == "text" and not f.read_only for f in fields)
    return tuple(names) if names and plain else ()


def title_values(object_: BoundObject, label: str) -> dict[str, str]:
    """A name in those fields: the last takes the last word, the first the rest; with one field it takes all."""
    names, words = named_by(object_), label.split()
    if not names or not words:
        return {}
    if len(names) == 1:
        return {names[0]: " ".join(words)}
    return {name: text for name, text in ((names[0], " ".join(words[:-1])), (names[-1], words[-1])) if text}


def made_by_name(scope: Scope, name: str) -> bool:
    """Whether the actor can make records of an object by nothing but a name."""
    rights = scope.access.objects.get(name)
    if rights is None or not rights.create or scope.model.objects[name].definition.system:
        return False
    object_ = scope.model.objects[name]
    names = named_by(object_)
    return len(names) == 1 and all(field.name in names or field.definition.default is not None for field in object_.required)
