"""The link of a mail shows its offer; one that was not in a mail opens nothing."""

import asyncpg
import pytest

from services.webdesk.site.work_visits import COOKIE
from tests.examples.provider import MADE, NOBLE, NUMBER, OFFER, told
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.providers.conftest import OFFER_PAGE, Tell, link

Pool = asyncpg.Pool


@pytest.mark.usefixtures("offered")
async def test_the_link_of_the_mail_shows_the_offer_and_is_in_no_address(
    browser: Browser,
) -> None:
    page = await browser.get(link())

    assert page.url.path == OFFER_PAGE
    for words in (
        f"Will you take request {NUMBER}?",
        "March 5, 2026, 5:00 p.m. EST",
        "Alturas Police <Department>",
        "Use of force",
        "Technical Assistance Center",
        "April 1, 2026",
        MADE["sentence"],
    ):
        assert words in browser.text
    assert "<Department>" not in page.text
    assert link().rpartition("/")[2] not in page.text


async def test_a_mail_that_is_faster_than_the_page_leads_to_a_page_to_look_again(
    browser: Browser, tell: Tell
) -> None:
    page = await browser.get(link())
    assert page.status_code == 404
    assert "The offer is not here yet" in page.text

    await tell(told("offer_made", 1))
    assert "Will you take request" in (await browser.get(OFFER_PAGE)).text


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    "path",
    [
        link().replace(NOBLE, "other"),
        link(contact="other").rpartition("/")[0] + "/" + link().rpartition("/")[2],
        link(offer=f"{OFFER}1").rpartition("/")[0] + "/" + link().rpartition("/")[2],
        link()[:-1],
        f"/offer/{OFFER}/{NOBLE}/%C3%A9/token",
    ],
)
async def test_a_link_that_was_not_in_a_mail_opens_nothing(browser: Browser, path: str) -> None:
    page = await browser.get(path)

    assert page.status_code == 404
    assert "This link is not valid" in page.text
    assert COOKIE not in browser.http.cookies
    assert (await browser.get(OFFER_PAGE)).status_code == 403
