"""Everything that a fault injects has one correct outcome, which the ledger knows."""

import json
from random import Random

import pytest

from tests.proofs.chaos.damage import CONFIDENTIAL, INTAKE, KINDS, READERS, damaged

EVENT = {
    "id": "1f0c7e2a-0000-5000-8000-000000000000",
    "type": "gov.cri.intake.request_accepted.v1",
    "subject": "CRI-2026-000001-Z",
    "time": "2026-11-24T00:00:00Z",
    "correlationid": "a",
    "sequence": f"{3:020d}",
    "data": {"name": "Zoë"},
}
VALUE = json.dumps(EVENT, ensure_ascii=False).encode()


@pytest.mark.parametrize("topic", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_reader_of_the_topic_has_an_outcome(topic: str, kind: str) -> None:
    for broken in damaged(topic, VALUE, kind, Random(1)):
        assert broken.outcomes.keys() == set(READERS[topic])
        assert set(broken.outcomes.values()) <= {"dead", "parked", "passed"}


@pytest.mark.parametrize("kind", ["flipped", "truncated"])
def test_a_copy_damaged_to_be_dead_never_parses(kind: str) -> None:
    for seed in range(300):
        (broken,) = damaged(INTAKE, VALUE, kind, Random(seed))

        with pytest.raises(ValueError, match=r"."):
            json.loads(broken.value or b"")


def test_no_damage_uses_a_number_ahead_of_a_real_subject() -> None:
    for kind in KINDS:
        for broken in damaged(INTAKE, VALUE, kind, Random(1)):
            if "passed" in broken.outcomes.values() and broken.subject == EVENT["subject"]:
                assert broken.number <= int(str(EVENT["sequence"]))


def test_a_record_that_postgres_refuses_parks_later_ones() -> None:
    first, second = damaged(CONFIDENTIAL, VALUE, "refused", Random(1))

    assert (first.outcomes, first.reason) == ({"notifications": "dead"}, "refused_by_postgres")
    assert (second.outcomes, second.reason) == ({"notifications": "parked"}, None)
