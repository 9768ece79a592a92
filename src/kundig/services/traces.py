"""What the rooms of services keep of records, beside what the engine does."""

from __future__ import annotations

from kundig.services.collaboration import traces as collaboration
from kundig.services.transfer import traces as transfer

TRACES = (*collaboration.TRACES, *transfer.TRACES)
