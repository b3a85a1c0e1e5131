"""The page of all emails: the templates that notifications sends, and nothing that runs."""

import re

import pytest
from markupsafe import escape

from shared.mail.templates import SAMPLE_URL, TEMPLATES, Template, render
from tests.integration.desk.office.conftest import Browser, Staff


@pytest.fixture
async def reader(staff: Staff, browser: Browser) -> Browser:
    await staff.enter("stand-in-reader", "staff:r1", "reader")
    await browser.sign_in("stand-in-reader", "/emails")
    return browser


async def test_the_page_shows_subject_and_text_of_every_email(reader: Browser) -> None:
    assert reader.shown is not None
    page = reader.shown.text

    for template in TEMPLATES.values():
        mail = render(template, template.sample, public_url=SAMPLE_URL)
        assert f"<dd>{escape(mail.subject)}</dd>" in page
        assert f'<pre class="plain">{escape(mail.text)}</pre>' in page
        assert f'href="/emails/{template.name}"' in page


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda each: each.name)
async def test_an_email_is_shown_as_it_is_sent_and_can_do_nothing(
    reader: Browser, template: Template
) -> None:
    page = await reader.get(f"/emails/{template.name}")

    assert page.text == render(template, template.sample, public_url=SAMPLE_URL).html
    policy = set(page.headers["content-security-policy"].split("; "))
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<(script|img|iframe|form)|\son\w+=", page.text)


async def test_there_are_no_other_emails(reader: Browser) -> None:
    assert (await reader.get("/emails/layout")).status_code == 404


async def test_emails_are_for_people_of_the_office(browser: Browser) -> None:
    await browser.sign_in("stand-in-worker")

    for path in ("/emails", f"/emails/{next(iter(TEMPLATES))}"):
        assert (await browser.get(path)).status_code == 403
