"""Records deleted before they were read are answered or counted as lost, exactly once."""

from typing import Any

import pytest

from tests.proofs.checker.delivery import OUTCOMES, i11_conservation
from tests.proofs.checker.run import Record, Run
from tests.unit.checker.test_invariants import wrong

IN = "cri.in.somebody.v1"


def run_of(*, lost: int, **outcomes: int) -> Run:
    """Return a run of ten records, of which the topic deleted those from 2 to 4 unread."""
    checkpoint: dict[str, Any] = {
        "topic": IN, "partition": 0, "first_offset": 0, "next_offset": 10,
        **dict.fromkeys(OUTCOMES, 0), "lost": lost, **outcomes,
    }  # fmt: skip
    lost_range = {"topic": IN, "partition": 0, "from_offset": 2, "until_offset": 5}
    refused = {"what": "submissions_refused deleted_unread", "number": outcomes.get("refused", 0)}
    left = [Record(IN, 0, offset, b"k", b"{}") for offset in (0, 1, *range(5, 10))]
    return Run(
        topics={IN: left},
        ends={IN: {"0": [0, 10]}},
        tables={
            "intake": {
                "checkpoints": [checkpoint],
                "lost_ranges": [lost_range],
                "counts": [refused],
            }
        },
    )


@pytest.mark.parametrize(
    ("lost", "outcomes"), [(3, {"applied": 7}), (0, {"applied": 7, "refused": 3})]
)
def test_a_lost_range_is_counted_or_answered(lost: int, outcomes: dict[str, int]) -> None:
    found = wrong(i11_conservation(run_of(lost=lost, **outcomes)))

    assert not [each for each in found if "accounted for" in each]


@pytest.mark.parametrize(
    ("lost", "outcomes"), [(0, {"applied": 7}), (3, {"applied": 7, "refused": 3})]
)
def test_a_lost_range_that_is_neither_or_both_is_noticed(
    lost: int, outcomes: dict[str, int]
) -> None:
    found = wrong(i11_conservation(run_of(lost=lost, **outcomes)))

    assert [each for each in found if "accounted for" in each]
