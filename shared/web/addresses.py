"""The client's address behind trusted proxies, and the network that it is in. Pure."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_OF_NETWORK = {4: 24, 6: 48}
"""IP version → the length of the prefix that one household's or office's addresses share."""


def client_address(peer: str, forwarded: Iterable[str], *, trusted: Sequence[Network]) -> str:
    """
    Return the address that a request comes from.

    *forwarded* are the ``X-Forwarded-For`` headers, in order. They are read from right to left as
    long as each sender is *trusted*, because anyone may have written the entries before that.
    """
    address = peer
    hops = [hop.strip() for header in forwarded for hop in header.split(",")]
    while hops and _is_in(address, trusted):
        hop = hops.pop()
        if not _is_address(hop):
            break
        address = hop
    return address


def network_of(address: str) -> str:
    """Return the network of *address*; a text that is no IP address is returned as it is."""
    if not _is_address(address):
        return address
    bits = _OF_NETWORK[ip_address(address).version]
    return str(ip_network(f"{address}/{bits}", strict=False))


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in each for each in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
