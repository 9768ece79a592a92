"""A pipeline as a draft: what the form says, commands, keys of new stages, and the document that comes of it."""

from __future__ import annotations

import pytest

from kundig.engine.extension import Pipeline, Stage
from kundig.interfaces.web.pages.pipelines.checking import wrong
from kundig.interfaces.web.pages.pipelines.drafts import PipelineDraft, StageDraft, body_of, change, draft_from, draft_of

LABEL = {"de": "Neu", "en": "New"}
STORED = Pipeline(
    name="p", object="thing", field="stage", label={"de": "Weg", "en": "Way"},
    stages=(
        Stage(key="new", label=LABEL, probability=0, rot_days=3, required=("a", "secret"), checklist=({"de": "x", "en": "y"},)),
        Stage(key="done", label=LABEL, status="won", color="green", retired=True),
    ),
)  # fmt: skip
KNOWN = {"a", "b"}


def test_what_is_not_touched_stays_as_it_is() -> None:
    body = body_of(draft_of(STORED, KNOWN), STORED, KNOWN)
    assert body["stages"][0] == {
        "key": "new", "label": LABEL, "status": "open", "probability": 0, "rot_days": 3, "required": ["a", "secret"],
        "checklist": [{"de": "x", "en": "y"}], "color": None, "retired": False,
    }  # fmt: skip
    assert body["stages"][1]["retired"] is True
    assert wrong(draft_of(STORED, KNOWN)) == {}


def test_only_known_stages_and_fields_come_from_a_form() -> None:
    form = {"at": ["done", "no_such", "new-2", "new-x", "done"], "done.required": ["b", "secret", "b"], "done.retired": ["1"]}
    draft = draft_from(form, STORED, KNOWN)
    assert [stage.key for stage in draft.stages] == ["done", "new-2"]
    assert draft.stages[0].required == ["b"]
    assert draft.stages[0].retired is True


def draft(*stages: StageDraft) -> PipelineDraft:
    return PipelineDraft({"de": "Weg", "en": ""}, list(stages))


def stage(key: str, en: str = "", de: str = "", status: str = "open") -> StageDraft:
    return StageDraft(key, {"de": de, "en": en}, status)


@pytest.mark.parametrize(
    ("command", "order", "focus"),
    [
        ("up:b", "bac", ""),
        ("down:b", "acb", ""),
        ("up:a", "abc", ""),
        ("down:c", "abc", ""),
        ("remove:b", "ac", "add"),
        ("up:z", "abc", ""),
        ("nonsense", "abc", ""),
    ],
)
def test_stages_move_and_go(command: str, order: str, focus: str) -> None:
    made = draft(stage("a"), stage("b"), stage("c"))
    assert change(made, command, {}) == focus
    assert "".join(found.key for found in made.stages) == order


def test_a_new_stage_stands_behind_the_last_open_one() -> None:
    made = draft(stage("a"), stage("b", status="won"), stage("c", status="lost"))
    assert change(made, "add", {}) == "new-1.label"
    assert change(made, "add", {}) == "new-2.label"
    assert [found.key for found in made.stages] == ["a", "new-1", "new-2", "b", "c"]


def test_fields_and_points_are_asked_for_and_given_up() -> None:
    made = draft(stage("a"))
    change(made, "more:a", {"a.more": ["b"]})
    change(made, "more:a", {"a.more": ["b"]})
    assert made.stages[0].required == ["b"]
    assert change(made, "point:a", {}) == "a.point.0"
    assert change(made, "unpoint:a:0", {}) == "a.points"
    assert made.stages[0].checklist == []
    assert change(made, "less:a:b", {}) == "a.more"
    assert made.stages[0].required == []


@pytest.mark.parametrize(
    ("en", "de", "key"),
    [
        ("Contract sent", "Vertrag", "contract_sent"),
        ("", "Größe geprüft", "groesse_geprueft"),
        ("New", "", "new_2"),
        ("2nd call", "", "stage_2nd_call"),
        ("合同", "", "stage"),
        ("x" * 200, "", "x" * 30),
    ],
)
def test_a_new_stage_gets_the_key_of_its_name(en: str, de: str, key: str) -> None:
    made = draft(stage("new", "New"), stage("new-1", en, de))
    assert [found["key"] for found in body_of(made, STORED, KNOWN)["stages"]] == ["new", key]


def test_new_stages_of_one_name_get_keys_of_their_own() -> None:
    made = draft(stage("new-1", "Call"), stage("new-2", "Call"))
    assert [found["key"] for found in body_of(made, STORED, KNOWN)["stages"]] == ["call", "call_2"]


def test_the_first_stage_in_use_must_be_open() -> None:
    made = draft(stage("a", "A", status="won"), stage("b", "B"))
    assert set(wrong(made)) == {"a.status"}
    made.stages[0].retired = True
    assert wrong(made) == {}
    made.stages[1].retired = True
    assert set(wrong(made)) == {""}
