"""Parts of values: a file that brings a city leaves the street of an existing record alone, though addresses are written whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.services.transfer.lines import Line
from kundig.services.transfer.plan import Plan


async def merge_parts(scope: Scope, plan: Plan, lines: Sequence[Line]) -> None:
    """Complete values of which the file holds parts only with what existing records hold."""
    names = sorted({target.name for target in plan.targets if target.inner is not None})
    found = {line.record: line for line in lines if line.record is not None and any(name in line.values for name in names)}
    if not found:
        return
    for id_, text in (await read_many(scope, plan.object.name, list(found), names)).items():
        values, record = found[id_].values, msgspec.json.decode(text)
        for name in names:
            given, current = values.get(name), record.get(name)
            if isinstance(given, Mapping) and isinstance(current, Mapping):
                values[name] = {**current, **given}
