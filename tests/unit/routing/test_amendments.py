"""An open offer that an amendment no longer fits is withdrawn, and only that one."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.capacity import Capacity, apply, declared
from services.routing.life.decide import decide
from services.routing.life.outcome import DecisionOutcome, with_queue_number
from services.routing.life.request import CapacityChange, Request, not_again
from tests.examples import routing as examples
from tests.examples.decisions import data_of, kinds, refusal
from tests.examples.routing import AT, Sender, provider, rules_with

RULES = rules_with(
    providers=[
        provider("iacp", topics=["wellness", "training"]),
        provider("fop", topics=["wellness", "policy"]),
    ]
)


def capacity(name: str, *can_take: int, declaration: int = 1, **kind: Any) -> Capacity:
    event = examples.declared(name, *can_take, number=declaration, **kind)
    return apply(Capacity(name), declared(name, event.data, declaration=event.id))


ANYTHING = {"iacp": capacity("iacp", 1)}


def offered(sender: Sender, capacities: dict[str, Capacity] | None = None) -> Request:
    accepted = with_queue_number(decide(None, sender.accepted(), RULES, at=AT), 17).request
    return matched(accepted, capacities or ANYTHING).request


def matched(request: Request, capacities: dict[str, Capacity]) -> DecisionOutcome:
    [outcome] = match_in_order(LaneStep("cri-tac", True, RULES, dict(capacities), AT), [request])
    return outcome


def amended(
    request: Request, event: Any, capacities: dict[str, Capacity] | None = None
) -> DecisionOutcome:
    return decide(request, event, RULES, at=AT, capacities=capacities or ANYTHING)


def test_an_offer_that_still_fits_stands() -> None:
    sender = Sender()

    outcome = amended(offered(sender), sender.amended(topics=["training"]))

    assert kinds(outcome) == ["facts_changed"]
    assert (outcome.request.status, outcome.request.offer_state) == ("offered", "open")
    assert (outcome.request.queued, outcome.request.fresh) == (False, False)
    assert "training" in outcome.request.facts


def test_an_offer_that_the_rules_no_longer_allow_is_withdrawn_and_the_place_is_kept() -> None:
    sender = Sender()
    before = offered(sender)

    outcome = amended(before, sender.amended(topics=["policy"]))

    # Withdrawn first: the provider, no longer the holder, is not notified of the change.
    assert kinds(outcome) == ["offer_withdrawn", "facts_changed"]
    withdrawn = data_of(outcome, 0)
    assert (withdrawn.offer_id, withdrawn.provider) == (before.offer_id, "iacp")
    assert withdrawn.reason == "no_longer_fits"
    after = outcome.request
    assert (after.status, after.queued, after.fresh, after.queue_number) == (
        "triaged",
        True,
        True,
        17,
    )
    assert (after.due_clock, after.due_at) == (None, None)
    assert outcome.changes == (
        CapacityChange("iacp", declaration=before.offer_declaration, entry=0, free=1, load=-1),
    )


def test_a_declared_entry_decides_as_it_did_when_the_offer_was_made() -> None:
    sender = Sender()
    entry = {"iacp": capacity("iacp", 1, topics=["wellness"])}
    before = offered(sender, entry)

    stands = amended(before, sender.amended(topics=["wellness", "training"]), entry)
    ends = amended(before, sender.amended(topics=["training"]), entry)

    assert kinds(stands) == ["facts_changed"]
    assert kinds(ends) == ["offer_withdrawn", "facts_changed"]


@pytest.mark.parametrize("topics", ["policing", "wellness"])
def test_a_new_declaration_alone_withdraws_no_offer(topics: str) -> None:
    sender = Sender()
    before = offered(sender, {"iacp": capacity("iacp", 1, topics=["wellness"])})
    anew = {"iacp": capacity("iacp", 0, 1, declaration=2, topics=[topics])}

    outcome = amended(before, sender.amended(topics=["wellness", "training"]), anew)

    assert kinds(outcome) == ["facts_changed"]


def test_new_rules_alone_withdraw_no_offer() -> None:
    sender = Sender()
    before = offered(sender)
    without = rules_with(providers=[provider("iacp", topics=["policy"])])

    outcome = decide(
        before, sender.amended(topics=["training"]), without, at=AT, capacities=ANYTHING
    )

    assert kinds(outcome) == ["facts_changed"]


def test_words_and_dates_alone_withdraw_no_offer() -> None:
    sender = Sender()

    outcome = amended(offered(sender), sender.amended(need_stated=True))

    assert kinds(outcome) == ["facts_changed"]
    assert outcome.request.status == "offered"


def test_an_offer_that_the_program_office_directed_stands() -> None:
    sender = Sender(agency={"listed": False})
    referred = decide(None, sender.accepted(), RULES, at=AT).request
    directed = decide(referred, sender.directed("assign", provider="iacp"), RULES, at=AT).request

    outcome = amended(directed, sender.amended(topics=["policy"]))

    assert kinds(outcome) == ["facts_changed"]
    assert outcome.request.status == "offered"


@pytest.mark.parametrize("answer", ["accept", "decline", "counter"])
def test_an_answer_that_crosses_the_withdrawal_is_refused_as_not_open(answer: str) -> None:
    sender = Sender()
    withdrawn = amended(offered(sender), sender.amended(topics=["policy"])).request

    crossing = decide(withdrawn, sender.answered(answer, "iacp"), RULES, at=AT)
    other = matched(withdrawn, {"fop": capacity("fop", 1)}).request
    late = decide(other, sender.answered(answer, "iacp"), RULES, at=AT)

    assert (refusal(crossing), refusal(late)) == ("offer_not_open", "offer_not_open")
    assert (crossing.request.queued, late.request.status) == (True, "offered")


def test_it_counts_as_nobodys_decline_and_the_provider_is_asked_again_if_it_fits_again() -> None:
    sender = Sender()
    withdrawn = amended(offered(sender), sender.amended(topics=["policy"])).request

    waits = matched(withdrawn, ANYTHING).request
    fits_again = amended(waits, sender.amended(topics=["wellness"])).request
    asked = matched(fits_again, ANYTHING)

    assert not_again(withdrawn, {}) == ()
    assert (asked.request.provider, asked.request.offer_id) == (
        "iacp",
        f"{sender.tracking_number}-O2",
    )
    accepted = decide(asked.request, sender.answered("accept", "iacp", offer=2), RULES, at=AT)
    assert kinds(accepted) == ["engagement_opened", "message_applied"]
    assert accepted.request.engagement_id == f"{sender.tracking_number}-E2"


def test_an_amendment_after_the_acceptance_withdraws_nothing() -> None:
    sender = Sender()
    engaged = decide(offered(sender), sender.answered("accept", "iacp"), RULES, at=AT).request

    outcome = amended(engaged, sender.amended(topics=["policy"]))

    assert kinds(outcome) == ["facts_changed"]
    assert outcome.request.status == "assigned"


def test_a_lapsed_offer_is_not_withdrawn_and_a_delayed_answer_still_counts() -> None:
    sender = Sender()
    before = offered(sender)._replace(status="triaged", offer_state="lapsed", queued=True)

    after = amended(before, sender.amended(topics=["policy"])).request
    outcome = decide(after, sender.answered("accept", "iacp"), RULES, at=AT + timedelta(minutes=1))

    assert kinds(outcome) == ["engagement_opened", "message_applied"]
