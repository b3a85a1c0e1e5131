"""The ledger of clocks adds up what participants were sent, and says what does not add up."""

from typing import Any

import pytest

from deploy.demo.clocks import faults, ledger, untold
from deploy.participants.client import Message

NUMBER = "CRI-2027-000033-4"
DUE = "2027-03-17T12:00:00Z"


def message(kind: str, *, time: str = DUE, **data: Any) -> Message:
    return {"type": f"gov.cri.{kind}.v1", "time": time, "data": data}


def late(times: int, *, time: str) -> Message:
    return message("clock.late", time=time, tracking_number=NUMBER, clock="triage.standard",
                   due_at=DUE, times=times, next_at="2027-03-19T12:00:00Z")  # fmt: skip


REFERRED = message("referral.made", tracking_number=NUMBER)
DIRECTED = message("message.applied", what="request.direct", about=NUMBER)
OFFERED = message("offer.made", offer_id=f"{NUMBER}-O1")
TWICE = [late(1, time="2027-03-17T13:00:00Z"), late(2, time="2027-03-19T13:00:00Z")]


def test_a_request_that_was_referred_offered_and_accepted_adds_up() -> None:
    accepted = message("message.applied", what="offer.answer", about=f"{NUMBER}-O1")
    opened = message("engagement.opened", engagement_id=f"{NUMBER}-E1")

    found = ledger({"office": [REFERRED, DIRECTED], "iacp": [OFFERED, accepted, opened]})

    assert found.started == 3
    assert found.running() == {NUMBER: ["engagement"]}
    assert faults(found, {NUMBER: "in_delivery"}) == []
    assert faults(found, {NUMBER: "closed"}) != []


def test_who_withdraws_a_referred_request_ends_its_clock() -> None:
    withdrawn = message("message.applied", what="request.withdraw", about=NUMBER)

    assert faults(ledger({"office": [REFERRED], "a": [withdrawn]}), {NUMBER: "withdrawn"}) == []


@pytest.mark.parametrize(
    ("status", "messages"),
    [
        ("waiting", [OFFERED]),
        ("offered", []),
        ("offered", [OFFERED, message("offer.lapsed", offer_id=f"{NUMBER}-O1")]),
        ("offered", [OFFERED, REFERRED]),
    ],
)
def test_a_clock_too_many_or_too_few_is_a_fault(status: str, messages: list[Message]) -> None:
    assert len(faults(ledger({"iacp": messages}), {NUMBER: status})) == 1


def test_a_clock_of_a_request_that_nobody_knows_is_a_fault() -> None:
    assert len(faults(ledger({"iacp": [OFFERED]}), {})) == 1


def test_a_late_clock_is_told_to_two_each_time() -> None:
    found = ledger({"office": [REFERRED, *TWICE, DIRECTED], "agency": TWICE})

    assert faults(found, {NUMBER: "triaged"}) == []
    assert found.told() == {NUMBER: 4}


@pytest.mark.parametrize(
    ("office", "agency"),
    [
        (TWICE, []),
        (TWICE, TWICE[:1]),
        (TWICE[1:], TWICE[1:]),
        (TWICE[::-1], TWICE[::-1]),
        ([TWICE[0], late(2, time=DUE)], [TWICE[0], late(2, time=DUE)]),
    ],
)
def test_a_late_clock_told_to_one_out_of_order_or_too_early_is_a_fault(
    office: list[Message], agency: list[Message]
) -> None:
    found = ledger({"office": [REFERRED, *office, DIRECTED], "agency": agency})

    assert faults(found, {NUMBER: "triaged"}) != []


def test_a_move_that_is_told_twice_is_a_fault() -> None:
    moved = message("clock.moved", offer_id=f"{NUMBER}-O1")

    assert faults(ledger({"iacp": [OFFERED, moved]}), {NUMBER: "offered"}) == []
    assert faults(ledger({"iacp": [OFFERED, moved, moved]}), {NUMBER: "offered"}) != []


def test_what_had_to_be_told_and_was_not_is_a_fault() -> None:
    moved = message("clock.moved", offer_id=f"{NUMBER}-O1")
    found = ledger({"office": TWICE, "agency": TWICE, "iacp": [moved]})

    assert untold(found, late=[NUMBER], times=2, moved=[f"{NUMBER}-O1"]) == []
    assert len(untold(found, late=[NUMBER], times=3, moved=[f"{NUMBER}-O1"])) == 1
    assert len(untold(found, late=["CRI-2027-000034-9"], times=2, moved=[f"{NUMBER}-O2"])) == 2
    assert len(untold(found, late=[NUMBER], times=2, moved=[])) == 1
