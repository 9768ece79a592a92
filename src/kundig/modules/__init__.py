"""Floor 4: the CRM. Each module is a folder of one shape whose `MODULE` lists what it contributes; a plug-in looks the same.

Imports the floors below by their public faces.
"""

from kundig.engine.extension import Module
from kundig.modules.activities import MODULE as ACTIVITIES
from kundig.modules.contacts import MODULE as CONTACTS
from kundig.modules.sales import MODULE as SALES
from kundig.modules.service import MODULE as SERVICE

SHIPPED: tuple[Module, ...] = (CONTACTS, ACTIVITIES, SALES, SERVICE)
"""The modules of this repository; plug-ins join them by the entry points `kundig.modules`."""

__all__ = ["SHIPPED"]
