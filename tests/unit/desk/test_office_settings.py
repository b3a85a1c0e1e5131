"""Outside the local stack, sign-in needs TLS and an issuer on another machine."""

from ipaddress import ip_network
from typing import Any

import pytest
from pydantic import ValidationError

from services.desk.office.settings import OfficeSettings
from tests.examples.office import LOCAL, SETTINGS


def test_an_issuer_with_tls_on_another_machine_is_taken() -> None:
    assert not OfficeSettings(**SETTINGS).stand_in_issuer


def test_the_local_stack_may_have_a_stand_in() -> None:
    assert OfficeSettings(**LOCAL).stand_in_issuer


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({**SETTINGS, "issuer": "http://issuer.example"}, "https"),
        ({**SETTINGS, "public_url": "http://office.example"}, "https"),
        ({**SETTINGS, "issuer": "https://127.0.0.1:8081"}, "this machine"),
        ({**SETTINGS, "issuer": "https://127.1.2.3"}, "this machine"),
        ({**SETTINGS, "issuer": "https://[::1]/x"}, "this machine"),
        ({**SETTINGS, "issuer": "https://LOCALHOST."}, "this machine"),
        ({**SETTINGS, "issuer": "https://a.localhost"}, "this machine"),
        ({**SETTINGS, "issuer": "https://0.0.0.0"}, "this machine"),
        ({**SETTINGS, "stand_in_issuer": True}, "local stack"),
        ({**LOCAL, "postgres_host": "postgres.example"}, "local stack"),
        ({**LOCAL, "kafka_servers": "127.0.0.1:9092,kafka.example:9092"}, "local stack"),
        ({**LOCAL, "issuer": "http://issuer.example"}, "local stack"),
        ({**LOCAL, "public_url": "http://office.example"}, "local stack"),
        ({**SETTINGS, "public_url": "https://office.example/path"}, "match"),
        ({**SETTINGS, "office_zone": "Nowhere/City"}, "time zone"),
    ],
)
def test_anything_else_is_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        OfficeSettings(**settings)


@pytest.mark.parametrize("name", ["office_telephone", "omb_number", "omb_expires", "omb_minutes"])
def test_production_does_not_start_without_what_every_form_must_say(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        OfficeSettings(**{key: value for key, value in SETTINGS.items() if key != name})


def test_trusted_proxies_are_networks() -> None:
    found = OfficeSettings(**SETTINGS, trusted_proxies="10.0.0.0/8,fd00::/8").trusted_proxies

    assert found == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
