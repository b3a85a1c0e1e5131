"""Reporting links to the public desk only where that is encrypted."""

import pytest
from pydantic import ValidationError

from services.reporting.render import release_page
from services.reporting.settings import Settings
from tests.examples.webdesk import PRODUCTION, SETTINGS
from tests.unit.reporting.test_render import NOW

DESK = "https://help.program.internal"


def test_a_page_links_to_the_desk_that_is_set() -> None:
    page = release_page(None, at=NOW, desk_url=DESK)

    assert f'href="{DESK}/"' in page
    assert f'href="{DESK}/subscriptions"' in page
    assert "subscriptions" not in release_page(None, at=NOW)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://help.program.internal", "https"),
        ("https://help.program.example", "placeholders: desk_url"),
        ("https://help.program.internal/", "desk_url"),
        ('https://help"><script>', "desk_url"),
    ],
)
def test_outside_the_local_stack_the_desk_is_encrypted_and_there(address: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings(**{**PRODUCTION, "desk_url": address})

    assert Settings(**{**PRODUCTION, "desk_url": DESK}).desk_url == DESK
    assert Settings(**{**SETTINGS, "desk_url": "http://127.0.0.1:8080"}).is_local
