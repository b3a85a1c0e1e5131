"""Each mutation of injected records is noticed, in a run of two events and one message."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.catching import catch
from tests.proofs.checker.mutations.of_injection import MUTATIONS
from tests.proofs.checker.run import Record, Run
from tests.unit.checker.test_invariants import event

INTAKE, OUT = "cri.int.intake.v1", "cri.out.somebody.v1"
READERS = ("routing", "notifications", "reporting")


def small_run() -> Run:
    accepted = replace(event(1), topic=INTAKE)
    told = Record(OUT, 0, 0, b"somebody", json.dumps({"id": "m", "type": "a.told.v1"}).encode())
    letters: dict[str, list[Record]] = {f"cri.dlq.{service}.v1": [] for service in READERS}
    topics: dict[str, list[Record]] = {
        INTAKE: [accepted],
        "cri.int.routing.v1": [event(1), event(2)],
        OUT: [told],
        **letters,
    }
    checkpoint = {"topic": INTAKE, "partition": 0, "next_offset": 1}
    counted = dict.fromkeys(("applied", "ignored", "dead", "parked"), 0)
    tables: dict[str, dict[str, list[dict[str, Any]]]] = {
        service: {"checkpoints": [{**checkpoint, **counted}], "dead_letters": [], "gates": []}
        for service in READERS
    }
    ends = {topic: {"0": [0, len(records)]} for topic, records in topics.items()}
    return Run(topics=topics, ends=ends, tables=tables)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.says)
def test_it_is_noticed(mutation: Mutation) -> None:
    caught = catch(mutation, Bench(small_run(), Random(1)))

    assert caught.unsound == ()
    assert caught.violations
