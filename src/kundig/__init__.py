"""Kundig: a CRM that companies run themselves. Five floors: base, engine, services, modules, interfaces; `wiring` joins them."""

__version__ = "0.1.0"
