"""Who is notified of an amendment or a contact, and when it makes no difference."""

import json
from typing import Any

import pytest

from services.notifications.audiences.audience import Notice, NotNeeded, Send, View, Working
from services.notifications.audiences.evolve import evolve
from services.notifications.audiences.request import Directory, Request
from services.notifications.decide import decide
from shared.contracts import intake
from shared.contracts.outbound import (
    TYPES,
    ContactCard,
    ContactChanged,
    EngagementChanged,
    EngagementMessage,
    OfferChanged,
    PassedOn,
)
from tests.examples.facts import (
    AGENCY,
    AT,
    ENGAGEMENT,
    NUMBER,
    OFFER,
    OFFICE,
    PROVIDER,
    Log,
    inbound,
    made,
    offer,
    opened,
    state,
)

DIRECTORY = Directory({PROVIDER: "IACP"}, {"cri-tac": "CRI-TAC"}, (OFFICE,))
ASKED: dict[str, Any] = {
    "topics": ["crisis_intervention", "officer_wellness"],
    "service_forms": ["policy_review"],
    "wished": {"from": "2026-04-01", "until": "2026-09-30"},
}
NEED = json.dumps({"issue": "Two crisis teams are missing."})
CARD = ContactCard(contact_id="c-1", name="A. Chief", zone="Pacific/Guam")


class Told:
    """One request as notifications follows it; ``notices`` are those of the last event."""

    def __init__(self, **facts: Any) -> None:
        self.log = Log()
        self.request: Request = evolve(None, self.log.accepted(**facts), DIRECTORY)
        self.notices: tuple[Notice, ...] = ()

    def hears(self, name: str, data: dict[str, Any], *, need: str | None = NEED) -> "Told":
        event = self.log.routed(name, data)
        before, self.request = self.request, evolve(self.request, event, DIRECTORY)
        view = View(AT, DIRECTORY, before, self.request, need=need)
        self.notices = decide(event, view)
        return self

    def amended(
        self, by: str | None = PROVIDER, *, status: str = "offered", words: int = 0, **asked: Any
    ) -> "Told":
        """Hear of an amendment that routing applied."""
        data = state(
            status,
            amendment=2,
            record=inbound(9),
            message_id="amend-1",
            asked={**ASKED, **asked},
            words=words,
            provider=by,
        )
        return self.hears("facts_changed", data)

    def to(self, audience: str) -> Any:
        """Return the data of the message to *audience*, or why it needs none."""
        [notice] = [each for each in self.notices if each.audience == audience]
        return notice.data if isinstance(notice, Send) else notice.because


def test_the_holder_of_an_offer_is_told_what_differs_and_the_requester_that_it_was() -> None:
    told = Told().hears("offer_made", made()).amended(topics=["officer_wellness"])

    message = told.to(PROVIDER)
    assert isinstance(message, OfferChanged)
    assert (message.offer_id, message.changed) == (OFFER, ["topics"])
    assert message.topics == ["officer_wellness"]
    assert message.service_forms == ASKED["service_forms"]
    assert message.sentence == "The agency changed its request: the topics."
    passed_on = told.to(AGENCY)
    assert isinstance(passed_on, PassedOn)
    assert (passed_on.provider, passed_on.record, passed_on.message_id) == (
        PROVIDER,
        inbound(9),
        "amend-1",
    )
    assert passed_on.sentence == "IACP was told what you changed."


def test_the_holder_of_an_offer_is_not_told_of_the_need() -> None:
    told = Told().hears("offer_made", made()).amended(words=2)

    assert told.to(PROVIDER) == "what the provider was told has not changed"
    assert told.to(AGENCY) == "what the provider was told has not changed"


def test_the_provider_at_work_is_told_of_dates_and_words_in_one_message() -> None:
    told = Told().hears("offer_made", made()).hears("engagement_opened", opened())

    told.amended(status="assigned", words=2, wished={"until": "2026-12-31"})

    [message] = [each for each in told.notices if each.audience == PROVIDER]
    assert isinstance(message, Send)
    assert message.classification == "restricted"
    assert isinstance(message.data, EngagementChanged)
    assert (message.data.engagement_id, message.data.changed) == (ENGAGEMENT, ["wished", "need"])
    assert message.data.need == json.loads(NEED)
    assert message.data.sentence == "The agency changed its request: the dates and its words."
    assert isinstance(told.to(AGENCY), PassedOn)


def test_words_that_stay_are_not_sent_again() -> None:
    told = Told().hears("offer_made", made()).hears("engagement_opened", opened())

    message = told.amended(status="in_delivery", topics=["officer_wellness"]).to(PROVIDER)

    assert isinstance(message, EngagementChanged)
    assert (message.changed, message.need) == (["topics"], None)


def test_a_change_and_its_reverse_before_the_offer_are_no_difference() -> None:
    told = Told().amended(None, topics=["officer_wellness"]).amended(None)

    told.hears("offer_made", made())
    assert told.to(PROVIDER).topics == ASKED["topics"]
    assert told.amended().to(PROVIDER) == "what the provider was told has not changed"


def test_nobody_is_told_of_an_amendment_while_nobody_holds_the_request() -> None:
    told = Told().amended(None, status="waiting", topics=["officer_wellness"])

    assert [each.audience for each in told.notices] == [AGENCY]
    assert told.to(AGENCY) == "no provider holds an offer or an engagement"


def test_an_offer_shows_what_routing_had_taken_in_when_it_made_it() -> None:
    told = Told()
    facts = told.log.event(
        intake.TOPIC,
        "request_amended",
        NUMBER,
        {**told_facts(), "topics": ["officer_wellness"], "words": 0},
        inreplyto=inbound(9),
    )
    assert isinstance(facts, intake.RequestAmended)
    told.request = evolve(told.request, facts, DIRECTORY)

    early = told.hears("offer_made", made()).to(PROVIDER).topics
    late = told.amended(topics=["officer_wellness"]).to(PROVIDER)

    assert early == ASKED["topics"]
    assert isinstance(late, OfferChanged)
    assert late.topics == ["officer_wellness"]


def told_facts() -> dict[str, Any]:
    accepted = Log().accepted()
    return accepted.data.model_dump(by_alias=True)


def test_an_acceptance_after_the_lapse_shows_what_was_amended_meanwhile() -> None:
    told = Told().hears("offer_made", made()).hears("offer_lapsed", offer("triaged"))
    told.amended(None, status="triaged", topics=["officer_wellness"])

    message = told.hears("engagement_opened", opened()).to(PROVIDER)

    assert isinstance(message, EngagementMessage)
    assert message.topics == ["officer_wellness"]


def test_all_is_told_if_it_is_not_known_what_a_release_before_told() -> None:
    told = Told().hears("offer_made", made())
    told.request = told.request._replace(asked=None)

    assert told.amended().to(PROVIDER).changed == ["topics", "service_forms", "wished"]


def test_changed_facts_of_a_release_before_tell_nobody() -> None:
    told = Told().hears("offer_made", made())

    told.hears("facts_changed", state("offered", amendment=2))

    assert [each.audience for each in told.notices] == [AGENCY]
    assert isinstance(told.notices[0], NotNeeded)


def contact(card: ContactCard | None, *working: Working) -> tuple[Notice, ...]:
    event = Log().contact()
    return decide(event, View(AT, DIRECTORY, card=card, working=working))  # type: ignore[arg-type]  # any Event


def working(provider: str, number: int) -> Working:
    return Working(AGENCY, "c-1", provider, f"CRI-{number}-E1", f"CRI-{number}")


def test_each_provider_that_works_with_a_contact_gets_it_once_with_its_own_engagements() -> None:
    old = CARD.model_copy(update={"name": "B. Chief"})

    applied, *told = contact(old, working("fop", 1), working(PROVIDER, 3), working(PROVIDER, 2))

    assert isinstance(applied, Send)
    assert applied.audience == AGENCY
    assert [each.audience for each in told] == ["fop", PROVIDER]
    for each, engagements in zip(told, (["CRI-1-E1"], ["CRI-2-E1", "CRI-3-E1"]), strict=True):
        assert isinstance(each, Send)
        assert (each.type, each.classification) == (TYPES["contact_changed"], "restricted")
        assert isinstance(each.data, ContactChanged)
        assert (each.data.contact, each.data.engagements) == (CARD, engagements)


@pytest.mark.parametrize("card", [None, CARD.model_copy(update={"zone": None})])
def test_a_contact_that_was_not_known_or_gets_a_time_zone_is_a_difference(
    card: ContactCard | None,
) -> None:
    _, told = contact(card, working(PROVIDER, 1))

    assert isinstance(told, Send)


def test_a_contact_that_is_set_as_it_was_tells_no_provider() -> None:
    _, told = contact(CARD, working(PROVIDER, 1))

    assert told == NotNeeded(PROVIDER, "the contact is as it was")
