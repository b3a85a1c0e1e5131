"""The agencies that ask on the public pages are real, and few enough for one address."""

from datetime import date

from deploy.demo.people.askers import MOST, askers
from deploy.participants.agencies import asking_agencies
from services.webdesk.store import OF_CLIENT

ASKERS = askers(today=date(2027, 3, 15))


def test_each_agency_asks_once_and_has_no_system() -> None:
    listed = [each.ori for each in ASKERS if each.ori is not None]

    assert len(listed) == len(set(listed)) == len(ASKERS) - 1
    assert not {each.ori for each in asking_agencies()}.intersection(listed)
    assert len({each.email for each in ASKERS}) == len(ASKERS)


def test_one_address_may_begin_as_many_requests() -> None:
    assert len(ASKERS) <= MOST < OF_CLIENT


def test_mistakes_are_made_on_pages_that_are_corrected_afterwards() -> None:
    mistaken = [each for each in ASKERS if each.mistakes]

    assert mistaken
    for each in mistaken:
        for page, mistake in each.mistakes.items():
            assert len(mistake.wrong) > 1
            assert set(mistake.written) <= set(each.pages[page])
    assert any(each.hurry for each in ASKERS)
