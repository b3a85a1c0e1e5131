from dataclasses import replace

import pytest

from services.notifications.audiences.audience import Send, View
from services.notifications.audiences.request import Directory
from services.notifications.audiences.request_status import ListPage, RequestStatus, page
from services.notifications.decide import decide
from shared.contracts.intake import StatusAsked
from shared.contracts.outbound import Refused, StatusAnswer
from tests.examples.facts import AGENCY, AT, NUMBER, OFFER, OFFICE, PROVIDER, Log

DIRECTORY = Directory({}, {}, (OFFICE,))
OFFERED = RequestStatus(
    NUMBER, AGENCY, "offered", AT, "For you.", "For the provider.", "cri-tac", PROVIDER, OFFER, AT
)


def ask(
    asker: str, known: RequestStatus | None, listing: ListPage | None = None, about: str = NUMBER
) -> StatusAnswer | Refused:
    event = Log().asked(about, asker)
    assert isinstance(event, StatusAsked)
    (answer,) = decide(event, View(AT, DIRECTORY, known=known, listing=listing))
    assert isinstance(answer, Send)
    assert (answer.audience, answer.answer) == (asker, True)
    assert isinstance(answer.data, StatusAnswer | Refused)
    return answer.data


def test_the_requester_gets_the_status_of_its_own_request() -> None:
    data = ask(AGENCY, OFFERED)

    assert isinstance(data, StatusAnswer)
    (line,) = data.requests
    assert (line.status, line.sentence, line.offer_id) == ("offered", "For you.", None)


def test_the_provider_with_the_offer_gets_its_own_sentence() -> None:
    data = ask(PROVIDER, OFFERED)

    assert isinstance(data, StatusAnswer)
    (line,) = data.requests
    assert (line.sentence, line.offer_id, line.expires_at) == ("For the provider.", OFFER, AT)


def test_the_program_office_gets_the_status_of_every_request() -> None:
    assert isinstance(ask(OFFICE, OFFERED), StatusAnswer)


@pytest.mark.parametrize("asker", [AGENCY, PROVIDER, OFFICE])
def test_whoever_may_know_a_request_gets_what_it_asks_for_now(asker: str) -> None:
    amended = replace(OFFERED, topics=("wellness",), service_forms=("consultation",))

    data = ask(asker, amended)

    assert isinstance(data, StatusAnswer)
    (line,) = data.requests
    assert (line.topics, line.service_forms) == (["wellness"], ["consultation"])
    assert line.wished == amended.wished


def test_an_uninvolved_participant_is_refused() -> None:
    for known in (OFFERED, replace(OFFERED, provider=None)):
        data = ask("fop", known)

        assert isinstance(data, Refused)
        assert [reason.code for reason in data.reasons] == ["not_yours"]
        assert data.refused_by == "notifications"


def test_an_unknown_number_is_refused_without_repeating_what_was_asked() -> None:
    data = ask(AGENCY, None, about="whatever they typed")

    assert isinstance(data, Refused)
    assert data.reasons[0].code == "unknown_request"
    assert "whatever" not in data.model_dump_json()


def test_a_page_names_the_number_of_further_requests_and_the_next_position() -> None:
    data = ask(AGENCY, None, page((OFFERED,), 501), about="all")
    last = ask(AGENCY, None, page((replace(OFFERED, status="closed"),), 1), about="all")

    assert isinstance(data, StatusAnswer)
    assert (len(data.requests), data.more, data.next) == (1, 500, f"open/{NUMBER}")
    assert isinstance(last, StatusAnswer)
    assert (len(last.requests), last.more, last.next) == (1, 0, None)
