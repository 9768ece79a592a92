"""Searching: what people type, across all objects they may see, best first.

First whose label it is, then whose label begins with it, then whom it reaches (phone, e-mail, domain), then whose label has the
words, then who mentions them. All words must occur; the last one may be a beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from kundig.base.database.connection import Compiled
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.indexes import LARGE_AUDIENCE
from kundig.engine.search.contacts import point_queries
from kundig.engine.search.entries import is_searched, recipe
from kundig.engine.search.labels import labels_of
from kundig.engine.search.sight import Alike, alike, searched_in_part, sees_few_entries
from kundig.engine.search.snippets import snippet, untitled
from kundig.engine.search.words import query_sql, words_in

MOST_HITS = 1000
MOST_RANKED = 1000
_FEW_OBJECTS = 3
_MOST_CHARACTERS = 200
_MOST_SHOWN = 20_000
_QUESTION = "%(q)s::text"


async def search(scope: Scope, q: str, objects: Sequence[str] | None = None, limit: int = 20) -> list[dict[str, Any]]:
    """Hits as `{"object", "id", "label", "snippet"}`. Raises Invalid for a blank question, unknown objects, a bad limit."""
    question = q.replace("\0", "").strip()[:_MOST_CHARACTERS]
    if not question:
        raise Invalid.one("q", "required", t("Type something to search for."))
    if not 1 <= limit <= MOST_HITS:
        raise Invalid.one("limit", "bad_value", t("Give a whole number from 1 to {most}.", most=MOST_HITS))
    searched = _objects(scope, objects)
    if not searched or not words_in(question):
        return []
    groups = alike(scope, searched)
    asking = _Asking(scope, question, groups, [await sees_few_entries(scope, group) for group in groups], limit)
    found = await asking.hits(asking.names())
    if len(found) < limit:
        # Only then the words.
        known = {(hit["object"], hit["record"]) for hit in found}
        found += [hit for hit in await asking.hits(asking.mentions()) if (hit["object"], hit["record"]) not in known]
    labels = await labels_of(scope, searched, [(hit["object"], hit["record"]) for hit in found])
    named = [(hit, labels[hit["object"], hit["record"]]) for hit in found if (hit["object"], hit["record"]) in labels]
    return [
        {
            "object": hit["object"],
            "id": str(hit["record"]),
            "label": label,
            "snippet": snippet(untitled(hit["body"], label), question),
        }
        for hit, label in named[:limit]
    ]


def _objects(scope: Scope, objects: Sequence[str] | None) -> list[str]:
    """The objects to search, of those the actor may read."""
    known = [name for name, rights in scope.access.objects.items() if rights.readable and is_searched(scope.model.objects[name])]
    if objects is None:
        return known
    unknown = [name for name in objects if name not in scope.access.objects]
    if unknown:
        raise Invalid(
            FieldError("object", "unknown_object", t("There is no object “{object}”.", object=name[:100])) for name in unknown
        )
    return [name for name in known if name in objects]


class _Asking:
    """One question: its statements and their values."""

    def __init__(self, scope: Scope, question: str, groups: Sequence[Alike], few: Sequence[bool], limit: int) -> None:
        """`few` says of which groups the actor sees only few entries: these are read first, and looked through then."""
        self.scope, self.limit = scope, limit
        self.values: dict[str, Any] = {"q": question, "limit": limit, "ranked": MOST_RANKED, "shown": _MOST_SHOWN}
        conditions = [self._condition(number, group) for number, group in enumerate(groups)]
        ways = ["first" if rare else _way(scope, group, groups) for rare, group in zip(few, groups, strict=True)]

        def going(*chosen: str) -> str:
            return _any(condition for condition, way in zip(conditions, ways, strict=True) if way in chosen)

        self.visible, self.not_first = _any(conditions), going("alone", "walked")
        self.read_first, self.alone, self.walked = going("first"), going("alone"), going("walked")
        self.values["alone"] = [name for group, way in zip(groups, ways, strict=True) if way == "alone" for name in group.objects]
        # A single letter begins far more words than anybody reads: it must be a word of its own, or begin a label.
        self.beginning = len(question) > 1
        self.points, values = point_queries(scope, question)
        self.values |= values

    def names(self) -> str:
        """By whole label, by its beginning, by contact point: (object, record, tier, rank)."""
        folded = f"kundig.fold({_QUESTION})"
        tier = f"case when e.label_fold = {folded} then 0 else 1 end as tier"
        parts = [
            f"""(select e.object, e.record, {tier}, 0::real as rank, e.label_fold from {entries}
                  order by e.label_fold, e.record limit %(limit)s)"""
            for entries in self._begun(folded)
        ]
        if self.points:
            points = " union ".join(self.points)
            parts.append(
                f"""(select e.object, e.record, 2, 0, e.label_fold from ({points} limit %(ranked)s) p
                      join {{ws}}.search_entry e using (object, record) where {self.visible} limit %(limit)s)"""
            )
        return " union all ".join(parts)

    def mentions(self) -> str:
        """By words, in the label before elsewhere; at most a thousand are ranked."""
        query = query_sql(_QUESTION, beginning=self.beginning)
        in_label = query_sql(_QUESTION, "AB", beginning=self.beginning)
        parts = []
        if self.not_first:
            parts.append(f"(select e.* from {{ws}}.search_entry e where e.vector @@ {query} and {self.not_first} limit %(ranked)s)")
        if self.read_first:
            parts.append(f"(select e.* from {self._seen_few()} where e.vector @@ {query} limit %(ranked)s)")
        return f"""select object, record, tier, rank, label_fold from (
            select e.object, e.record, case when e.vector @@ {in_label} then 3 else 4 end as tier,
                   ts_rank(e.vector, {query}) as rank, e.label_fold
              from (select * from ({" union all ".join(parts)}) e limit %(ranked)s) e
          ) r order by tier, rank desc, label_fold, record limit %(limit)s + %(limit)s"""

    def _begun(self, folded: str) -> Iterator[str]:
        """From where to read entries `e` that can be seen and whose labels begin with a text: each is read in their order."""
        begins = f"starts_with(e.label_fold, {folded})"
        usual, large = (f"cardinality(e.audience) {compared} {LARGE_AUDIENCE}" for compared in ("<=", ">"))
        if self.walked:
            # In this index all begin so: what is asked first is what leaves entries out.
            yield f"{{ws}}.search_entry e where {self.walked} and {begins} and {usual}"
        if self.alone:
            yield f"""unnest(%(alone)s::text[]) o(name), lateral (select e.* from {{ws}}.search_entry e
                        where e.object = o.name and {self.alone} and {begins} and {usual}
                        order by e.label_fold, e.record limit %(limit)s) e"""
        if self.not_first:
            # The planner takes large audiences to be frequent: ORDER BY and OFFSET 0 keep it from reading all that can be seen.
            yield f"""(select e.* from {{ws}}.search_entry e where {begins} and {large}
                        order by e.label_fold, e.record offset 0) e where {self.not_first}"""
        if self.read_first:
            yield f"{self._seen_few()} where {begins}"

    def _seen_few(self) -> str:
        # OFFSET 0 keeps the planner from walking through all that begins or is written alike, to find the few among it.
        return f"(select e.* from {{ws}}.search_entry e where {self.read_first} offset 0) e"

    async def hits(self, found: str) -> list[dict[str, Any]]:
        """The best hits of a statement with their texts: `object`, `record`, `body`."""
        text = f"""
          with found as ({found}),
          best as (select distinct on (object, record) * from found order by object, record, tier),
          h as (select * from best order by tier, rank desc, label_fold, record limit %(limit)s + %(limit)s)
          select h.object, h.record, left(e.body, %(shown)s) as body from h join {{ws}}.search_entry e using (object, record)
           order by h.tier, h.rank desc, h.label_fold, h.record"""
        return await self.scope.connection.rows(Compiled(text), self.values)

    def _condition(self, number: int, group: Alike) -> str:
        """The condition that an entry `e` is of the group and that the actor may see its record."""
        reads, forbids = group.reads, group.forbids
        self.values |= {f"objects{number}": list(group.objects), f"reads{number}": list(reads or ())}
        self.values |= {f"forbids{number}": list(forbids)}
        condition = f"e.object = any(%(objects{number})s)"
        condition += f" and e.audience && %(reads{number})s::integer[]" if reads is not None else ""
        condition += f" and not e.audience && %(forbids{number})s::integer[]" if forbids else ""
        condition += f" and {self._as_made_now(number, group.objects)}" if group.limited else ""
        return f"({condition})"

    def _as_made_now(self, number: int, names: Sequence[str]) -> str:
        """Old entries may still hold what has just become hidden: who may not see all fields waits until they are made anew."""
        recipes = [recipe(self.scope.policies, self.scope.model.objects[name]) for name in names]
        self.values[f"recipes{number}"] = recipes
        return f"""e.object <> all(array(select m.object from {{ws}}.entries_made m
            join unnest(%(objects{number})s::text[], %(recipes{number})s::text[]) as now (object, recipe) using (object)
           where m.recipe <> now.recipe))"""


def _way(scope: Scope, group: Alike, groups: Sequence[Alike]) -> Literal["alone", "walked"]:
    """How to find the labels of a group of which not only few can be seen.

    Each object's alone where there are few objects or all of them can be seen, else through those of all objects for what can be.
    """
    whole = group.reads is None and (len(groups) > 1 or searched_in_part(scope, group))
    return "alone" if whole or len(group.objects) <= _FEW_OBJECTS else "walked"


def _any(conditions: Iterable[str]) -> str:
    joined = " or ".join(conditions)
    return joined and f"({joined})"
