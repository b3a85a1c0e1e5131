"""Everyone concerned is notified once of the end of an engagement."""

from typing import Any

import pytest

from services.notifications.audiences.audience import NotNeeded, Send, View
from services.notifications.audiences.evolve import evolve
from services.notifications.audiences.request import Directory, Request
from services.notifications.decide import decide
from shared.contracts import routing
from shared.contracts.outbound import Applied, EngagementEnd, Note, OfferMessage, StatusChanged
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    inbound,
    made,
)

DIRECTORY = Directory(
    participants={PROVIDER: "IACP", OFFICE: "COPS Office"},
    programs={"cri-tac": "CRI-TAC"},
    offices=(OFFICE,),
)
Told = dict[str, Send | NotNeeded]


def helped() -> Request:
    request = evolve(None, Log().accepted(), DIRECTORY)
    return request._replace(
        status="assigned",
        provider=PROVIDER,
        provider_sentence="You accepted this request.",
        engagement_id=f"{request.tracking_number}-E1",
    )


def told(name: str, data: dict[str, Any]) -> tuple[Told, Request]:
    event, before = Log().routed(name, data), helped()
    after = evolve(before, event, DIRECTORY)
    notices = decide(event, View(AT, DIRECTORY, before, after))
    found = {notice.audience: notice for notice in notices}
    assert len(found) == len(notices)  # nobody is told twice
    return found, after


def sent(notice: Send | NotNeeded) -> Any:
    assert isinstance(notice, Send)
    return notice.data


def test_a_provider_that_cannot_go_on_is_told_to_the_requester_and_the_office() -> None:
    data = engagement("triaged", reason="provider_lost", ended_by=PROVIDER, declaration="d-1")

    notices, after = told("engagement_ended", data)

    assert notices.keys() == {AGENCY, PROVIDER, OFFICE}
    status: StatusChanged = sent(notices[AGENCY])
    assert (status.status, status.provider) == ("triaged", None)
    assert status.sentence.startswith("IACP cannot go on. Your request keeps its place")
    office: EngagementEnd = sent(notices[OFFICE])
    assert (office.reason, office.provider, office.status) == (
        "provider_lost",
        PROVIDER,
        "triaged",
    )
    assert isinstance(notices[PROVIDER], NotNeeded)
    assert (after.provider, after.engagement_id, after.provider_sentence) == (None, None, None)


@pytest.mark.parametrize("reason", ["ended_by_program", "superseded", "duplicate"])
def test_an_end_by_the_office_is_told_to_the_requester_and_the_provider(reason: str) -> None:
    notices, _ = told("engagement_ended", engagement("triaged", reason=reason, ended_by=OFFICE))

    stop: EngagementEnd = sent(notices[PROVIDER])
    assert (stop.reason, stop.provider) == (reason, None)
    assert stop.sentence.startswith("The program office ended this engagement: please stop")
    assert "The program office ended the work with IACP." in sent(notices[AGENCY]).sentence
    assert isinstance(notices[OFFICE], NotNeeded)


def test_of_an_end_that_is_followed_by_a_referral_the_requester_is_told_once() -> None:
    data = engagement("triaged", reason="ended_by_program", ended_by=OFFICE, referred=True)

    notices, _ = told("engagement_ended", data)

    assert isinstance(notices[AGENCY], NotNeeded)
    assert isinstance(notices[PROVIDER], Send)


def test_a_request_that_the_office_closes_is_told_to_its_provider() -> None:
    by_office, after = told(
        "engagement_closed", engagement("closed", reason="duplicate", ended_by=OFFICE)
    )
    by_provider, _ = told("engagement_closed", engagement("closed", reason="completed"))

    assert sent(by_office[PROVIDER]).status == "closed"
    assert (after.provider_sentence or "").startswith("The program office ended this engagement")
    assert isinstance(by_provider[PROVIDER], NotNeeded)


@pytest.mark.parametrize(
    ("author", "receiver"), [(PROVIDER, OFFICE), (OFFICE, AGENCY)], ids=["provider", "office"]
)
def test_words_with_an_end_reach_only_the_other_side(author: str, receiver: str) -> None:
    note: Any = Log().note(None, offset=3)
    data = note.data.model_copy(update={"participant": author, "with_end": True})
    event = note.model_copy(update={"data": data})

    notices = decide(event, View(AT, DIRECTORY, applied=True))

    [handed_on] = [notice for notice in notices if isinstance(notice, Send)]
    assert (handed_on.audience, handed_on.classification) == (receiver, "restricted")
    assert isinstance(handed_on.data, Note)
    assert handed_on.data.provider == author


def test_the_answer_says_what_became_of_a_reason_of_an_older_contract() -> None:
    facts = {"participant": PROVIDER, "what": "engagement.close", "about": "E1",
             "taken_as": "cannot_go_on"}  # fmt: skip
    event: Any = Log().event(routing.TOPIC, "message_applied", PROVIDER, facts,
                        inreplyto=inbound(3, PROVIDER))  # fmt: skip

    [answer] = decide(event, View(AT, DIRECTORY))

    assert isinstance(answer, Send)
    assert isinstance(answer.data, Applied)
    assert answer.data.sentence is not None
    assert "cannot_go_on" in answer.data.sentence


@pytest.mark.parametrize("cause", ["provider_ended", "takes_part_again", "a_cause_of_tomorrow"])
def test_an_affected_engagement_is_told_to_its_provider_and_named_to_the_office(
    cause: str,
) -> None:
    data = engagement("assigned", cause=cause, proposed_provider="nopri")

    notices, after = told("engagement_affected", data)

    office, provider = sent(notices[OFFICE]), sent(notices[PROVIDER])
    assert (office.provider, office.proposed_provider, office.cause) == (PROVIDER, "nopri", cause)
    assert office.sentence.startswith("IACP")
    assert office.sentence.endswith("nopri could go on with it.")
    assert (provider.provider, provider.proposed_provider) == (None, None)
    assert "This work goes on" in provider.sentence
    assert isinstance(notices[AGENCY], NotNeeded)
    assert after == helped()


def test_work_that_stops_and_goes_on_again_is_told_to_everyone_once() -> None:
    data = engagement("assigned", cause="program_suspended", stopped=True, stop_changed=True)
    stopped, after = told("engagement_affected", data)
    data = engagement("assigned", cause="takes_part_again", stop_changed=True)
    again, _ = told("engagement_affected", data)

    assert "please stop this work" in sent(stopped[PROVIDER]).sentence
    assert sent(stopped[PROVIDER]).stopped
    assert sent(stopped[OFFICE]).sentence == (
        "The program is suspended; the work of IACP stops until it goes on."
    )
    status: StatusChanged = sent(stopped[AGENCY])
    assert status.sentence == (
        "CRI-TAC is suspended; the work with IACP stops until the program goes on."
    )
    assert (status.status, status.next, after.sentence) == ("assigned", None, status.sentence)
    assert after.provider_sentence == sent(stopped[PROVIDER]).sentence
    assert sent(again[AGENCY]).sentence == "The work with IACP goes on."
    assert sent(again[PROVIDER]).stopped is None


def test_work_that_had_stopped_before_is_not_told_to_the_requester_again() -> None:
    data = engagement("assigned", cause="provider_ended", stopped=True)

    notices, after = told("engagement_affected", data)

    assert isinstance(notices[AGENCY], NotNeeded)
    assert "please stop this work" in sent(notices[PROVIDER]).sentence
    assert sent(notices[OFFICE]).sentence.startswith("IACP has ended, and the program is")
    assert after == helped()


def test_work_that_needs_another_program_is_named_to_the_office_with_one() -> None:
    data = engagement("assigned", cause="program_ended", rehome=True, proposed_provider="nopri",
                      proposed_program="critical-response")  # fmt: skip

    notices, _ = told("engagement_affected", data)

    office = sent(notices[OFFICE])
    assert (office.proposed_provider, office.proposed_program) == ("nopri", "critical-response")
    assert office.sentence == (
        "The program has ended; please let another one go on with the work of IACP."
        " critical-response would serve the agency. nopri could go on with it."
    )
    assert sent(notices[PROVIDER]).proposed_program is None


def test_work_that_is_closed_with_its_program_is_told_to_all_three() -> None:
    data = engagement("closed", reason="ended_by_program", ended_by="cri-tac")

    notices, after = told("engagement_closed", data)

    assert notices.keys() == {AGENCY, PROVIDER, OFFICE}
    assert (
        sent(notices[AGENCY]).sentence == "The program ended the work and the request is closed."
    )
    assert sent(notices[PROVIDER]).sentence.startswith(
        "The program has ended, and this engagement"
    )
    assert after.provider_sentence == sent(notices[PROVIDER]).sentence
    office: EngagementEnd = sent(notices[OFFICE])
    assert (office.provider, office.status) == (PROVIDER, "closed")
    assert office.sentence == "CRI-TAC has ended; the work of IACP and its request are closed."


def test_of_an_engagement_that_goes_on_with_another_each_is_told_once() -> None:
    data = engagement("triaged", reason="provider_lost", ended_by=OFFICE, next_provider="nopri")
    because = {
        "staff": "s",
        "requester": "The work with IACP has ended; NOPRI is asked to go on with it.",
        "provider": "The program office asks you to go on with work that another began.",
    }
    decision = {**DECISION, "because": because}
    offered = made(provider="nopri", decision=decision, continues=data["engagement_id"])

    ended, _ = told("engagement_ended", data)
    asked, _ = told("offer_made", offered)

    assert isinstance(ended[AGENCY], NotNeeded)
    assert sent(ended[PROVIDER]).reason == "provider_lost"
    assert isinstance(ended[OFFICE], NotNeeded)
    assert asked.keys() == {AGENCY, "nopri"}
    assert sent(asked[AGENCY]).sentence == because["requester"]
    offer: OfferMessage = sent(asked["nopri"])
    assert (offer.continues, offer.sentence) == (data["engagement_id"], because["provider"])
