"""Which hosts and addresses are inside: loopback, private, link-local, metadata and other networks but the web.

What an address looks like and what a resolver makes of it are two things: 2130706433, 0x7f.1 and ::ffff:127.0.0.1
all lead to 127.0.0.1. The forms are those of inet_aton(3) and of the WHATWG URL standard, 4.5 (hosts).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from newsbot.web.urls import InvalidURL, ascii_host

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Endpoint = tuple[str, int]
"""Host, in lower case and without trailing dots, and port."""

INSIDE_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa")
"""Endings of names that no public network has: RFC 6761, RFC 6762, RFC 8375, and usage."""
_LOOPBACK_NAMES = frozenset({"localhost6", "ip6-localhost", "ip6-loopback"})
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Of clouds (Azure, Alibaba, Oracle, AWS); the others are link-local. Azure's is in a public network by its number."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
DEFAULT_PORTS = {"http": 80, "https": 443}


def endpoint_of(url: str) -> Endpoint | None:
    """Return host and port that an address leads to; None for one that cannot be read.

    >>> endpoint_of("https://someone@News.Example.ORG./a"), endpoint_of("http://[::1"), endpoint_of("http://e.org:x/")
    (('news.example.org', 443), None, None)
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return endpoint_at(parts.hostname or "", port or DEFAULT_PORTS.get(parts.scheme.lower(), 0))


@lru_cache(maxsize=4096)
def endpoint_at(host: str, port: int) -> Endpoint:
    """Return host and port in one form, however the host is written.

    >>> endpoint_at("0x7f.1", 80), endpoint_at("[::1]", 80), endpoint_at("E.org.", 80)
    (('127.0.0.1', 80), ('::1', 80), ('e.org', 80))
    """
    plain = plain_host(host)
    address = numeric(plain)
    return written(address) if address else plain, port


def endpoints_of(urls: Iterable[str]) -> frozenset[Endpoint]:
    """Return the hosts and ports of some addresses."""
    return frozenset(endpoint for url in urls if url and (endpoint := endpoint_of(url)))


def plain_host(host: str) -> str:
    """Return a host as resolvers read it: no escapes, no letters but ASCII's, no brackets, no trailing dots.

    >>> plain_host("%3127.0.0.1."), plain_host("１２７。０。０。１"), plain_host("[::1]"), plain_host("Straße.example")
    ('127.0.0.1', '127.0.0.1', '::1', 'xn--strae-oqa.example')
    """
    text = unquote(host).strip().strip("[]")
    try:
        return ascii_host(text)
    except InvalidURL:  # IPv6, and what no resolver takes
        return text.rstrip(".").lower()


@lru_cache(maxsize=4096)
def is_private(host: str) -> bool:
    """Whether a host is, by its very name or number, in no public network.

    >>> [is_private(host) for host in ("127.0.0.1", "::1", "10.1.2.3", "localhost", "169.254.169.254")]
    [True, True, True, True, True]
    >>> [is_private(host) for host in ("2130706433", "0x7f.1", "0177.0.0.1", "::ffff:10.0.0.1", "127.1", "0")]
    [True, True, True, True, True, True]
    >>> is_private("example.org"), is_private("93.184.216.34"), is_private("2606:4700::1")
    (False, False, False)
    """
    name = plain_host(host)
    if name in _LOOPBACK_NAMES or any(name == ending or name.endswith(f".{ending}") for ending in INSIDE_NAMES):
        return True
    address = numeric(name)
    return address is not None and not is_public(address)


def is_own_name(host: str) -> bool:
    """Whether nobody but its own network's people decides where a host leads: numbers, localhost, names of no domain.

    Any other name leads where the owner of its domain lets it lead, today or tomorrow.

    >>> [is_own_name(host) for host in ("10.0.0.7", "localhost", "news.internal", "newsroom", "news.example.org")]
    [True, True, True, True, False]
    """
    return numeric(plain_host(host)) is not None or is_private(host) or "." not in plain_host(host)


def may_lead(host: str, address: Address, *, may_be_inside: bool) -> bool:
    """Whether a host may be connected to at an address: one of the public web's, or inside where that is meant.

    Cloud metadata is meant by nobody who does not write its very number.

    >>> may_lead("news.internal", ipaddress.ip_address("10.0.0.7"), may_be_inside=True)
    True
    >>> may_lead("news.internal", ipaddress.ip_address("::ffff:169.254.169.254"), may_be_inside=True)
    False
    """
    if is_public(address):
        return True
    carried = (_carried(address) if isinstance(address, ipaddress.IPv6Address) else None) or address
    is_metadata = carried.is_link_local or carried in _METADATA
    return may_be_inside and (not is_metadata or numeric(plain_host(host)) is not None)


def numeric(name: str) -> Address | None:
    """Return the address that a host is by its number, in any form that inet_aton(3) reads; None for a name.

    >>> numeric("0x7f000001"), numeric("fe80::1%eth0"), numeric("example.org")
    (IPv4Address('127.0.0.1'), IPv6Address('fe80::1%eth0'), None)
    """
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    if not name or not name[0].isdigit() or any(mark.isspace() for mark in name):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None


def written(address: Address) -> str:
    """Return an address as RFC 5952 writes it; Python itself does so for those that carry an IPv4 address from 3.13 on.

    >>> written(ipaddress.ip_address("::ffff:a00:1")), written(ipaddress.ip_address("2001:DB8:0:0::1"))
    ('::ffff:10.0.0.1', '2001:db8::1')
    """
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return f"::ffff:{mapped}" if mapped else str(address)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public web's; those that carry another are what that one is.

    >>> [is_public(ipaddress.ip_address(a)) for a in ("64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "224.0.0.1")]
    [False, False, False, False]
    >>> is_public(ipaddress.ip_address("64:ff9b::5db8:d822"))
    True
    """
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
        if address in _NAT64_LOCAL or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and address not in _METADATA


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for (RFC 4291, 2.5.5; RFC 3056; RFC 4380; RFC 6052)."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
