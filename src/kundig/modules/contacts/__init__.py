"""Accounts and contacts. Start at `objects.py`."""

from kundig.engine.extension import Hook, Module
from kundig.modules.contacts.layouts import LAYOUTS
from kundig.modules.contacts.objects import ACCOUNT, CONTACT, EMPLOYMENT
from kundig.modules.contacts.roles import ROLES
from kundig.modules.contacts.rules import keep_employers
from kundig.modules.contacts.views import VIEWS

MODULE = Module(
    name="contacts",
    label={"en": "Contacts", "de": "Kontakte"},
    objects=(ACCOUNT, CONTACT, EMPLOYMENT),
    layouts=LAYOUTS,
    views=VIEWS,
    roles=ROLES,
    hooks=(Hook("contact", "before", keep_employers),),
)

__all__ = ["MODULE"]
