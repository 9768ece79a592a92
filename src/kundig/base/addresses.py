"""Which addresses of the network the house may talk to: only public ones, whatever disguise they come in."""

from __future__ import annotations

import ipaddress
import re

_EMBEDDING = (
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64: the last four bytes
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("::/96"), 0),  # IPv4-compatible, long forbidden, still routed by some
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4: the four bytes after the prefix
)
_NOT_PUBLIC = (
    ipaddress.IPv4Network("100.64.0.0/10"),
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv4Network("198.18.0.0/15"),
    ipaddress.IPv6Network("fec0::/10"),
    ipaddress.IPv6Network("5f00::/16"),
)
_HOST_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def is_public(address: str) -> bool:
    """Whether this is the address of a machine out there: not ours, not of our network, not of the machine's own cloud."""
    if "%" in address:
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        for network, shift in _EMBEDDING:
            if parsed in network:
                return is_public(str(ipaddress.IPv4Address((int(parsed) >> shift) & 0xFFFFFFFF)))
        if parsed.teredo is not None:
            return False
    shut = any(parsed in network for network in _NOT_PUBLIC if network.version == parsed.version)
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved and not shut


def is_host_name(host: str) -> bool:
    """Whether this is a full name of the public DNS in plain letters: no address in any notation, no name of our own network."""
    return bool(_HOST_NAME.fullmatch(host)) and not host.endswith(
        (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".localdomain")
    )
