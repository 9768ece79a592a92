"""What follows when providers change with other configuration: documents that are applied, plans that are taken back.

What is kept beside the documents must not outlive what they said.
"""

from __future__ import annotations

from collections.abc import Sequence

from kundig.base.context import Context
from kundig.engine.audit import Noted, note_all
from kundig.engine.configuration.store import Revision
from kundig.services.identity.audit_events import PROVIDER_CHANGED, PROVIDER_REMOVED
from kundig.services.identity.providers.client_secrets import forget_secret
from kundig.services.identity.providers.identities import free_passwords

KIND = "sign_in_provider"


async def follow_providers(context: Context, revisions: Sequence[Revision]) -> None:
    """Let passwords count again where a plan has removed a provider or no longer switches them off, and note what it did.

    The secret of a removed one is forgotten. The transaction is in the workspace.
    """
    connection, noted = context.connection, []
    for revision in revisions:
        if revision.kind != KIND:
            continue
        gone = revision.new is None or bool(revision.new.get("hidden"))
        said = [body for body in (revision.old, None if gone else revision.new) if body and "issuer" in body]
        if gone:
            await forget_secret(connection, revision.name)
        if gone or (revision.new or {}).get("passwords", True):
            for issuer in sorted({body["issuer"] for body in said}):
                await free_passwords(connection, issuer)
        issuers = {"issuer": said[-1]["issuer"]} if said else {}
        noted.append(Noted(PROVIDER_REMOVED if gone else PROVIDER_CHANGED, detail={"provider": revision.name, **issuers}))
    await note_all(context, noted)
