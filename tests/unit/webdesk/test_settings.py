"""The public desk does not start without what its pages must say, or without TLS."""

import pytest
from pydantic import ValidationError

from services.webdesk.settings import Settings
from tests.examples.webdesk import PRODUCTION, SETTINGS


def test_the_settings_of_production_are_taken() -> None:
    assert Settings(**PRODUCTION).trusted_proxies == ()


@pytest.mark.parametrize("name", ["omb_number", "omb_expires", "omb_minutes", "office_telephone"])
def test_it_does_not_start_without_what_every_form_must_say(name: str) -> None:
    left = {key: value for key, value in PRODUCTION.items() if key != name}

    with pytest.raises(ValidationError, match=name):
        Settings(**left)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("public_url", "http://help.program.internal", "https"),
        ("public_url", "https://help.program.example", "placeholders: public_url"),
        ("office_telephone", "202-555-0100", "placeholders: office_telephone"),
        ("omb_number", "0000-0000", "placeholders: omb_number"),
    ],
)
def test_outside_the_local_stack_pages_are_encrypted_and_say_what_is_so(
    name: str, value: str, why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings(**{**PRODUCTION, name: value})

    assert Settings(**{**SETTINGS, name: value}).is_local
