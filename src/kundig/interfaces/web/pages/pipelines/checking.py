"""What is wrong with an edited pipeline, by the name of the form's field where it is to be put right."""

from __future__ import annotations

from collections.abc import Iterator

from kundig.base.i18n import Text, t
from kundig.base.whole import whole
from kundig.engine.schema.fields.pipeline import STATUSES
from kundig.interfaces.web.pages.pipelines.drafts import NAME, PipelineDraft, StageDraft

MOST_DAYS = 3650
COLORS = {
    "gray": t("Grey"), "blue": t("Blue"), "violet": t("Violet"), "amber": t("Amber"),
    "green": t("Green"), "teal": t("Teal"), "red": t("Red"), "pink": t("Pink"),
}  # fmt: skip
"""The hues of tags."""


def wrong(draft: PipelineDraft) -> dict[str, Text]:
    """All faults; the one of the whole under ""."""
    found = dict(_of_all(draft))
    for name, text in (fault for stage in draft.stages for fault in _of_stage(stage)):
        found.setdefault(name, text)
    return found


def _of_all(draft: PipelineDraft) -> Iterator[tuple[str, Text]]:
    if not any(draft.label.values()):
        yield f"{NAME}.label", t("Give the pipeline a name.")
    first = next((stage for stage in draft.stages if not stage.retired), None)
    if first is None:
        yield "", t("Leave at least one stage in use.")
    elif first.status != "open":
        yield f"{first.key}.status", t("The first stage must be open: new records begin in it.")


def _of_stage(stage: StageDraft) -> Iterator[tuple[str, Text]]:
    if not any(stage.label.values()):
        yield f"{stage.key}.label", t("Give the stage a name.")
    if stage.status not in {status.key for status in STATUSES}:
        yield f"{stage.key}.status", t("Choose what the stage means.")
    if stage.probability and not _whole_number(stage.probability, 0, 100):
        yield f"{stage.key}.probability", t("Give a whole number from 0 to 100.")
    if stage.rot_days and not _whole_number(stage.rot_days, 1, MOST_DAYS):
        yield f"{stage.key}.rot_days", t("Give a whole number of days, from 1 to {most}.", most=MOST_DAYS)
    if stage.color and stage.color not in COLORS:
        yield f"{stage.key}.color", t("Choose one of the colours.")


def _whole_number(text: str, least: int, most: int) -> bool:
    return (number := whole(text, most)) is not None and number >= least
