"""The filter language: one tree of JSON for lists, boards, rules, roles, roll-ups; read and checked here, compiled to SQL.

`parse_filter` reads and binds, `compile_filter` makes the condition. Start at `parse.py` and `compile.py`.
"""

from kundig.engine.schema.filters.compile import compile_filter
from kundig.engine.schema.filters.joining import both
from kundig.engine.schema.filters.parse import nothing_hidden, parse_filter
from kundig.engine.schema.filters.paths import Hidden
from kundig.engine.schema.filters.tree import Filter

__all__ = ["Filter", "Hidden", "both", "compile_filter", "nothing_hidden", "parse_filter"]
