"""What the public reads about solicitations."""

from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.render import release_page
from services.reporting.solicitations import open_at, solicitation_published
from shared.catalog.solicitations import sentence
from shared.clocks.written import moment_in_words
from tests.examples.solicitations import URL, announced, entry
from tests.unit.reporting.test_render import HOSTILE, NOW, Page

CLOSES = datetime.fromisoformat("2026-05-15T23:59:00-04:00")


def shown(**changes: str) -> Page:
    return Page(release_page(None, solicitations=[entry(**changes)], at=NOW))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("announced", "from March 2, 2026 until May 15, 2026, 23:59 UTC-04:00."),
        ("open", "Applications are taken until May 15, 2026, 23:59 UTC-04:00."),
        ("closed", "no longer taken"),
        ("canceled", "It is canceled."),
        ("paused", "It is paused."),
    ],
)
def test_a_sentence_says_until_when_with_the_day_and_zone_of_the_office(
    status: str, said: str
) -> None:
    assert said in sentence(entry(status=status))


def test_a_moment_in_utc_says_so() -> None:
    assert moment_in_words(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)) == "March 2, 2026, 09:05 UTC"


def test_a_solicitation_is_listed_until_it_closes() -> None:
    one, other = entry(), entry(id="other", closes_at="2026-05-01T12:00:00Z")
    ended = [entry(id="closed", status="closed"), entry(id="canceled", status="canceled")]

    assert open_at([one, other, *ended], NOW) == [other, one]
    assert open_at([one, other], CLOSES - timedelta(seconds=1)) == [one]
    assert open_at([one, other], CLOSES) == []


def test_the_announcement_is_public_and_names_no_sender() -> None:
    event = announced(7, version=2)

    published = solicitation_published(event, at=NOW, number=2)

    assert published.dataclassification == "public"
    assert published.subject == "solicitation:cri-tac-2026"
    assert published.inreplyto is published.participant is None
    assert (published.data.version, published.data.for_, published.data.url) == (
        2,
        "providers",
        URL,
    )


def test_the_page_names_the_site_that_its_link_leads_to() -> None:
    page = shown()

    link = {"href": URL, "rel": "noopener noreferrer"}
    assert ("a", link) in page.elements
    assert "Apply on grants.example" in page.texts


def test_a_solicitations_texts_stay_text_on_the_page() -> None:
    hostile = shown(title=HOSTILE, summary=HOSTILE)

    assert hostile.elements == shown().elements
    assert HOSTILE in hostile.texts


def test_without_a_solicitation_the_page_says_so() -> None:
    assert "No solicitation is open." in Page(release_page(None, at=NOW)).texts
