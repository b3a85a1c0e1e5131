"""Ends of engagements are compared with what follows them, and with the messages about them."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.proofs.checker.ends import AFFECTED, ENDED, STATUS, told_of_ends
from tests.proofs.checker.life import i06_path_is_legal
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.of_ends import MUTATIONS
from tests.proofs.checker.run import Record, Run
from tests.unit.checker.test_invariants import NUMBER, event, wrong

OFFICE = "program-office"
STATE: dict[str, Any] = {"participant": "ca-post", "provider": "iacp", "program": "cri-tac"}
WORK = {**STATE, "engagement_id": f"{NUMBER}-E1"}


def told(to: str, kind: str, cause: str) -> Record:
    body = {
        "id": f"{cause}-{kind}-{to}",
        "type": kind,
        "subject": NUMBER,
        "causationid": cause,
        "data": {},
    }
    return Record(f"cri.out.{to}.v1", 0, 0, to.encode(), json.dumps(body).encode())


def rehomed(*messages: Record, **ended: Any) -> Run:
    """IACP works, stops with its program, and NOPRI is asked to go on."""
    facts = [
        event(1, "request_triaged", status="triaged", **STATE),
        event(2, "offer_made", status="offered", offer_id=f"{NUMBER}-O1", **STATE),
        event(3, "engagement_opened", status="assigned", offer_id=f"{NUMBER}-O1", **WORK),
        event(4, "engagement_affected", status="assigned", cause="program_suspended",
              stopped=True, stop_changed=True, **WORK),
        event(5, "engagement_ended", status="triaged", reason="provider_lost",
              **{"ended_by": OFFICE, "next_provider": "nopri", **WORK, **ended}),
        event(6, "offer_made", status="offered", offer_id=f"{NUMBER}-O2",
              continues=f"{NUMBER}-E1", **{**STATE, "provider": "nopri"}),
    ]  # fmt: skip
    office = event(1, "participant_registered", id=OFFICE, kind="program_office")
    notices = [
        replace(
            event(n, "notice_decided", fact=json.loads(fact.value or b"{}")["id"]),
            topic="cri.int.notifications.v1",
        )
        for n, fact in enumerate(facts, 1)
    ]
    topics: dict[str, list[Record]] = {}
    for record in (*facts, replace(office, topic="cri.int.reference.v1"), *notices, *messages):
        topics.setdefault(record.topic, []).append(record)
    return Run(topics=topics, ends={}, tables={})


STOPPED, END, OFFER = "id-4-engagement_affected", "id-5-engagement_ended", "id-6-offer_made"
MESSAGES = (
    told("iacp", AFFECTED, STOPPED),
    told(OFFICE, AFFECTED, STOPPED),
    told("ca-post", STATUS, STOPPED),
    told("iacp", ENDED, END),
    told("ca-post", STATUS, OFFER),
)


def test_an_end_that_everyone_is_told_of_once_holds() -> None:
    run = rehomed(*MESSAGES)

    assert wrong(told_of_ends(run)) == []
    assert wrong(i06_path_is_legal(run)) == []


def test_what_a_release_before_did_not_decide_is_not_missed() -> None:
    run = rehomed()
    run.topics["cri.int.notifications.v1"].clear()

    assert wrong(told_of_ends(run)) == []


def test_a_provider_that_cannot_go_on_is_told_to_the_office_alone() -> None:
    run = rehomed(*MESSAGES[:3], told(OFFICE, ENDED, END), told("ca-post", STATUS, OFFER),
                  ended_by="iacp")  # fmt: skip

    assert wrong(told_of_ends(run)) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.says)
def test_each_mutation_is_noticed(mutation: Mutation) -> None:
    bench = Bench(rehomed(*MESSAGES), Random(1))

    mutation.change(bench)

    judge = told_of_ends if mutation.breaks == "I9" else i06_path_is_legal
    assert wrong(judge(bench.run))
