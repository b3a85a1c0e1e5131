"""Outside the local stack, sign-in needs TLS and an issuer on another machine."""

import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.local.issuer import stand_in
from services.desk.office.settings import OfficeSettings
from tests.examples.office import LOCAL, PRODUCTION


def test_an_issuer_with_tls_on_another_machine_is_taken() -> None:
    assert not OfficeSettings(**PRODUCTION).stand_in_issuer


def test_the_local_stack_may_have_a_stand_in() -> None:
    assert OfficeSettings(**LOCAL).stand_in_issuer


def test_the_stand_in_issuer_is_in_no_image() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())

    held = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    # The image holds the wheel, and nothing else of ours that runs.
    assert "services" in held
    assert stand_in.__name__.partition(".")[0] not in held


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({**PRODUCTION, "issuer": "http://issuer.example"}, "https"),
        ({**PRODUCTION, "public_url": "http://office.example"}, "https"),
        ({**PRODUCTION, "issuer": "https://127.0.0.1:8081"}, "this machine"),
        ({**PRODUCTION, "issuer": "https://127.1.2.3"}, "this machine"),
        ({**PRODUCTION, "issuer": "https://[::1]/x"}, "this machine"),
        ({**PRODUCTION, "issuer": "https://LOCALHOST."}, "this machine"),
        ({**PRODUCTION, "issuer": "https://a.localhost"}, "this machine"),
        ({**PRODUCTION, "issuer": "https://0.0.0.0"}, "this machine"),
        ({**PRODUCTION, "stand_in_issuer": True}, "local stack"),
        ({**LOCAL, "postgres_host": "postgres.example"}, "local stack"),
        ({**LOCAL, "kafka_servers": "127.0.0.1:9092,kafka.example:9092"}, "local stack"),
        ({**LOCAL, "issuer": "http://issuer.example"}, "local stack"),
        ({**LOCAL, "public_url": "http://office.example"}, "local stack"),
        ({**PRODUCTION, "public_url": "https://office.example/path"}, "match"),
        ({**PRODUCTION, "office_zone": "Nowhere/City"}, "time zone"),
        ({**PRODUCTION, "omb_number": "1234-001"}, "match"),
    ],
)
def test_anything_else_is_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        OfficeSettings(**settings)


@pytest.mark.parametrize("name", ["office_telephone", "omb_number", "omb_expires", "omb_minutes"])
def test_production_does_not_start_without_what_every_form_must_say(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        OfficeSettings(**{key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    ("name", "placeholder"),
    [
        ("public_url", "https://office.program.example"),
        ("issuer", "https://sign-in.program.EXAMPLE"),
        ("issuer", "https://sign-in.program.example/realms/office"),
        ("issuer", "https://sign-in.program.test:8443"),
        ("office_telephone", "(202) 555-0100"),
        ("omb_number", "0000-0000"),
    ],
)
def test_production_does_not_start_with_a_placeholder(name: str, placeholder: str) -> None:
    with pytest.raises(ValidationError, match=f"still placeholders: {name} "):
        OfficeSettings(**{**PRODUCTION, name: placeholder})


def test_every_placeholder_is_named_at_once() -> None:
    placeholders = {"office_telephone": "202-555-0199", "omb_number": "0000-0000"}

    with pytest.raises(ValidationError, match="placeholders: office_telephone, omb_number"):
        OfficeSettings(**{**PRODUCTION, **placeholders})


def test_trusted_proxies_are_networks() -> None:
    found = OfficeSettings(**PRODUCTION, trusted_proxies="10.0.0.0/8,fd00::/8").trusted_proxies

    assert found == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
