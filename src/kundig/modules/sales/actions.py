"""The verbs of sales."""

from __future__ import annotations

from kundig.engine.extension import Action
from kundig.modules.sales.convert import Convert, convert

CONVERT = Action(
    object="lead",
    name="convert",
    label={"en": "Convert", "de": "Umwandeln"},
    body=Convert,
    run=convert,
    icon="repeat",
)
