"""Tickets. Start at `objects.py`."""

from kundig.engine.extension import Hook, Module
from kundig.modules.service.layouts import LAYOUTS
from kundig.modules.service.objects import TICKET, TICKETS, open_tickets
from kundig.modules.service.roles import ROLES
from kundig.modules.service.rules import stamp_progress
from kundig.modules.service.views import VIEWS

MODULE = Module(
    name="service",
    label={"en": "Service", "de": "Service"},
    requires=("contacts",),
    objects=(TICKET,),
    extends=(open_tickets("account", "account"), open_tickets("contact", "contact")),
    pipelines=(TICKETS,),
    layouts=LAYOUTS,
    views=VIEWS,
    roles=ROLES,
    hooks=(Hook("ticket", "before", stamp_progress),),
)

__all__ = ["MODULE"]
