"""A record set aside has one answer, and each way to break that is noticed."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.proofs.checker.injected import Ledger
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.catching import catch
from tests.proofs.checker.mutations.of_set_aside import MUTATIONS
from tests.proofs.checker.run import Record, Run
from tests.proofs.checker.set_aside import i19_set_aside_is_answered
from tests.unit.checker.test_invariants import wrong

IN, OUT = "cri.in.somebody.v1", "cri.out.somebody.v1"


def small_run() -> Run:
    sent = Record(IN, 0, 0, b"somebody", b"{}")
    told = json.dumps({"id": "m", "type": "a.told.v1", "participantsequence": "1"}).encode()
    checkpoint = {"topic": IN, "partition": 0, "next_offset": 1}
    tables: dict[str, dict[str, list[dict[str, Any]]]] = {
        service: {"checkpoints": [dict(checkpoint)]} for service in ("intake", "routing")
    }
    topics = {IN: [sent], OUT: [Record(OUT, 0, 0, b"somebody", told)]}
    ends = {topic: {"0": [0, len(records)]} for topic, records in topics.items()}
    return Run(topics=topics, ends=ends, tables=tables)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.says)
def test_it_is_noticed(mutation: Mutation) -> None:
    caught = catch(mutation, Bench(small_run(), Random(1)))

    assert caught.unsound == ()
    assert caught.violations


def test_a_run_that_breaks_only_what_is_around_the_records_sets_none_aside() -> None:
    assert wrong(i19_set_aside_is_answered(replace(small_run(), ledger=Ledger()))) == []


def test_a_partition_that_stalled_and_recovered_is_no_violation() -> None:
    run = small_run()
    row = {"topic": IN, "partition": 0, "offset": 0, "reason": "codec"}
    run.tables["routing"]["blocked_partitions"] = [row]

    assert wrong(i19_set_aside_is_answered(run)) == []
