"""A pipeline while it is edited: what stands in the form, in its order, and the commands that change it.

In the form, `at` tells the order of the stages by their keys, every stage has its own values (`won.de`, `won.probability`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import LANGUAGES, Label, t
from kundig.engine.configuration.documents import Document
from kundig.engine.extension import Pipeline, Stage
from kundig.engine.schema.identifiers import LONGEST, is_name
from kundig.engine.search.words import folded, spelled_out

Form = Mapping[str, list[str]]
MOST, MOST_POINTS = 200, 100
"""Stages of a pipeline, points of a checklist."""
LONGEST_LABEL, LONGEST_NUMBER = 200, 20
NAME = "pipeline-name"
_NEW = "new-"


@dataclass
class StageDraft:
    """A stage as it was typed: numbers are texts, "" for none. The key of a new one is not a name, and no stage's."""

    key: str
    label: dict[str, str]
    status: str = "open"
    probability: str = ""
    rot_days: str = ""
    color: str = ""
    retired: bool = False
    required: list[str] = field(default_factory=list)
    checklist: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether it is nowhere but in the form."""
        return self.key.startswith(_NEW)


@dataclass
class PipelineDraft:
    """The whole."""

    label: dict[str, str]
    stages: list[StageDraft] = field(default_factory=list)

    def stage(self, key: str) -> StageDraft | None:
        """A stage by its key."""
        return next((stage for stage in self.stages if stage.key == key), None)


def draft_of(pipeline: Pipeline, known: AbstractSet[str]) -> PipelineDraft:
    """The draft of a pipeline, with the fields that the reader may know of."""
    return PipelineDraft(dict(pipeline.label), [_drafted(stage, known) for stage in pipeline.stages])


def _drafted(stage: Stage, known: AbstractSet[str]) -> StageDraft:
    return StageDraft(
        stage.key, dict(stage.label), stage.status, _number(stage.probability), _number(stage.rot_days), stage.color or "",
        stage.retired, [name for name in stage.required if name in known], [dict(label) for label in stage.checklist],
    )  # fmt: skip


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def draft_from(form: Form, stored: Pipeline, known: AbstractSet[str]) -> PipelineDraft:
    """The draft that a form holds. Stages of others' making that it does not know, and what it can't hold, are left out."""
    draft = PipelineDraft(_label(form, f"{NAME}."))
    keys = {stage.key for stage in stored.stages}
    for key in list(dict.fromkeys(form.get("at", ())))[:MOST]:
        if key in keys or re.fullmatch(rf"{_NEW}\d{{1,3}}", key):
            draft.stages.append(_stage_from(form, key, known))
    return draft


def _stage_from(form: Form, key: str, known: AbstractSet[str]) -> StageDraft:
    points = zip(*(form.get(f"{key}.point.{language}", ()) for language in LANGUAGES), strict=False)
    return StageDraft(
        key,
        _label(form, f"{key}."),
        _one(form, f"{key}.status"),
        _one(form, f"{key}.probability")[:LONGEST_NUMBER],
        _one(form, f"{key}.rot_days")[:LONGEST_NUMBER],
        _one(form, f"{key}.color"),
        _one(form, f"{key}.retired") == "1",
        [name for name in dict.fromkeys(form.get(f"{key}.required", ())) if name in known],
        [
            {language: text.strip()[:LONGEST_LABEL] for language, text in zip(LANGUAGES, texts, strict=True)}
            for texts in list(points)[:MOST_POINTS]
        ],
    )


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "").strip()


def _label(form: Form, before: str) -> dict[str, str]:
    return {language: _one(form, f"{before}{language}")[:LONGEST_LABEL] for language in LANGUAGES}


def change(draft: PipelineDraft, command: str, form: Form) -> str:
    """Carry out a command: `add`, `up:key`, `down:key`, `remove:key`, `retire:key`, `use:key`, `more:key`, `point:key` …

    Others do nothing. The part of the form to go on with, where the one that gave the command may be gone.
    """
    name, _, rest = command.partition(":")
    key, _, what = rest.partition(":")
    stage = draft.stage(key)
    if name == "add" and len(draft.stages) < MOST:
        return _add(draft)
    if stage is None:
        return ""
    if name == "remove":
        draft.stages.remove(stage)
        return "add"
    if name in _MOVES:
        _move(draft, stage, _MOVES[name])
    elif name in ("retire", "use"):
        stage.retired = name == "retire"
    else:
        return _fill(stage, name, what, form)
    return ""


_MOVES = {"up": -1, "down": 1}


def _add(draft: PipelineDraft) -> str:
    """A new stage stands behind the last open one: before those in which records end."""
    number = next(n for n in range(1, MOST + 2) if draft.stage(f"{_NEW}{n}") is None)
    at = max((n for n, stage in enumerate(draft.stages, 1) if stage.status == "open"), default=0)
    draft.stages.insert(at, StageDraft(f"{_NEW}{number}", dict.fromkeys(LANGUAGES, "")))
    return f"{_NEW}{number}.label"


def _move(draft: PipelineDraft, stage: StageDraft, step: int) -> None:
    at = draft.stages.index(stage)
    if 0 <= at + step < len(draft.stages):
        draft.stages[at], draft.stages[at + step] = draft.stages[at + step], stage


def _fill(stage: StageDraft, name: str, what: str, form: Form) -> str:
    """What a stage asks for: fields that must be filled, points of its checklist."""
    if name == "more":
        stage.required += [added for added in form.get(f"{stage.key}.more", ()) if added and added not in stage.required]
    elif name == "less":
        stage.required = [other for other in stage.required if other != what]
        return f"{stage.key}.more"
    elif name == "point" and len(stage.checklist) < MOST_POINTS:
        stage.checklist.append(dict.fromkeys(LANGUAGES, ""))
        return f"{stage.key}.point.{len(stage.checklist) - 1}"
    elif name == "unpoint":
        stage.checklist = [point for number, point in enumerate(stage.checklist) if str(number) != what]
        return f"{stage.key}.points"
    return ""


def body_of(draft: PipelineDraft, stored: Pipeline, known: AbstractSet[str]) -> dict[str, Any]:
    """What a document says of what was edited. Every key is there, so that nothing of a module's stage shines through.

    Fields that only others may know of stay required. A draft with faults has no body.
    """
    own = {stage.key: [name for name in stage.required if name not in known] for stage in stored.stages}
    keys = _keys(draft, own)
    stages = [
        {
            "key": keys[stage.key],
            "label": _whole(stage.label),
            "status": stage.status,
            "probability": int(stage.probability) if stage.probability else None,
            "rot_days": int(stage.rot_days) if stage.rot_days else None,
            "required": [*stage.required, *own.get(stage.key, ())],
            "checklist": [_whole(point) for point in stage.checklist if any(point.values())],
            "color": stage.color or None,
            "retired": stage.retired,
        }
        for stage in draft.stages
    ]
    return {"label": _whole(draft.label), "stages": stages}


def further(first: Pipeline, label: str, taken: AbstractSet[str]) -> Document:
    """Another pipeline of the same field: all that `first` says, without the stages that are out of use there.

    Its name comes after that of the first in the alphabet, in which documents are read, so that new records begin where they did.
    """
    base = "_".join([first.name, *re.findall(r"[a-z0-9]+", folded(spelled_out(label)))])[: LONGEST - 4].strip("_")
    names = (base if n == 1 else f"{base}_{n}" for n in range(1, MOST))
    name = next((name for name in names if name not in taken and is_name(name) and name > first.name), None)
    if name is None:
        raise Invalid.one("label", "bad_value", t("Give the pipeline another name."))
    stages = tuple(stage for stage in first.stages if not stage.retired)
    label_ = dict.fromkeys(LANGUAGES, label)
    made = msgspec.structs.replace(first, name=name, label=label_, stages=stages)
    return Document("pipeline", name, msgspec.to_builtins(made))


def _keys(draft: PipelineDraft, taken: Iterable[str]) -> dict[str, str]:
    """The key of each stage; a new one gets that of its name, in English if it has one."""
    found: dict[str, str] = {}
    used = set(taken)
    for stage in draft.stages:
        key = stage.key
        if stage.is_new:
            words = re.findall(r"[a-z0-9]+", folded(spelled_out(stage.label["en"] or _some(stage.label))))
            name = "_".join(words)[: LONGEST - 10].strip("_")
            name = name if is_name(name) else f"stage_{name}".strip("_")
            key = next(k for k in (name, *(f"{name}_{n}" for n in range(2, MOST * 2))) if k not in used)
        used.add(key)
        found[stage.key] = key
    return found


def _some(label: Mapping[str, str]) -> str:
    return next((text for text in label.values() if text), "")


def _whole(label: Mapping[str, str]) -> Label:
    """In every language: where one is missing, what stands in another."""
    return {language: label.get(language) or _some(label) for language in LANGUAGES}
