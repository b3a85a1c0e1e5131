"""Which failures of mail the agency's system is told about."""

from dataclasses import replace

import pytest

from services.notifications.audiences.audience import Send, View
from services.notifications.audiences.evolve import evolve
from services.notifications.audiences.request import Directory
from services.notifications.decide import decide
from shared.contracts.notifications import NoticeUndelivered
from shared.contracts.outbound import TYPES, DeliveryFailed
from tests.examples.facts import AGENCY, AT, NUMBER, OFFICE, PROVIDER, Log

DIRECTORY = Directory({PROVIDER: "IACP", AGENCY: "California"}, {}, (OFFICE,))


@pytest.mark.parametrize(
    ("audience", "whom", "provider", "words", "follows"),
    [
        (PROVIDER, "provider", PROVIDER, "No email has reached IACP since", "Deadlines run on"),
        (OFFICE, "office", None, "No email has reached the program office", "Deadlines run on"),
        (AGENCY, "requester", None, "any of your contacts", "Please set a contact"),
    ],
)
def test_the_agency_is_told_who_was_not_reached_and_what_follows(
    audience: str, whom: str, provider: str | None, words: str, follows: str
) -> None:
    log = Log()
    request = evolve(None, log.accepted(), DIRECTORY)
    event = log.undelivered(audience)
    assert isinstance(event, NoticeUndelivered)

    (told,) = decide(event, View(AT, DIRECTORY, request, request))

    assert isinstance(told, Send)
    assert (told.audience, told.type) == (AGENCY, TYPES["delivery_failed"])
    assert (told.subject, told.classification) == (NUMBER, "confidential")
    assert isinstance(told.data, DeliveryFailed)
    assert (told.data.whom, told.data.provider, told.data.since) == (whom, provider, AT)
    assert words in told.data.sentence
    assert "March 2, 2026, 15:00 UTC" in told.data.sentence
    assert follows in told.data.what_we_do


@pytest.mark.parametrize(
    ("audience", "follows"), [(PROVIDER, "looks for another way"), (AGENCY, "Please give us")]
)
def test_of_participants_without_a_system_no_topic_is_named(audience: str, follows: str) -> None:
    log = Log()
    directory = replace(DIRECTORY, reached_by_desk=frozenset({PROVIDER, AGENCY}))
    request = evolve(None, log.accepted(), directory)

    event = log.undelivered(audience)
    assert isinstance(event, NoticeUndelivered)

    (told,) = decide(event, View(AT, directory, request, request))

    assert isinstance(told, Send)
    assert isinstance(told.data, DeliveryFailed)
    assert follows in told.data.what_we_do
    assert "topic" not in told.data.what_we_do
