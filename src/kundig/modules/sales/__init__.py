"""Leads, opportunities, products. Start at `objects.py`."""

from kundig.engine.extension import Module
from kundig.modules.sales.leads import LEAD
from kundig.modules.sales.objects import OPPORTUNITY, OPPORTUNITY_CONTACT, OPPORTUNITY_LINE, PRODUCT, sales_figures
from kundig.modules.sales.pipelines import LEADS, SALES

MODULE = Module(
    name="sales",
    label={"en": "Sales", "de": "Vertrieb"},
    requires=("contacts", "activities"),
    objects=(LEAD, OPPORTUNITY, OPPORTUNITY_CONTACT, OPPORTUNITY_LINE, PRODUCT),
    extends=(sales_figures("account", "account"), sales_figures("contact", "primary_contact")),
    pipelines=(LEADS, SALES),
)

__all__ = ["MODULE"]
