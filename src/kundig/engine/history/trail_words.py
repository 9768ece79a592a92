"""The audit trail in words: who did what, in the reader's language, from an entry as `trail.py` tells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.scope import Scope

_PLACE = re.compile(r"\{(\w+)\}")
_HIDDEN = t("(hidden)")
_ROLES = frozenset({"roles", "to"})
"""Details that may hold names of roles."""
_NAMELESS = {"system": t("The system"), "nobody": t("Somebody unknown")}

Readable = Mapping[str, Callable[[str], str]]
"""How texts of certain details are written for people: moments, browsers."""


class TrailWords:
    """Words for the entries that one reader sees."""

    def __init__(self, scope: Scope, readable: Readable | None = None) -> None:
        """`readable` by the keys of details; texts that are not named there stay as the API gives them."""
        self._scope = scope
        self._readable = readable or {}

    def who(self, entry: Mapping[str, Any]) -> str:
        """The person's name, or what else it was."""
        by = entry["by"]
        return by["label"] if by else self._say(_NAMELESS.get(entry["by_kind"], t("Somebody")))

    def token(self, entry: Mapping[str, Any]) -> str:
        """The API token by which it was done; "" where it was none."""
        token = entry["token"]
        return "" if token is None else token["name"] or self._say(t("an API token"))

    def kind(self, entry: Mapping[str, Any]) -> str:
        """What kind of event it is; of one that nothing declares any more its name."""
        event = self._scope.model.events.get(entry["event"])
        return entry["event"] if event is None else label_in(event.label, self._scope.context.language)

    def what(self, entry: Mapping[str, Any]) -> str:
        """What was done, to be read behind the name."""
        event = self._scope.model.events.get(entry["event"])
        if event is None or event.text is None:
            return self.kind(entry)
        return _PLACE.sub(lambda place: self._filled(entry, place.group(1)), label_in(event.text, self._scope.context.language))

    def more(self, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What else is known, as label and value, without what the sentence has said."""
        event = self._scope.model.events.get(entry["event"])
        if event is None:
            return
        said = set(_PLACE.findall(label_in(event.text, "en"))) if event.text else set()
        for key, value in entry["detail"].items():
            if key not in said and value not in (None, "", []):
                label = label_in(event.told.get(key) or event.guarded[key], self._scope.context.language)
                yield label, self._value(key, self._named(entry, value) if key == "fields" else value)

    def object(self, entry: Mapping[str, Any]) -> str:
        """The object's records by their name in the plural; nothing for what the reader may not know of."""
        bound = self._scope.model.objects.get(entry["object"] or "")
        return "" if bound is None else label_in(bound.definition.label_plural, self._scope.context.language)

    def _named(self, entry: Mapping[str, Any], fields: Any) -> list[str]:
        """Fields by their labels, as far as they are the object's own."""
        bound = self._scope.model.objects.get(entry["object"] or "")
        own = {} if bound is None else bound.fields
        return [label_in(own[name].definition.label, self._scope.context.language) if name in own else name for name in fields]

    def _filled(self, entry: Mapping[str, Any], name: str) -> str:
        if name == "record":
            return entry["record"]["label"] if entry["record"] else self._say(_HIDDEN)
        if name == "object":
            return self.object(entry) or self._say(_HIDDEN)
        value = entry["detail"].get(name)
        return self._say(_HIDDEN) if value is None else self._value(name, value)

    def _value(self, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._say(t("yes") if value else t("no"))
        if isinstance(value, list):
            return ", ".join(self._value(key, item) for item in value)
        if isinstance(value, Mapping):
            return self._mapping(key, value)
        if key in self._readable:
            return self._readable[key](str(value))
        role = self._scope.model.roles.get(value) if key in _ROLES and isinstance(value, str) else None
        return str(value) if role is None else label_in(role.label, self._scope.context.language)

    def _mapping(self, key: str, value: Mapping[str, Any]) -> str:
        """A record by its name, a change by what was and what is, anything else by its parts."""
        if "label" in value:
            return str(value["label"])
        if value.keys() == {"old", "new"}:
            old, new = (self._value(key, part) if part not in (None, [], "") else "–" for part in (value["old"], value["new"]))
            return new if value["old"] is None else f"{old} → {new}"
        return ", ".join(f"{name} {self._value(name, part)}" for name, part in value.items())

    def _say(self, text: Text) -> str:
        return text.render(self._scope.context.language)
