"""Tickets. Start at `objects.py`."""

from kundig.engine.extension import Module
from kundig.modules.service.objects import TICKET, TICKETS, open_tickets

MODULE = Module(
    name="service",
    label={"en": "Service", "de": "Service"},
    requires=("contacts",),
    objects=(TICKET,),
    extends=(open_tickets("account", "account"), open_tickets("contact", "contact")),
    pipelines=(TICKETS,),
)

__all__ = ["MODULE"]
