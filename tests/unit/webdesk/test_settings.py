"""The public desk does not start without what its pages must say, or without TLS."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.provision.credentials import Credentials
from services.notifications.settings import Settings as Notifications
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


@pytest.mark.parametrize(
    ("name", "key"), [("code_key", "x" * 31), ("link_key", "ab" * 31), ("link_key", "x" * 64)]
)
def test_a_key_that_could_be_guessed_is_refused(name: str, key: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{**SETTINGS, name: key})


def test_the_stack_of_one_machine_gives_it_the_keys_of_notifications(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    credentials.share_keys()
    before = Settings(**SETTINGS, _secrets_dir=tmp_path / "webdesk")
    credentials.share_keys()

    here = Settings(**SETTINGS, _secrets_dir=tmp_path / "webdesk")
    there = Notifications(**SETTINGS, _secrets_dir=tmp_path / "notifications")

    assert here.code_key is not None
    assert here.link_key is not None
    assert (here.code_key, here.link_key) == (there.code_key, there.link_key)
    assert (here.code_key, here.link_key) == (before.code_key, before.link_key)
    assert here.code_key != here.link_key
