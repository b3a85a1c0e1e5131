"""What a provider is told is folded into offers and engagements, whatever order it comes in."""

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from services.webdesk.work.engagements import Engagement
from services.webdesk.work.offers import Offer
from services.webdesk.work.work import ANSWER, CLOSE, DECLARE, REPORT, SentAct, Work
from shared.contracts.outbound import Message
from tests.examples.provider import (
    ENGAGEMENT,
    EXPIRES,
    LATER,
    MADE,
    NOBLE,
    OFFER,
    OPENED,
    told,
)


def after(*messages: Message, work: Work | None = None) -> Work:
    found = Work() if work is None else work
    for message in messages:
        assert found.tell(message)
    return found


def offer_after(*kinds: str, work: Work | None = None) -> Offer:
    messages = [told(kind, number) for number, kind in enumerate(kinds, 1)]
    return after(*messages, work=work).offers[OFFER]


def work_after(*kinds: str) -> Engagement:
    messages = [told(kind, number) for number, kind in enumerate(kinds, 1)]
    return after(*messages).engagements[ENGAGEMENT]


def acted(kind: str, about: str, said: dict[str, Any], *before: str) -> Work:
    messages = [told(each, number) for number, each in enumerate(before, 1)]
    work = after(*messages)
    work.acts = {"m-1": SentAct("m-1", kind, about, said)}
    return work


def test_an_offer_is_open_with_what_the_agency_asks_for_and_until_when() -> None:
    offer = offer_after("offer_made")

    assert (offer.provider, offer.state) == (NOBLE, "open")
    assert offer.expires_at == datetime.fromisoformat(EXPIRES)
    assert offer.told["agency"] == MADE["agency"]
    assert offer.told["wished"] == MADE["wished"]
    assert offer.sentence == MADE["sentence"]


def test_nothing_is_kept_that_an_offer_or_an_engagement_says_beside_what_pages_show() -> None:
    told_more = {**MADE, "need": {"issue": "canary"}, "note": "canary"}
    opened_more = {**OPENED, "need": {"issue": "canary"}, "contacts": [{"contact_id": "canary"}]}

    work = after(told("offer_made", 1, told_more), told("engagement_opened", 2, opened_more))

    assert "canary" not in str(work)


def test_an_amendment_replaces_what_is_asked_for_and_keeps_the_clock() -> None:
    offer = offer_after("offer_made", "offer_changed")

    assert offer.told["topics"] == ["mental_health"]
    assert offer.told["agency"] == MADE["agency"]
    assert offer.expires_at == datetime.fromisoformat(EXPIRES)


def test_a_clock_that_moved_is_the_offers_clock() -> None:
    assert offer_after("offer_made", "clock_moved").expires_at == datetime.fromisoformat(LATER)


@pytest.mark.parametrize(("kind", "state"), [("lapsed", "lapsed"), ("withdrawn", "withdrawn")])
def test_an_offer_that_ended_says_so(kind: str, state: str) -> None:
    offer = offer_after("offer_made", f"offer_{kind}")

    assert offer.state == state
    assert offer.sentence.startswith("The offer")


def test_the_same_message_again_changes_nothing() -> None:
    made, changed = told("offer_made", 1), told("offer_changed", 2)
    work = after(made, changed)
    before = work.offers[OFFER]

    assert after(made, changed, made, work=work).offers[OFFER] == before


@pytest.mark.parametrize(
    "kinds", [("offer_made", "offer_changed", "clock_moved"), ("offer_made", "offer_withdrawn")]
)
def test_messages_in_another_order_come_to_the_same_state_and_clock(
    kinds: tuple[str, ...],
) -> None:
    messages = [told(kind, number) for number, kind in enumerate(kinds, 1)]
    expected = after(*messages).offers[OFFER]

    for order in permutations(messages):
        found = after(*order).offers[OFFER]
        assert (found.state, found.expires_at) == (expected.state, expected.expires_at)
        assert found.is_known


def test_an_offer_that_is_told_late_stays_ended() -> None:
    made, withdrawn = told("offer_made", 1), told("offer_withdrawn", 2)

    offer = after(withdrawn, made).offers[OFFER]

    assert (offer.state, offer.sentence) == ("withdrawn", "The offer is withdrawn.")
    assert offer.told["agency"] == MADE["agency"]


@pytest.mark.parametrize("answer", ["accept", "decline", "counter"])
def test_an_answer_that_was_taken_ends_the_offer(answer: str) -> None:
    work = acted(ANSWER, OFFER, {"offer_id": OFFER, "answer": answer}, "offer_made")

    work.answer("m-1", is_refused=False)

    states = {"accept": "accepted", "decline": "declined", "counter": "countered"}
    assert work.offers[OFFER].state == states[answer]
    assert work.changed_offers == {OFFER}


def test_an_answer_that_was_refused_leaves_the_offer_open() -> None:
    work = acted(ANSWER, OFFER, {"offer_id": OFFER, "answer": "accept"}, "offer_made")

    work.answer("m-1", is_refused=True)

    assert work.offers[OFFER].state == "open"


def test_an_answer_counts_once_and_one_to_nothing_of_ours_not_at_all() -> None:
    work = acted(REPORT, ENGAGEMENT, {"milestone": "kick_off", "on": "2026-04-01"},
                 "engagement_opened")  # fmt: skip

    for message in ("m-1", "m-1", "m-other"):
        work.answer(message, is_refused=False)

    assert [each["milestone"] for each in work.engagements[ENGAGEMENT].milestones] == ["kick_off"]


def test_a_withdrawn_offer_stays_withdrawn_whatever_was_answered() -> None:
    work = acted(ANSWER, OFFER, {"answer": "accept"}, "offer_made", "offer_withdrawn")

    work.answer("m-1", is_refused=False)

    assert work.offers[OFFER].state == "withdrawn"


def test_an_engagement_that_begins_takes_up_the_offer() -> None:
    work = after(told("offer_made", 1), told("engagement_opened", 2))

    assert work.offers[OFFER].state == "accepted"
    assert work.engagements[ENGAGEMENT].told == {
        name: MADE[name] for name in ("topics", "service_forms", "wished")
    }


def test_the_engagement_of_another_provider_takes_up_nothing() -> None:
    work = after(told("offer_made", 1), told("engagement_opened", 2, audience="other"))

    assert work.offers[OFFER].state == "open"


def test_an_engagement_follows_what_it_is_told() -> None:
    assert work_after("engagement_opened", "engagement_changed").told["topics"] == [
        "mental_health"
    ]
    assert work_after("engagement_opened", "engagement_affected").is_stopped
    assert work_after("engagement_opened", "engagement_ended").state == "ended"


def test_a_late_message_about_an_engagement_changes_nothing() -> None:
    ended, changed = told("engagement_ended", 3), told("engagement_changed", 2)

    assert after(ended, changed).engagements[ENGAGEMENT].told == {}


def test_reports_and_the_end_are_kept() -> None:
    work = acted(REPORT, ENGAGEMENT, {"milestone": "delivered", "on": "2026-05-01"},
                 "engagement_opened")  # fmt: skip
    work.answer("m-1", is_refused=False)
    assert work.engagements[ENGAGEMENT].is_delivered

    work.acts = {"m-2": SentAct("m-2", CLOSE, ENGAGEMENT, {"reason": "completed"})}
    work.answer("m-2", is_refused=False)

    assert work.engagements[ENGAGEMENT].state == "closed"


def test_every_report_is_kept_in_its_order() -> None:
    work = after(told("engagement_opened", 1))
    for number, milestone in enumerate(("kick_off", "on_site")):
        said = {"milestone": milestone, "on": "2026-05-01"}
        work.acts = {f"m-{number}": SentAct(f"m-{number}", REPORT, ENGAGEMENT, said)}
        work.answer(f"m-{number}", is_refused=False)

    reached = [each["milestone"] for each in work.engagements[ENGAGEMENT].milestones]
    assert reached == ["kick_off", "on_site"]


def test_who_cannot_go_on_has_given_up() -> None:
    work = acted(CLOSE, ENGAGEMENT, {"reason": "cannot_go_on"}, "engagement_opened")

    work.answer("m-1", is_refused=False)

    assert work.engagements[ENGAGEMENT].state == "given_up"


def test_a_declaration_of_capacity_changes_no_work() -> None:
    work = acted(DECLARE, NOBLE, {"valid_until": LATER, "entries": []}, "engagement_opened")
    work.changed_engagements.clear()

    work.answer("m-1", is_refused=False)

    assert not work.changed_engagements


@pytest.mark.parametrize(
    "message",
    [
        told("offer_made", 1, audience=None),
        told("contact_changed", 1, {"contact": {"contact_id": "a"}, "engagements": []}),
        told("heartbeat", 1, {"head": 1}),
    ],
)
def test_what_is_on_no_page_of_a_provider_is_left_alone(message: Message) -> None:
    work = Work()

    assert not work.tell(message)
    assert work == Work()
