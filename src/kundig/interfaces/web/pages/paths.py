"""The path of stages on a record's page, with the time spent in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.engine.records.stages import derived_names
from kundig.engine.schema.bound import BoundObject

HOUR, DAY = 3600, 86400


@dataclass(frozen=True, slots=True)
class Step:
    """A stage; `state` is done, current or next (current also is-won, is-lost)."""

    key: str
    label: str
    state: str
    seconds: int = 0
    """How long the record has been in it, all times together."""

    @property
    def current(self) -> bool:
        """Whether the record stands in it."""
        return self.state.startswith("current")

    @property
    def days(self) -> int:
        """Whole days spent in it."""
        return self.seconds // DAY

    @property
    def hours(self) -> int:
        """Whole hours spent in it."""
        return self.seconds // HOUR


def path_of(scope: Scope, object_: BoundObject, record: Mapping[str, Any]) -> tuple[Step, ...]:
    """The path of the pipeline that the record is in: what lies behind, where the record stands, what comes."""
    fields = [field for field in object_.pipelines if field.name in record]
    pipeline = fields[0].pipeline_of(record) if fields else None
    if pipeline is None:
        return ()
    current = record[fields[0].name]
    stages = [stage for stage in pipeline.stages if not stage.retired or stage.key == current]
    at = next((n for n, stage in enumerate(stages) if stage.key == current), 0)
    language = scope.context.language
    lost = stages[at].status == "lost"
    now = {"open": "current", "won": "current is-won", "lost": "current is-lost"}[stages[at].status]
    state = {-1: "next" if lost else "done", 0: now, 1: "next"}
    spent = _spent(record.get(derived_names(fields[0])["history"]) or (), scope.context.now)
    return tuple(
        Step(s.key, label_in(s.label, language), state[(n > at) - (n < at)], spent.get(s.key, 0) if s.status == "open" else 0)
        for n, s in enumerate(stages)
    )


def _spent(history: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Seconds by stage; the one that the record is in counts until now."""
    found: dict[str, int] = {}
    for part in history:
        seconds = part["seconds"]
        if seconds is None:
            seconds = (now - datetime.fromisoformat(part["entered_at"])).total_seconds()
        found[part["stage"]] = found.get(part["stage"], 0) + max(0, int(seconds))
    return found
