"""Grouped figures: counts, sums and the like over the records that match a filter and that the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.policy.statements import statement
from kundig.engine.records.measures import ZONE, Group, Measure, parse_groups, parse_measures
from kundig.engine.records.ordering import Joined
from kundig.engine.records.pages import Reach, as_json
from kundig.engine.records.sensitive import tell_figures
from kundig.engine.schema.fields.money import currency_digits

MOST_GROUPS = 10_000


async def aggregate(scope: Scope, object_: str, where: Any = None, group: Sequence[str] = (), measures: Sequence[str] = ()) -> str:
    """The rows as a JSON array text, in the order of their groups; one row without groups, `count` without measures.

    Raises Invalid for what is named wrongly (fields `group`, `measure`, or the filter's) and for more than 10,000 groups.
    """
    bound = scope.object(object_)
    groups = parse_groups(scope, bound, group)
    figures = parse_measures(scope, bound, measures)
    for name in {group.name for group in groups} & {measure.name for measure in figures}:
        text = t("“{measure}” is the name of a group too. Count by count_distinct:id, or group by something else.", measure=name)
        raise Invalid.one("measure", "taken", text)
    filter_ = None if where is None else filter_in(scope, bound, where)
    reach = Reach(scope, bound, filter_, descending=False)
    digits = currency_digits(scope.context.workspace.currency)
    names = (tuple((g.name, g.path.name) for g in groups), tuple((m.name, m.path and m.path.name) for m in figures))
    shape = None if filter_ is None else filter_.shape
    compiled = statement(scope, ("aggregate", object_, names, shape, digits), lambda: _statement(reach, groups, figures, digits))
    params = {ZONE: scope.context.time_zone.key, **scope.access.parameters, **({} if filter_ is None else filter_.values)}
    rows = await scope.connection.values(compiled, params)
    if len(rows) > MOST_GROUPS:
        text = t("There are more than {most} groups. Narrow the records by a filter, or group more coarsely.", most=MOST_GROUPS)
        raise Invalid.one("group", "too_many", text)
    tell_figures(scope, [*(g.path for g in groups), *(m.path for m in figures if m.path is not None)], len(rows))
    return f"[{','.join(rows)}]"


def _statement(reach: Reach, groups: Sequence[Group], measures: Sequence[Measure], digits: int) -> sa.Select[Any]:
    reading = AccessReading.of(reach.scope)
    row = reach.object.table.alias()
    joined = Joined(row, reading)
    by = [group.value(joined).label(f"g{n}") for n, group in enumerate(groups)]
    figures = [measure.value(joined).label(f"m{n}") for n, measure in enumerate(measures)]
    conditions = reach.conditions(joined)
    found = sa.select(*by, *figures).select_from(joined.source).where(*conditions)
    # By position: the same expression twice would carry parameters of different names.
    grouped = (found.group_by(*(sa.literal_column(str(n + 1)) for n in range(len(by)))) if by else found).subquery()
    values = [
        *(group.shown(grouped.c[f"g{n}"], reading, digits).label(group.name) for n, group in enumerate(groups)),
        *(measure.shown(grouped.c[f"m{n}"], reading, digits).label(measure.name) for n, measure in enumerate(measures)),
    ]
    places = [place for n, group in enumerate(groups) for place in group.ordered(grouped.c[f"g{n}"], reading)]
    number = sa.func.row_number().over(order_by=places) if places else sa.literal_column("1")
    shown = sa.select(number.label("_place"), *values).select_from(grouped).subquery("d")
    return sa.select(as_json(values)).select_from(shown).order_by(shown.c["_place"]).limit(MOST_GROUPS + 1)


__all__ = ["MOST_GROUPS", "aggregate"]
