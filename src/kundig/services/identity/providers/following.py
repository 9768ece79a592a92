"""What follows when providers change with other configuration: documents that are applied, plans that are taken back.

What is kept beside the documents must not outlive what they said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kundig.base.context import Context
from kundig.engine.audit import Noted, note_all
from kundig.engine.configuration.store import Revision
from kundig.services.identity.audit_events import PROVIDER_CHANGED, PROVIDER_REMOVED
from kundig.services.identity.providers.client_secrets import forget_secret
from kundig.services.identity.providers.identities import free_passwords
from kundig.services.identity.providers.signing_out import end_all

KIND = "sign_in_provider"


async def follow_providers(context: Context, revisions: Sequence[Revision]) -> None:
    """Let passwords count again where a plan has removed a provider or no longer switches them off, and note what it did.

    The secret of a removed one is forgotten, and sessions that came by it end; those of one that leads to another issuer, too:
    people there are others. The transaction is in the workspace.
    """
    connection, noted = context.connection, []
    for revision in revisions:
        if revision.kind != KIND:
            continue
        gone = revision.new is None or bool(revision.new.get("hidden"))
        said = [body for body in (revision.old, None if gone else revision.new) if body and "issuer" in body]
        count = 0
        if gone:
            await forget_secret(connection, revision.name)
        if gone or len({body["issuer"] for body in said}) > 1:
            count = await end_all(context, revision.name)
        if gone or (revision.new or {}).get("passwords", True):
            for issuer in sorted({body["issuer"] for body in said}):
                await free_passwords(connection, issuer)
        detail: dict[str, Any] = {"provider": revision.name} | ({"issuer": said[-1]["issuer"]} if said else {})
        if count:
            detail["count"] = count
        noted.append(Noted(PROVIDER_REMOVED if gone else PROVIDER_CHANGED, detail=detail))
    await note_all(context, noted)
