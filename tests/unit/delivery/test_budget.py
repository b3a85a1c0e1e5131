import time
from datetime import UTC, datetime

import pytest

from shared.delivery.records import Record
from shared.delivery.take_in import budget as limits
from shared.delivery.take_in.budget import Budget, TooSlow

AT = datetime(2026, 3, 2, tzinfo=UTC)
ONE, OTHER, OWN = "cri.in.one.v1", "cri.in.other.v1", "cri.int.intake.v1"


def record(offset: int, topic: str = ONE) -> Record:
    return Record(topic, 0, offset, None, b"", (), AT)


def burn(seconds: float) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass


def _spend_on_two(budget: Budget) -> None:
    with budget:
        budget.allows(record(1))
        burn(0.01)
        budget.allows(record(2))
        try:
            burn(60)
        except Exception:
            pytest.fail("code that catches every exception must not swallow it")


def _spend_on_one(budget: Budget) -> None:
    with budget:
        budget.allows(record(1, OWN))
        burn(limits.BATCH_SECONDS)
        assert not budget.allows(record(2, OWN))
        burn(60)


def test_the_first_record_always_belongs_to_the_batch() -> None:
    budget = Budget()

    with budget:
        assert budget.allows(record(7))
        burn(limits.BATCH_SECONDS)
        assert not budget.allows(record(8))


def test_a_stalled_machine_makes_no_batch_smaller() -> None:
    budget = Budget()

    with budget:
        budget.allows(record(7))
        time.sleep(limits.BATCH_SECONDS)
        assert budget.allows(record(8))


def test_a_participant_that_has_spent_its_share_is_cut_off_and_others_go_on() -> None:
    budget = Budget()

    with budget:
        budget.allows(record(7))
        burn(limits.PARTICIPANT_SECONDS)
        allowed = [budget.allows(each) for each in (record(8), record(9), record(0, OTHER))]

    assert allowed == [False, False, True]
    assert budget.cut == {(ONE, 0): 8}


def test_internal_records_may_use_the_whole_budget() -> None:
    budget = Budget()

    with budget:
        budget.allows(record(3, OWN))
        burn(limits.PARTICIPANT_SECONDS)
        assert budget.allows(record(4, OWN))
        burn(limits.BATCH_SECONDS)
        allowed = [budget.allows(each) for each in (record(5, OWN), record(0, OTHER))]

    assert allowed == [False, False]
    assert budget.cut == {(OWN, 0): 5, (OTHER, 0): 0}


def test_a_record_that_takes_more_than_a_second_is_interrupted_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "RECORD_SECONDS", 0.05)
    budget = Budget()

    with pytest.raises(TooSlow) as caught:
        _spend_on_two(budget)

    assert caught.value.record == record(2)


def test_a_record_that_only_waits_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORD_SECONDS", 0.05)
    budget = Budget()

    with budget:
        budget.allows(record(1))
        time.sleep(0.2)  # as a machine that stalls, which uses no processor time


def test_nothing_is_interrupted_after_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORD_SECONDS", 0.05)
    budget = Budget()

    with budget:
        budget.allows(record(1))

    burn(0.1)


def test_time_between_two_records_is_charged_to_the_last_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "RECORD_SECONDS", limits.BATCH_SECONDS + 0.1)
    budget = Budget()

    with pytest.raises(TooSlow) as caught:
        _spend_on_one(budget)

    assert caught.value.record == record(1, OWN)
