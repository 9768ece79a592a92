"""Objects that an actor sees alike, and whether that is only few of their entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kundig.base.database.connection import Compiled
from kundig.engine.policy.remembering import remembered
from kundig.engine.policy.scope import Scope
from kundig.engine.search.entries import is_searched

FEW_ENTRIES = 5_000
"""Reading so many takes some milliseconds, whatever is asked. Walking takes less from half of it on, but not to a label that only
others have, and words are found faster among so few."""
_COUNT = Compiled("""
select count(*) <= %(few)s from (select from {ws}.search_entry e
 where e.audience && %(reads)s::integer[] and e.object = any(%(objects)s) limit %(few)s::bigint + 1) seen
""")


@dataclass(frozen=True, slots=True)
class Alike:
    """Objects with the same rights, so that one condition serves them all. `limited`: some of their fields are hidden."""

    objects: tuple[str, ...]
    reads: tuple[int, ...] | None
    forbids: tuple[int, ...]
    limited: bool


def alike(scope: Scope, objects: Sequence[str]) -> list[Alike]:
    """The objects in groups of equal rights."""
    groups: dict[tuple[tuple[int, ...] | None, tuple[int, ...], bool], list[str]] = {}
    for name in objects:
        rights = scope.access.objects[name]
        groups.setdefault((rights.reads, rights.forbids, bool(rights.hidden)), []).append(name)
    return [Alike(tuple(names), *rights) for rights, names in groups.items()]


async def sees_few_entries(scope: Scope, group: Alike) -> bool:
    """Whether the actor sees at most `FEW_ENTRIES` entries of a group, by a limited right."""
    if group.reads is None:
        return False
    values = {"few": FEW_ENTRIES, "reads": list(group.reads), "objects": list(group.objects)}

    async def count() -> bool:
        few: bool = await scope.connection.value(_COUNT, values)
        return few

    return await remembered(scope, ("entries", group.objects, group.reads), count)


def searched_in_part(scope: Scope, group: Alike) -> bool:
    """Whether there are entries of objects outside of a group."""
    return any(is_searched(object_) and name not in group.objects for name, object_ in scope.model.objects.items())
