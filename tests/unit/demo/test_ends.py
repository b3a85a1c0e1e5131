"""What ends is told to everyone concerned, once; what was not told, or twice, is a fault."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from deploy.demo.ends_told import OFFICE, Happened, faults, summary
from deploy.participants.behavior import LOST_PROVIDER
from deploy.participants.client import Message

AT = datetime.fromisoformat("2027-03-18T12:00:00+00:00")
LATER = AT + timedelta(days=1)
NUMBERS = [f"CRI-2027-00000{n}-A" for n in range(12)]
HAPPENED = Happened(
    lost=[f"{number}-E1" for number in NUMBERS[:3]],
    suspended="ntoa",
    withdrawn=[f"{NUMBERS[3]}-O1"],
    away_from=AT,
    away_until=AT + timedelta(hours=6),
    postponed=[NUMBERS[4]],
    opens_at=LATER,
    referred=NUMBERS[5:9],
)


def message(kind: str, *, at: datetime = LATER, **data: Any) -> Message:
    return {"type": f"gov.cri.{kind}.v1", "time": at.isoformat(), "data": data}


def offer(number: str, ordinal: int, *, at: datetime = LATER, program: str = "cri-tac") -> Message:
    return message("offer.made", at=at, offer_id=f"{number}-O{ordinal}", tracking_number=number,
                   program=program)  # fmt: skip


def received() -> dict[str, list[Message]]:
    """What participants receive if all goes well."""
    affected = [message("engagement.affected", engagement_id=each) for each in HAPPENED.lost]
    ended = [message("engagement.ended", engagement_id=each) for each in HAPPENED.lost]
    return {
        OFFICE: [
            *affected,
            ended[2],
            *(
                message("referral.made", tracking_number=number, reason="program_not_offered",
                        proposed_program="cri-tac")
                for number in HAPPENED.referred
            ),
        ],
        LOST_PROVIDER: [*affected, *ended[:2]],
        "iacp": [
            *(
                message("engagement.opened", engagement_id=f"{number}-E2", tracking_number=number)
                for number in NUMBERS[:3]
            ),
            offer(NUMBERS[3], 2),
        ],
        "ntoa": [
            message("offer.withdrawn", offer_id=f"{NUMBERS[3]}-O1"),
            offer(NUMBERS[9], 1),
        ],
        "agencies": [
            message("request.status_changed", tracking_number=NUMBERS[4], status="waiting",
                    next={"what": "It moves on.", "by": "2027-03-19T08:00:00-04:00"})
        ],
    }  # fmt: skip


def test_what_went_on_and_was_told_once_has_no_fault() -> None:
    assert faults(HAPPENED, received()) == []
    assert summary(HAPPENED, received()).startswith("3 engagements of a lost provider went on")
    assert summary(HAPPENED, received()).endswith(
        "postponed (1 told), 1 program ended (4 referred)"
    )


@pytest.mark.parametrize(
    ("participant", "place"),
    [(name, place) for name, messages in received().items() for place in range(len(messages))],
)
def test_each_message_that_is_missing_is_a_fault(participant: str, place: int) -> None:
    found = received()
    del found[participant][place]

    assert faults(HAPPENED, found) != []


@pytest.mark.parametrize("participant", [OFFICE, LOST_PROVIDER, "agencies"])
def test_what_is_told_twice_is_a_fault(participant: str) -> None:
    found = received()

    assert faults(HAPPENED, {**found, participant: found[participant] * 2}) != []


@pytest.mark.parametrize(
    ("participant", "unexpected"),
    [
        ("ntoa", offer(NUMBERS[10], 1, at=AT + timedelta(hours=1))),
        ("cna", offer(NUMBERS[10], 1, at=AT, program="organizational-assessment")),
    ],
)
def test_an_offer_of_one_that_does_not_take_part_is_a_fault(
    participant: str, unexpected: Message
) -> None:
    found = received()
    found.setdefault(participant, []).append(unexpected)

    assert len(faults(HAPPENED, found)) == 1


@pytest.mark.parametrize("name", ["lost", "withdrawn", "postponed", "referred"])
def test_an_end_that_concerned_nobody_is_a_fault(name: str) -> None:
    happened = replace(HAPPENED)
    setattr(happened, name, ())

    assert faults(happened, received()) != []
