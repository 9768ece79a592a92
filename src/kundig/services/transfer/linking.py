"""Links of a chunk of rows: found all at once, and made where the order says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.errors import Invalid, Kind, KundigError
from kundig.base.i18n import t
from kundig.engine.records.trials import trial
from kundig.engine.records.writing import Change, Create
from kundig.services.transfer.cells.words import plainly
from kundig.services.transfer.lines import Line, put
from kundig.services.transfer.lookups import find_links
from kundig.services.transfer.plan import LinkRule, Plan, Target

Found = dict[tuple[LinkRule, str], frozenset[UUID]]


@dataclass(frozen=True, slots=True)
class _Missing:
    """A record to make: the text that names it, and what the first line that does so says of it."""

    text: str
    beside: Mapping[str, Any]


async def fill_links(change: Change, plan: Plan, lines: Sequence[Line], *, last: bool) -> None:
    """Put the records that link texts mean into the lines' values. What isn't found is made, deferred or a fault."""
    texts: dict[LinkRule, set[str]] = defaultdict(set)
    for line in lines:
        for target, text, _ in line.links:
            texts[_rule(target)].add(text)
    found: Found = {}
    for rule, asked in texts.items():
        found |= {(rule, text): records for text, records in (await find_links(change.scope, rule, asked)).items()}
    for line in lines:
        line.deferred = not last and any(_awaited(plan, target, text, found) for target, text, _ in line.links)
    await _make_missing(change, plan, [line for line in lines if not line.deferred], found)
    for line in lines:
        if not line.deferred:
            for target, text, values in line.links:
                _fill(line, target, values, found.get((_rule(target), text), frozenset()))


def _rule(target: Target) -> LinkRule:
    assert target.link is not None
    return target.link


def _awaited(plan: Plan, target: Target, text: str, found: Found) -> bool:
    rule = _rule(target)
    return rule.object == plan.object.name and not found.get((rule, text))


def _fill(line: Line, target: Target, values: dict[str, Any], records: frozenset[UUID]) -> None:
    if len(records) > 1:
        line.fail(target, "ambiguous", t("Several records have this name. Give an id or an external id instead."))
    elif not records:
        # what should be made is told where that failed; a row with other faults makes nothing
        if not _rule(target).create:
            line.fail(target, "not_found", t("There is no such record, or you may not see it."))
    else:
        id_ = str(next(iter(records)))
        whole = target.field is not None and target.field.target is None
        put(values, target, {"object": _rule(target).object, "id": id_} if whole else id_)


async def _make_missing(change: Change, plan: Plan, lines: Sequence[Line], found: Found) -> None:
    """Make each missing record once, however often and in whatever spelling it is named."""
    missing: dict[LinkRule, dict[str, _Missing]] = defaultdict(dict)
    for line in lines:
        for target, text, _ in line.links:
            rule = _rule(target)
            if rule.create and not line.faults and not found.get((rule, text)):
                missing[rule].setdefault(plainly(text), _Missing(text, line.companions.get(target.name, {})))
    for rule, wanted in missing.items():
        made, refused = await _make(change, rule, wanted)
        for line in lines:
            for target, text, _ in line.links:
                if _rule(target) == rule and plainly(text) in made:
                    found[rule, text] = frozenset([made[plainly(text)]])
                elif _rule(target) == rule and plainly(text) in refused:
                    _blame(line, target, plan.companions.get(target.name, ()), refused[plainly(text)])


def _blame(line: Line, target: Target, companions: Sequence[Target], error: KundigError) -> None:
    """Lay what is wrong with a record to make at the cells that it is made of, else at the one that names it."""
    for found in error.errors if isinstance(error, Invalid) else ():
        name = found.field.partition("[")[0].partition(".")[0]
        cell = next((companion for companion in companions if companion.name == name), target)
        line.fail(cell, found.code, found.text)
    if not isinstance(error, Invalid) or not error.errors:
        line.fail(target, error.code, error.text)


async def _make(change: Change, rule: LinkRule, wanted: dict[str, _Missing]) -> tuple[dict[str, UUID], dict[str, KundigError]]:
    """All at once; if that is refused, one by one."""
    try:
        return dict(zip(wanted, await _created(change, rule, list(wanted.values())), strict=True)), {}
    except KundigError as error:
        if error.kind is Kind.OUTSIDE:
            raise
        if len(wanted) == 1:
            return {}, dict.fromkeys(wanted, error)
    made: dict[str, UUID] = {}
    refused: dict[str, KundigError] = {}
    for key, one in wanted.items():
        done, failed = await _make(change, rule, {key: one})
        made |= done
        refused |= failed
    return made, refused


async def _created(change: Change, rule: LinkRule, wanted: Sequence[_Missing]) -> list[UUID]:
    async with trial(change) as tried:
        return await tried.write(rule.object, [Create({**one.beside, rule.create or "": one.text}) for one in wanted])
