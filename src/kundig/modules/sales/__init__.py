"""Leads, opportunities, products. Start at `leads.py` and `objects.py`."""

from kundig.engine.extension import Hook, Module
from kundig.modules.sales.actions import CONVERT
from kundig.modules.sales.layouts import LAYOUTS
from kundig.modules.sales.leads import LEAD
from kundig.modules.sales.objects import OPPORTUNITY, OPPORTUNITY_CONTACT, OPPORTUNITY_LINE, PRODUCT, sales_figures
from kundig.modules.sales.pipelines import LEADS, SALES
from kundig.modules.sales.roles import ROLES
from kundig.modules.sales.rules import fill_from_product, follow_lead
from kundig.modules.sales.views import VIEWS

MODULE = Module(
    name="sales",
    label={"en": "Sales", "de": "Vertrieb"},
    requires=("contacts", "activities"),
    objects=(LEAD, OPPORTUNITY, OPPORTUNITY_CONTACT, OPPORTUNITY_LINE, PRODUCT),
    extends=(sales_figures("account", "account"), sales_figures("contact", "primary_contact")),
    pipelines=(LEADS, SALES),
    layouts=LAYOUTS,
    views=VIEWS,
    roles=ROLES,
    actions=(CONVERT,),
    hooks=(Hook("lead", "before", follow_lead), Hook("opportunity_line", "before", fill_from_product)),
)

__all__ = ["MODULE"]
