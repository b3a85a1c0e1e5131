"""Well-formed messages in numbers: the same again, about the same, about nothing."""

import random
from collections.abc import Callable, Sequence

from tests.proofs.hostile.attack import PROVIDER, TAKEN, Attack, Record
from tests.proofs.hostile.material import (
    Message,
    capacity,
    contact,
    encoded,
    envelope,
    status,
    submission,
)

_UNKNOWN = frozenset({"unknown_request", "schema", "value_out_of_range", "not_yours"})
_NUMBER = "CRI-2026-000001-"


def storms(seed: int) -> list[Attack]:
    """Return what costs by its number."""
    draw = random.Random(seed)
    return [
        Attack("the same record 1,000 times", _again),
        Attack("one id, 500 contents", _one_id),
        Attack("one reference, 500 contents", _one_reference),
        Attack("500 questions about nothing", _times(500, lambda n: status(n, _NUMBER + "0")),),
        Attack("500 questions about open offers", _times(500, _open_offers)),
        Attack("200 questions about all", _times(200, lambda n: status(n, "all"))),
        Attack("200 withdrawals of nothing", _times(200, _withdrawal)),
        Attack("200 amendments of nothing", _times(200, _amendment)),
        Attack("300 contacts under one id", _times(300, lambda n: contact(n, name=n[:200]))),
        Attack("300 declarations", _declarations, participant=PROVIDER),
        Attack("300 answers to no offer", _answers, participant=PROVIDER),
        Attack("1,000 submissions", _times(1000, submission)),
        Attack("3,000 records of all sizes", lambda number: _sizes(draw), seconds=0),
    ]  # fmt: skip


def _times(count: int, make: Callable[[str], Message]) -> Callable[[str], Sequence[Record]]:
    return lambda number: [Record(encoded(make(f"{number}-{n}"))) for n in range(count)]


def _again(number: str) -> Sequence[Record]:
    return [Record(encoded(submission(number)), TAKEN)] * 1000


def _one_id(number: str) -> Sequence[Record]:
    reused = TAKEN | {"id_reused_with_other_content"}
    return [
        Record(encoded(submission(f"{number}-{n}") | {"id": number}), reused) for n in range(500)
    ]


def _one_reference(number: str) -> Sequence[Record]:
    messages = [submission(f"{number}-{n}") for n in range(500)]
    for n, message in enumerate(messages):
        message["data"] |= {"reference": number, "need": {"issue": f"Another one: {n}."}}
    reused = TAKEN | {"reference_reused_with_other_content"}
    return [Record(encoded(message), reused) for message in messages]


def _open_offers(number: str) -> Message:
    return status(number, "open_offers")


def _withdrawal(number: str) -> Message:
    return envelope("request.withdraw", {"tracking_number": _NUMBER + "0"}, number=number)


def _amendment(number: str) -> Message:
    data = {"tracking_number": _NUMBER + "0", "goals": ["wellness"]}
    return envelope("request.amend", data, number=number)


def _declarations(number: str) -> Sequence[Record]:
    entries = [{"can_take": 1}] * 50
    return [
        Record(encoded(capacity(f"{number}-{n}", entries, participant=PROVIDER)))
        for n in range(300)
    ]


def _answers(number: str) -> Sequence[Record]:
    data = {"offer_id": _NUMBER + "0-O1", "answer": "accept"}
    return [
        Record(
            encoded(envelope("offer.answer", data, number=f"{number}-{n}", participant=PROVIDER))
        )
        for n in range(300)
    ]


def _sizes(draw: random.Random) -> Sequence[Record]:
    return [Record(b" " * int(2 ** draw.uniform(0, 14))) for _ in range(3000)]
