"""Which addresses a fetch may reach: those that an operator lists, and nothing by default.

A name is no address: whoever fetches resolves the name, asks here about every address that came back, connects to one
that is allowed and to no other, and follows no redirect. So neither a name that points inside, nor one that points
elsewhere on the second question, reaches what nobody listed.

Source: OWASP, Server-Side Request Forgery Prevention Cheat Sheet; RFC 6890 for the ranges that are not public.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ronghe.terms import InputError

__all__ = ["Address", "Allowed", "led_to", "parse_allowed", "plain_host"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
WIDEST = {4: 8, 6: 7}
"""Shortest prefix of a range: 10.0.0.0/8 and fc00::/7 are the largest private ones; a wider range lists nothing."""
LEAST_LABELS = 2
"""Labels below `*.`: `*.cn` would be a country."""
_NAT64 = IPv6Network("64:ff9b::/96")


def plain_host(host: str) -> str:
    """A host as it is compared: in lower case and the ASCII of the wire, no dot at its end. ValueError for none."""
    bare = host.strip().rstrip(".").strip("[]")
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    try:
        wire = bare.encode("idna").decode("ascii").lower()
    except UnicodeError as fault:
        raise ValueError(host) from fault
    if not wire or len(wire) > 253 or not all(c.isalnum() or c in "-._" for c in wire):
        raise ValueError(host)
    return wire


def led_to(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _public(address: Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not odd


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts whose public addresses may be reached, and ranges that may be reached whatever the name."""

    hosts: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    def lists(self, host: str) -> bool:
        """True for a host that is listed by its name, or by `*.` and the end of it."""
        name = plain_host(host)
        return name in self.hosts or name.endswith(self.suffixes)

    def admits(self, host: str, address: str) -> bool:
        """True where an address that a host resolved to may be connected to; False on every doubt."""
        try:
            reached = led_to(ip_address(address))
            listed = self.lists(host)
        except ValueError:
            return False
        if reached.is_multicast or reached.is_unspecified or reached == IPv4Address("255.255.255.255"):
            return False
        inside = any(reached in network for network in self.networks if network.version == reached.version)
        return inside or (listed and _public(reached))


def _suffix(text: str, where: str) -> str:
    try:
        end = plain_host(text.removeprefix("*."))
    except ValueError:
        end = ""
    if end.count(".") + 1 < LEAST_LABELS or "*" in end:
        raise InputError("trust.egress_host", path=where, value=text)
    return f".{end}"


def _host(text: str, where: str) -> str:
    try:
        return plain_host(text)
    except ValueError as fault:
        raise InputError("trust.egress_host", path=where, value=text) from fault


def _network(text: str, where: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as fault:
        raise InputError("trust.egress_network", path=where, value=text) from fault
    if network.prefixlen < WIDEST[network.version]:
        raise InputError("trust.egress_wide", path=where, value=text, least=WIDEST[network.version])
    return network


def parse_allowed(hosts: Sequence[str], networks: Sequence[str], *, where: str) -> Allowed:
    """Read the lists of an operator. InputError for an entry that is none: a list is understood whole or not at all."""
    wild = [text for text in hosts if text.startswith("*.")]
    return Allowed(
        frozenset(_host(text, where) for text in hosts if text not in wild),
        tuple(_suffix(text, where) for text in wild),
        tuple(_network(text, where) for text in networks),
    )
