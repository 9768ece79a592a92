"""What transfer contributes to the model, in the shape of a module."""

from __future__ import annotations

from kundig.engine.extension import Module
from kundig.services.transfer.audit_events import EVENTS

MODULE = Module(name="transfer", label={"en": "Import and export", "de": "Import und Export"}, audit_events=EVENTS)
