"""Compiled statements, kept: building one costs more than running it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from sqlalchemy.sql import Executable

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.scope import Scope

MOST = 2000
_kept: OrderedDict[Hashable, Compiled] = OrderedDict()


def statement(scope: Scope, key: Hashable, build: Callable[[], Executable], *, prepare: bool = False) -> Compiled:
    """The statement for `key` under this model and these rights; built at first use, the least used ones are forgotten.

    `key` must hold everything that `build` depends on besides model and rights; values belong into bind parameters.
    `prepare` lets PostgreSQL keep its plan, too: for what is read often and in the same way whatever the values are.
    """
    whole = (scope.model.schema, scope.model.version, scope.access.shape, key)
    kept = _kept.get(whole)
    if kept is None:
        # A plan that was kept for an older model must not meet this text: psycopg knows plans by their texts.
        comment = f"{scope.model.schema} {scope.model.version}" if prepare else ""
        kept = _kept[whole] = compile_statement(build(), prepare=prepare, comment=comment)
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(whole)
    return kept


def for_everybody(scope: Scope, key: Hashable, build: Callable[[], Executable]) -> Compiled:
    """The same for what depends on the model and its policies only, whoever asks; kept for as long as these are."""
    kept = scope.policies.compiled
    if key not in kept:
        kept[key] = compile_statement(build())
    found: Compiled = kept[key]
    return found
