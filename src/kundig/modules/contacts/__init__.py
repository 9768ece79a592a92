"""Accounts and contacts. Start at `objects.py`."""

from kundig.engine.extension import Module
from kundig.modules.contacts.objects import ACCOUNT, CONTACT, EMPLOYMENT

MODULE = Module(
    name="contacts",
    label={"en": "Contacts", "de": "Kontakte"},
    objects=(ACCOUNT, CONTACT, EMPLOYMENT),
)

__all__ = ["MODULE"]
