"""A sharing rule while it is edited: what stands in the form, what is wrong with it, and what a document says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kundig.base.i18n import LANGUAGES, Text, t
from kundig.engine.extension import SharingRule
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.schema.identifiers import LONGEST, is_name
from kundig.engine.search.words import folded, spelled_out
from kundig.interfaces.web.pages.rights.chosen_filters import filter_in

Form = Mapping[str, list[str]]
NAME = "rule-name"
LEVELS = ("read", "edit")
LONGEST_LABEL, MOST = 200, 100
RECEIVERS = ("team", "user")
"""Objects whose records can be receivers, besides roles."""


@dataclass
class RuleDraft:
    """A rule as it was typed. `to` holds receivers as documents write them; `typed` says that a receiver was named, not chosen."""

    label: dict[str, str] = field(default_factory=lambda: dict.fromkeys(LANGUAGES, ""))
    object: str = ""
    where: dict[str, Any] | None = None
    to: list[str] = field(default_factory=list)
    level: str = LEVELS[0]
    typed: bool = False

    def ids(self, kind: str) -> list[str]:
        """The receivers of a kind."""
        return [who for receiver in self.to for found, _, who in [receiver.partition(":")] if found == kind]


def draft_of(rule: SharingRule) -> RuleDraft:
    """The draft of a rule as it is."""
    return RuleDraft(dict(rule.label), rule.object, dict(rule.where), list(rule.to), rule.level)


def draft_from(form: Form) -> RuleDraft:
    """The draft that a form holds."""
    roles = [f"role:{name}" for name in form.get("role", ())]
    others = [f"{kind}:{id_}" for kind in RECEIVERS for id_ in form.get(kind, ()) if parse_id(id_)]
    level = _one(form, "level")
    return RuleDraft(
        {language: _one(form, f"{NAME}.{language}").strip()[:LONGEST_LABEL] for language in LANGUAGES},
        _one(form, "object"),
        filter_in(_one(form, "where")),
        list(dict.fromkeys((*roles, *others)))[:MOST],
        level if level in LEVELS else LEVELS[0],
        any(_one(form, f"{kind}.q").strip() for kind in RECEIVERS),
    )


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def wrong(draft: RuleDraft) -> dict[str, Text]:
    """What is missing, by the name of the form's field."""
    found: dict[str, Text] = {}
    if not any(draft.label.values()):
        found[f"{NAME}.label"] = t("Give the rule a name.")
    if not draft.object:
        found["object"] = t("Choose what is shared.")
    elif draft.where is None:
        found["where"] = t("Say which records are shared.")
    if draft.typed:
        found["to"] = t("Choose from the list whom you named.")
    elif not draft.to:
        found["to"] = t("Choose at least one role, team or person.")
    return found


def body_of(draft: RuleDraft, name: str) -> dict[str, Any]:
    """What the document says. A draft with faults has no body."""
    some = next((text for text in draft.label.values() if text), "")
    label = {language: draft.label.get(language) or some for language in LANGUAGES}
    return {"name": name, "label": label, "object": draft.object, "where": draft.where, "to": draft.to, "level": draft.level}


def new_name(scope: Scope, draft: RuleDraft, taken: set[str]) -> str:
    """A name made of the label that no rule has or has had."""
    label = next((draft.label[language] for language in ("en", "de") if draft.label.get(language)), "")
    words = "_".join(re.findall(r"[a-z0-9]+", folded(spelled_out(label))))[: LONGEST - 10].strip("_")
    name = words if is_name(words) else f"rule_{words}".strip("_")
    used = taken | {"new", "condition"} | set(scope.model.rules)
    return next(n for n in (name, *(f"{name}_{number}" for number in range(2, 10_000))) if n not in used)
