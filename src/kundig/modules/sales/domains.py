"""Which domains of e-mail addresses tell the company somebody works for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files


def company_domains(addresses: Iterable[str]) -> list[str]:
    """The domains of the addresses in their order, each once, without those at which anybody can have an address."""
    domains = (address.rpartition("@")[2].lower() for address in addresses)
    return list(dict.fromkeys(domain for domain in domains if domain and domain not in free_mail()))


@cache
def free_mail() -> frozenset[str]:
    """The free-mail providers of `free_mail.txt`."""
    lines = (files(__package__) / "free_mail.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
