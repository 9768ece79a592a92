"""What collaboration does by itself."""

from __future__ import annotations

from kundig.base.jobs import Job
from kundig.services.identity.scopes import Scopes


def collaboration_jobs(scopes: Scopes) -> tuple[Job, ...]:
    """The jobs of this room; `scopes` opens the workspace as each recipient."""
    return ()
