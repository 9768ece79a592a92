"""The application with all shipped objects, and what its audit trail holds."""

from __future__ import annotations

from tests.integration.interfaces.web.conftest import admin, crm, new_crm

__all__ = ["admin", "crm", "new_crm"]
