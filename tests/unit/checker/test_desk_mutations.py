"""Every way in which the desk's tables, files and acts can be wrong is noticed."""

from random import Random
from typing import Any

import pytest

from tests.proofs.checker.fold_desk import _wrong_data, wrong_in_desk
from tests.proofs.checker.fold_work import open_items
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.catching import catch
from tests.proofs.checker.mutations.of_desk import MUTATIONS
from tests.proofs.checker.projections import wrong_catalogs
from tests.proofs.checker.run import Record, Run
from tests.unit.checker.test_invariants import NUMBER, event
from tests.unit.checker.test_mail_mutations import record, recorded, told

ROUTING, NOTICES = "cri.int.routing.v1", "cri.int.notifications.v1"
REFERENCE = "cri.int.reference.v1"
FACTS = {"request_id": "r-1", "tracking_number": NUMBER, "participant": "ohio-dps"}
WAITS = {**FACTS, "status": "waiting"}
WORKS = {**FACTS, "status": "in_delivery"}
ENGAGEMENT = f"{NUMBER}-E1"


def a_run() -> Run:
    """Return a run with a request, a notice and a contact, and no desk."""
    run = recorded()
    run.topics[ROUTING] = [event(1, "request_triaged", **FACTS, status="triaged")]
    defined = record(REFERENCE, 2, id="e", sequence=f"{1:020d}", data={"id": "cri-tac"},
                     type="gov.cri.intake.program_defined.v1")  # fmt: skip
    run.topics[REFERENCE].append(defined)
    run.ends |= {ROUTING: {"0": [0, 1]}, REFERENCE: {"0": [0, 3]}}
    return run


def wrong(run: Run) -> list[str]:
    return [each for each in (*wrong_in_desk(run), *wrong_catalogs(run, ["desk"])) if each]


@pytest.mark.parametrize(
    "mutation", [each for each in MUTATIONS if each.breaks != "I10"], ids=lambda each: each.says
)
def test_it_is_noticed(mutation: Mutation) -> None:
    empty = Run(topics={}, ends={}, tables={})
    caught = catch(mutation, Bench(empty if mutation.breaks == "I8" else a_run(), Random(1)))

    assert not caught.unsound
    assert caught.violations


@pytest.mark.parametrize(
    "mutation", [each for each in MUTATIONS if each.breaks == "I10"], ids=lambda each: each.says
)
def test_a_table_that_is_no_fold_of_the_log_is_noticed(mutation: Mutation) -> None:
    bench = Bench(a_run(), Random(1))
    assert mutation.before is not None
    mutation.before(bench)
    assert wrong(bench.run) == []

    mutation.change(bench)

    assert wrong(bench.run)


def open_after(*records: Record) -> set[str]:
    topics: dict[str, list[Record]] = {}
    for each in records:
        topics.setdefault(each.topic, []).append(each)
    return open_items(Run(topics=topics, ends={}, tables={}))


REFERRED = event(1, "request_referred", **FACTS, status="referred", reason="no_ori")
COUNTERED = event(2, "request_referred", **FACTS, status="referred", reason="countered")
WAITLISTED = event(1, "request_waitlisted", **WAITS)
LATE = {**WORKS, "clock": "engagement_silence", "due_at": "2026-03-02T15:00:00Z"}
SUSPENDED = {**WORKS, "engagement_id": ENGAGEMENT, "cause": "provider_suspended"}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([REFERRED], {f"referred:{NUMBER}:1"}),
        ([REFERRED, COUNTERED], {f"counter:{NUMBER}:2"}),
        ([REFERRED, event(2, "request_triaged", **FACTS, status="triaged")], set()),
        ([WAITLISTED, event(2, "request_waitlisted", **WAITS)], {f"waits_long:{NUMBER}:1"}),
        ([event(1, "clock_missed", **LATE)],
         {f"late:{NUMBER}:engagement_silence:20260302T150000000000Z"}),
        ([event(1, "clock_missed", **LATE), event(2, "clock_settled", **LATE)], set()),
        ([event(1, "clock_missed", **LATE),
          event(2, "clock_moved", **{**LATE, "clock": "rehome"})],
         {f"late:{NUMBER}:engagement_silence:20260302T150000000000Z"}),
        ([event(1, "clock_missed", **{**LATE, "clock": "rehome"})], set()),
        ([event(1, "engagement_affected", **SUSPENDED)], {f"suspended_work:{ENGAGEMENT}"}),
        ([event(1, "engagement_affected", **{**SUSPENDED, "cause": "provider_ended"})],
         {f"rehome:{ENGAGEMENT}"}),
        ([event(1, "engagement_affected", **SUSPENDED),
          event(2, "engagement_affected", **{**SUSPENDED, "cause": "takes_part_again"})], set()),
    ],
)  # fmt: skip
def test_what_is_open_follows_from_the_events_of_a_request(
    records: list[Record], expected: set[str]
) -> None:
    assert open_after(*records) == expected


OF_MAIL: dict[str, Any] = {"notice": "n", "contact": "contact:ohio-dps:c"}


def test_what_is_open_follows_from_what_became_of_mails() -> None:
    unknown = told(0, "notice_outcome_unknown", **OF_MAIL)
    failed = told(1, "notice_failed", **OF_MAIL)
    given_up = told(2, "notice_cancelled", **OF_MAIL, because="no_address")
    undelivered = told(3, "notice_undelivered", notice="n", audience="ohio-dps")
    otherwise = told(4, "notice_settled", **OF_MAIL, how="told_otherwise")

    assert len(open_after(unknown)) == 1
    assert open_after(unknown, failed, given_up) == set()
    assert open_after(unknown, failed, undelivered) == {"unreachable:n:ohio-dps"}
    assert open_after(undelivered, given_up) == {"unreachable:n:ohio-dps"}
    assert open_after(unknown, failed, undelivered, otherwise) == set()


def test_a_call_is_open_until_it_is_settled_in_whatever_order_that_is_read() -> None:
    data = {"notices": [{"audience": "ohio-dps", "outcome": "sent", "call": True}]}
    decided = event(1, "notice_decided", **data)
    call = Record(NOTICES, 0, 0, decided.key, decided.value)
    contact = {"notice": "id-1-notice_decided", "contact": "contact:ohio-dps:c"}
    settled = told(0, "notice_settled", **contact, how="told_otherwise")

    assert open_after(call) == {"call:id-1-notice_decided:ohio-dps"}
    assert open_after(settled, call) == set()


@pytest.mark.parametrize(
    ("participant", "wrong"), [("office-desk", []), ("ohio-dps", ["contact_ids"])]
)
def test_a_timeline_names_the_contacts_that_the_office_keeps_alone(
    participant: str, wrong: list[str]
) -> None:
    published = {"agency": {}, "participant": participant, "version": 1, "contact_ids": ["c-1"]}

    assert _wrong_data(published, {"version": 1, "contact_ids": ["c-1"]}) == wrong
