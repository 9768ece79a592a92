"""The verbs of sales."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from kundig.engine.extension import Action
from kundig.engine.policy.scope import Scope


class Convert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`account` and `contact` name records to use; `opportunity` asks for one, or gives values for it."""

    account: str | None = None
    contact: str | None = None
    opportunity: bool | dict[str, Any] | None = None


async def run_convert(scope: Scope, id_: UUID, body: Convert) -> dict[str, Any]:
    """See `convert.convert`, which is loaded when it is first used: the model can be read without both doors."""
    from kundig.modules.sales.convert import convert

    return await convert(scope, id_, body)


CONVERT = Action(
    object="lead",
    name="convert",
    label={"en": "Convert", "de": "Umwandeln"},
    body=Convert,
    run=run_convert,
    icon="repeat",
)
