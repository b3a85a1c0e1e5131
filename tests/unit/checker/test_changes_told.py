"""The messages to providers are compared with the amendments."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.proofs.checker.changes import told_of_changes
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.of_changes import MUTATIONS
from tests.proofs.checker.run import Record, Run
from tests.unit.checker.test_invariants import NUMBER, ROUTING, event, wrong

FIRST: dict[str, Any] = {"topics": ["wellness"], "service_forms": [], "wished": {}}
NOW = {**FIRST, "topics": ["training"]}
STATE = {"participant": "ca-post", "provider": "iacp"}
AMENDED = {**STATE, "status": "offered", "amendment": 2, "words": 0, "asked": NOW}


def told(to: str, kind: str, cause: str, **data: Any) -> Record:
    body = {
        "id": f"{kind}-{to}",
        "type": f"gov.cri.{kind}.v1",
        "subject": NUMBER,
        "causationid": cause,
        "data": data,
    }
    return Record(f"cri.out.{to}.v1", 0, 0, to.encode(), json.dumps(body).encode())


def decided(*facts: str) -> list[Record]:
    return [
        replace(event(n, "notice_decided", fact=fact), topic="cri.int.notifications.v1")
        for n, fact in enumerate(facts, 1)
    ]


def small_run(*messages: Record, **amended: Any) -> Run:
    """An offer, and an amendment of its topics."""
    changed = event(2, "facts_changed", **{**AMENDED, **amended})
    records = [
        event(1, "offer_made", status="offered", **STATE),
        changed,
        *decided("id-1-offer_made", "id-2-facts_changed"),
        told("iacp", "offer.made", "id-1-offer_made", **FIRST),
        *messages,
    ]
    topics: dict[str, list[Record]] = {}
    for record in records:
        topics.setdefault(record.topic, []).append(record)
    return Run(topics=topics, ends={}, tables={})


CHANGED = told("iacp", "offer.changed", "id-2-facts_changed", changed=["topics"], **NOW)
PASSED_ON = told("ca-post", "amendment.passed_on", "id-2-facts_changed", provider="iacp")


def test_a_change_that_is_told_to_both_holds() -> None:
    assert wrong(told_of_changes(small_run(CHANGED, PASSED_ON))) == []


def test_a_change_that_nobody_is_told_of_is_noticed() -> None:
    assert wrong(told_of_changes(small_run())) == [f"{ROUTING}/0/1: iacp is not told of topics"]


def test_telling_of_no_difference_is_noticed() -> None:
    run = small_run(CHANGED, PASSED_ON, asked=FIRST)

    assert wrong(told_of_changes(run)) == [f"{ROUTING}/0/1: iacp is told otherwise than it is"]


def test_words_are_told_to_the_provider_at_work_alone() -> None:
    offered = small_run(asked=FIRST, words=2)
    at_work = small_run(asked=FIRST, words=2, status="assigned")

    assert wrong(told_of_changes(offered)) == []
    assert wrong(told_of_changes(at_work)) == [f"{ROUTING}/0/1: iacp is not told of need"]


def test_facts_that_a_release_before_did_not_decide_are_not_missed() -> None:
    run = small_run()
    run.topics["cri.int.notifications.v1"].pop()

    assert wrong(told_of_changes(run)) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.says)
def test_each_mutation_is_noticed(mutation: Mutation) -> None:
    bench = Bench(small_run(CHANGED, PASSED_ON), Random(1))

    mutation.change(bench)

    assert wrong(told_of_changes(bench.run))
