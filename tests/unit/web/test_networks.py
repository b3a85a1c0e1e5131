"""Limits are for a network, too: one office has many addresses."""

import pytest

from shared.web.addresses import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_an_address_is_in_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
