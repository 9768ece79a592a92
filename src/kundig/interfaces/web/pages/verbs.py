"""What one can do with a record, as one list: its page's menu and the palette offer the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.frame import Link, Verb
from kundig.interfaces.web.pages.composing import about_field, composer_of
from kundig.interfaces.web.pages.finishing import finish_of
from kundig.interfaces.web.titles import title_values
from kundig.interfaces.web.widgets.described import told_by
from kundig.services.identity.explaining import explains

OWNER = "owner"


def verbs_of(scope: Scope, object_: BoundObject, id_: str, record: Mapping[str, Any], label: str = "") -> tuple[Verb, ...]:
    """All that the reader's role includes; whether it includes this very record is said when it is done.

    Of the `record` what `stage_told_by` names is looked at.
    """
    rights, base, language = scope.rights(object_.name), f"/o/{object_.name}/{id_}", scope.context.language
    found = [*writing_of(scope, object_, id_, label)]
    if rights.edit != "none":
        found += [Verb(f"action-{a.label}", a.label, a.icon, a.href, "dialog", "action") for a in actions_of(scope, object_, id_)]
        found += [*_stages(scope, object_, record, base), *_finish(scope, object_, base)]
        found.append(Verb("edit", t("Edit").render(language), "pencil", f"{base}/edit", "link", "more", "e"))
    if rights.assign != "none" and OWNER in object_.fields and OWNER not in rights.hidden:
        found.append(Verb("assign", t("Assign").render(language), "user-check", f"{base}/assign", "dialog", "menu"))
    if rights.share != "none" and object_.definition.storage == "record":
        found.append(Verb("share", t("Share").render(language), "share-2", f"{base}/shares", "dialog", "menu"))
    if explains(scope):
        found.append(Verb("why", t("Explain rights").render(language), "shield-check", f"{base}/why", "dialog", "menu"))
    if rights.delete != "none":
        label_ = t("Move to the trash").render(language)
        found.append(Verb("delete", label_, "trash-2", f"{base}/delete", "ask", "menu", danger=True))
    return tuple(found)


def actions_of(scope: Scope, object_: BoundObject, id_: str) -> tuple[Link, ...]:
    """The verbs that modules bring for an object; each opens a dialog."""
    own = [action for (name, _), action in sorted(scope.model.actions.items()) if name == object_.name]
    language = scope.context.language
    return tuple(Link(label_in(a.label, language), f"/o/{object_.name}/{id_}/actions/{a.name}", a.icon) for a in own)


def writing_of(scope: Scope, object_: BoundObject, id_: str, label: str, reached: tuple[str, str] | None = None) -> list[Verb]:
    """What can be written down about a record, in a dialog.

    With `reached`, a kind of contact point and its value, only what goes over such a one, and with the value filled in.
    """
    found = []
    for kind in composer_of(scope, object_):
        other = scope.model.objects[kind.href]
        interaction = other.definition.interaction
        if interaction is None or (reached and reached[0] not in interaction.reaches):
            continue
        given = {about_field(other, object_.name) or "": f"{object_.name}:{id_}"}
        if interaction.reaches:  # what went over a line happened just now, and is called after who was reached
            given |= {interaction.at: scope.context.now.isoformat(timespec="minutes")}
            given |= title_values(other, f"{kind.label}: {label}") if label else {}
        if reached:
            given |= {interaction.reaches[reached[0]]: reached[1]}
        new = t("New: {object}", object=kind.label).render(scope.context.language)
        address = f"/o/{kind.href}/quick?{urlencode(given)}"
        found.append(Verb(f"write-{kind.href}", new, kind.icon, address, "dialog", "write", kind.letter))
    return found


def _staged(scope: Scope, object_: BoundObject) -> BoundField | None:
    hidden = scope.rights(object_.name).hidden
    return next((field for field in object_.pipelines if field.name not in hidden), None)


def stage_told_by(scope: Scope, object_: BoundObject) -> tuple[str, ...]:
    """The fields of a record by which it is told to which stages it can go."""
    field = _staged(scope, object_)
    return told_by(scope, field) if field is not None else ()


def _stages(scope: Scope, object_: BoundObject, record: Mapping[str, Any], base: str) -> list[Verb]:
    """To each stage of the pipeline that the record is in."""
    language, field = scope.context.language, _staged(scope, object_)
    pipeline = field.pipeline_of(record) if field is not None else None
    if field is None or pipeline is None:
        return []
    found = []
    for stage in pipeline.stages:
        if not stage.retired:
            label = t("To “{stage}”", stage=label_in(stage.label, language)).render(language)
            address = f"{base}/stage?{urlencode({'field': field.name, 'stage': stage.key})}"
            found.append(Verb(f"stage-{stage.key}", label, "arrow-right", address, "ask", "stage"))
    return found


def _finish(scope: Scope, object_: BoundObject, base: str) -> list[Verb]:
    """That it is done."""
    finish = finish_of(scope, object_)
    if finish is None:
        return []
    address = f"{base}/stage?{urlencode({'field': finish.field, 'stage': finish.key})}"
    return [Verb("finish", finish.label, "check", address, "ask", "menu")]


def contact_field(object_: BoundObject, kind: str, hidden: frozenset[str]) -> str | None:
    """The main field of an object that holds phone numbers or e-mail addresses."""
    fields = (f for f in object_.fields.values() if f.definition.main and f.type.contact == kind)
    return next((f.name for f in fields if f.name not in hidden), None)
