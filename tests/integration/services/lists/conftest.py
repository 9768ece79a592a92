"""Workspaces with all shipped objects, called in-process."""

from tests.integration.rights.conftest import new_crm

__all__ = ["new_crm"]
