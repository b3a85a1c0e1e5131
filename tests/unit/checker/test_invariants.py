"""Small runs that break one rule, and the invariant that reports it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.proofs.checker.effects import i20_applied_has_an_effect
from tests.proofs.checker.failures import i12_dead_letters_are_byte_equal
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.life import i06_path_is_legal
from tests.proofs.checker.metrics import i17_metrics_are_counts
from tests.proofs.checker.order import i04_identity_and_sequence, i05_first_occurrences_in_order
from tests.proofs.checker.owners import i08_topics_agree_with_owners
from tests.proofs.checker.privacy import (
    canaries_of,
    i15_nobody_sees_anothers,
    i16_canaries_are_nowhere,
)
from tests.proofs.checker.run import Record, Run

NUMBER = "CRI-2026-000001-Z"
ROUTING = "cri.int.routing.v1"


def event(number: int, kind: str = "request_triaged", /, **data: Any) -> Record:
    body = {
        "specversion": "1.0",
        "id": f"id-{number}-{kind}",
        "source": "urn:cri:continuum:routing",
        "type": f"gov.cri.routing.{kind}.v1",
        "subject": NUMBER,
        "time": "2026-11-24T00:00:00Z",
        "datacontenttype": "application/json",
        "dataclassification": "internal",
        "correlationid": "a",
        "causationid": "b",
        "sequence": f"{number:020d}",
        "data": data,
    }
    return Record(ROUTING, 0, number - 1, b"key", json.dumps(body).encode())


def run(*records: Record, **more: Any) -> Run:
    topics: dict[str, list[Record]] = {}
    for record in records:
        topics.setdefault(record.topic, []).append(record)
    return Run(topics=topics, ends={}, tables=more.pop("tables", {}), **more)


def wrong(findings: Findings) -> list[str]:
    return [finding for finding in findings if finding is not None]


def test_a_whole_stream_holds_and_a_repeat_of_it_too() -> None:
    records = [event(1), event(2), event(3)]
    repeated = [*records, replace(records[1], offset=3)]

    assert wrong(i04_identity_and_sequence(run(*repeated))) == []
    assert wrong(i05_first_occurrences_in_order(run(*repeated))) == []


def test_a_gap_is_noticed() -> None:
    assert wrong(i04_identity_and_sequence(run(event(1), event(3)))) == [
        f"{ROUTING}: {NUMBER} lacks [2]"
    ]


def test_an_order_that_is_not_that_of_the_numbers_is_noticed() -> None:
    assert len(wrong(i05_first_occurrences_in_order(run(event(2), event(1))))) == 2


@pytest.mark.parametrize(
    ("last_event", "wrong_names"),
    [
        ("id-1-request_triaged", []),
        ("id-2-facts_changed", [f"{NUMBER}: routing holds another last_event"]),
    ],
)
def test_a_recorded_state_says_which_event_the_request_holds(
    last_event: str, wrong_names: list[str]
) -> None:
    state = {"status": "triaged", "participant": "ca-post", "request_id": "1"}
    recorded = event(3, "request_recorded", **state, last_event="id-1-request_triaged")
    row = {**state, "tracking_number": NUMBER, "program": None, "lane": None}
    events = [event(1, **state), event(2, "facts_changed", **state), recorded]
    tables = {"routing": {"requests": [{**row, "published": 3, "last_event": last_event}]}}

    assert wrong(i08_topics_agree_with_owners(run(*events, tables=tables))) == wrong_names


def test_a_recorded_state_of_an_event_that_is_not_there_is_noticed() -> None:
    state = {"status": "triaged", "participant": "ca-post", "request_id": "1"}
    recorded = event(2, "request_recorded", **state, last_event="invented")
    row = {**state, "tracking_number": NUMBER, "program": None, "lane": None}
    tables = {"routing": {"requests": [{**row, "published": 2, "last_event": "invented"}]}}

    assert wrong(
        i08_topics_agree_with_owners(run(event(1, **state), recorded, tables=tables))
    ) == [f"{NUMBER}: routing holds another last_event"]


def test_a_life_from_offer_to_end_is_legal() -> None:
    offer = {"offer_id": "O1", "provider": "iacp"}
    work = {"engagement_id": "E1", "provider": "iacp"}
    events = [
        event(1, status="triaged"),
        event(2, "offer_made", status="offered", **offer),
        event(3, "engagement_opened", status="assigned", **offer, engagement_id="E1"),
        event(4, "message_applied", what="offer.answer"),
        event(5, "engagement_progressed", status="delivered", **work),
        event(6, "clock_missed", status="delivered"),
        event(7, "engagement_closed", status="closed", **work),
        event(8, "message_refused", what="request.withdraw"),
    ]

    assert wrong(i06_path_is_legal(run(*events))) == []


def test_an_unknown_step_and_one_after_the_end_are_noticed() -> None:
    events = [
        event(1, status="triaged"),
        event(2, "engagement_closed", status="closed", engagement_id="E1"),
        event(3, "request_withdrawn", status="withdrawn"),
    ]

    assert wrong(i06_path_is_legal(run(*events))) == [
        f"{NUMBER}: engagement_closed leads from triaged to closed",
        f"{NUMBER}: request_withdrawn leads from closed to withdrawn",
        f"{NUMBER}: engagement_closed of an engagement that is not open",
    ]


def test_a_dead_letter_must_equal_its_source_and_be_counted() -> None:
    source = event(1)
    place = (("dlq.topic", ROUTING), ("dlq.partition", "0"), ("dlq.offset", "0"))
    headers = tuple((name, text.encode()) for name, text in place)
    letter = replace(source, topic="cri.dlq.reporting.v1", headers=headers)
    counters = {"dead": 1, "held": 0, "parked": 0}
    tables = {"reporting": {"checkpoints": [counters]}}

    assert wrong(i12_dead_letters_are_byte_equal(run(source, letter, tables=tables))) == []
    cut = replace(letter, value=b"")
    assert len(wrong(i12_dead_letters_are_byte_equal(run(source, cut, tables=tables)))) == 1
    assert len(wrong(i12_dead_letters_are_byte_equal(run(source, tables=tables)))) == 1


def test_confidential_text_is_searched_for_in_its_json_encoding() -> None:
    body = {"type": "gov.cri.request.submit.v1", "data": {"need": {"issue": 'Größere "Not" hier'}}}
    said = Record("cri.in.x.v1", 0, 0, None, json.dumps(body).encode())
    leaked = event(1, because='Größere "Not" hier')

    assert canaries_of(run(said)) == ['Größere "Not" hier']
    assert wrong(i16_canaries_are_nowhere(run(said))) == []
    assert len(wrong(i16_canaries_are_nowhere(run(said, leaked)))) == 1


def test_the_text_of_an_assessment_is_only_with_reporting_and_on_its_topics() -> None:
    text = "Reports of force are reviewed late."
    body = {"type": "gov.cri.intake.draft_stated.v1", "data": {"text": text}}
    stated = Record("cri.int.drafts.v1", 0, 0, None, json.dumps(body).encode())
    drafted = {"drafts": [{"text": text}], "drafted_reports": [{"content": text}]}
    kept = {"reporting": {**drafted, "findings": [{"finding": "2.1"}]}}
    leaked = {"reporting": {"drafts": [], "findings": [{"finding": text}]}}

    assert canaries_of(run(stated)) == [text]
    assert wrong(i16_canaries_are_nowhere(run(stated, tables=kept))) == []
    assert len(wrong(i16_canaries_are_nowhere(run(stated, tables=leaked)))) == 1
    assert len(wrong(i16_canaries_are_nowhere(run(stated, event(1, because=text))))) == 1


def test_the_text_of_a_report_is_public_once_it_is_approved() -> None:
    def record(topic: str, kind: str, **data: Any) -> Record:
        return Record(topic, 0, 0, None, json.dumps({"type": kind, "data": data}).encode())

    text, draft = "Reports of force are reviewed late.", "Officers are not trained for it."
    stated = record("cri.int.drafts.v1", "gov.cri.intake.draft_stated.v1", text=text, words=draft)
    approved = record("cri.in.x.v1", "gov.cri.publication.approve.v1", hash="aa")

    def published(*texts: str, hash_: str = "aa") -> Record:
        kind, body = "gov.cri.reporting.report_published.v1", {"findings": [*texts]}
        return record("cri.pub.reports.v1", kind, hash=hash_, body=body)

    assert canaries_of(run(stated, approved, published(text))) == [draft]
    assert wrong(i16_canaries_are_nowhere(run(stated, approved, published(text)))) == []
    for leaked in (
        run(stated, published(text)),
        run(stated, approved, published(text, hash_="b")),
    ):
        assert wrong(i16_canaries_are_nowhere(leaked)) == [
            "cri.pub.reports.v1 holds 1 of the restricted texts"
        ]


def test_a_report_is_told_to_who_made_the_request_alone() -> None:
    number, text = "CRI-2026-000123-K", "Reports of force are reviewed late."

    def record(topic: str, kind: str, **data: Any) -> Record:
        body = {"type": kind, "subject": number, "id": f"{topic} {kind}", "data": data}
        return Record(topic, 0, 0, None, json.dumps(body).encode())

    accepted = record("cri.int.intake.v1", "gov.cri.intake.request_accepted.v1", participant="x")
    stated = record("cri.int.drafts.v1", "gov.cri.intake.draft_stated.v1", text=text)
    passed_on = record("cri.int.texts.v1", "gov.cri.reporting.report_told.v1", text=text)
    told = [
        record(f"cri.out.{who}.v1", "gov.cri.report.told.v1", tracking_number=number, text=text)
        for who in ("x", "y")
    ]

    right = run(accepted, stated, passed_on, told[0])
    assert wrong(i15_nobody_sees_anothers(right)) == []
    assert wrong(i16_canaries_are_nowhere(right)) == []
    found = wrong(i15_nobody_sees_anothers(run(accepted, told[1])))
    assert found[-1].endswith("y reads a report that it may not check")


def test_why_a_report_is_returned_reaches_its_drafter_alone() -> None:
    number, why = "CRI-2026-000123-K", "The summary is out of date."

    def record(topic: str, kind: str, **data: Any) -> Record:
        body = {"type": kind, "subject": number, "id": f"{topic} {kind}", "data": data}
        body["causationid"] = "cri.int.texts.v1 gov.cri.reporting.return_reason_told.v1"
        return Record(topic, 0, 0, None, json.dumps(body).encode())

    stated = record("cri.in.office.v1", "gov.cri.publication.return.v1", why=why)
    opened = record("cri.int.routing.v1", "gov.cri.routing.engagement_opened.v1", provider="x")
    reason = "gov.cri.reporting.return_reason_told.v1"
    passed_on = record("cri.int.texts.v1", reason, participant="x", why=why)
    told = [record(f"cri.out.{who}.v1", "gov.cri.note.stated.v1", note=why) for who in ("x", "y")]
    leaked = record("cri.int.reporting.v1", "gov.cri.reporting.message_applied.v1", what=why)

    right = run(stated, opened, passed_on, told[0])
    assert wrong(i15_nobody_sees_anothers(right)) == []
    assert wrong(i16_canaries_are_nowhere(right)) == []
    found = wrong(i15_nobody_sees_anothers(run(opened, passed_on, told[1])))
    assert found[-1].endswith("y reads a note that is not for it")
    assert wrong(i16_canaries_are_nowhere(run(stated, leaked))) == [
        "cri.int.reporting.v1 holds 1 of the restricted texts"
    ]


def test_a_service_that_shows_nothing_is_noticed() -> None:
    assert wrong(i17_metrics_are_counts(run(tables={"routing": {}}))) == [
        "routing shows no metrics"
    ]


def test_counts_must_be_shown_and_add_up() -> None:
    counts = {"topic": ROUTING, "partition": 0, "what": "notifications topic sent", "number": 2}
    notices = [{"fact": "1"}, {"fact": "2"}]
    tables = {"notifications": {"counts": [counts], "notices": notices}}
    gauges = "".join(
        f'cri_{name}{{service="notifications"}} 0.0\n'
        for name in ("held_records", "parked_keys", "outbox_set_aside_rows")
    )
    shown = gauges + (
        'cri_notifications_total{channel="topic",outcome="sent",service="notifications"} 2.0\n'
    )

    def said(text: str, found: Any = tables) -> list[str]:
        return wrong(i17_metrics_are_counts(run(tables=found, metrics={"notifications": text})))

    assert said(shown) == []
    assert len(said(shown.replace("2.0", "3.0"))) == 2
    assert len(said(shown, {"notifications": {**tables["notifications"], "notices": []}})) == 1


def test_the_topic_of_a_participant_is_shown_without_its_name() -> None:
    outcomes = dict.fromkeys(("applied", "duplicate", "ignored", "held", "refused", "parked"), 0)
    row = {**outcomes, "dead": 0, "applied": 4, "topic": "cri.out.office-desk.v1", "partition": 0}
    shown = "".join(
        f'cri_{name}{{service="desk"}} 0.0\n'
        for name in ("held_records", "parked_keys", "outbox_set_aside_rows")
    ) + ('cri_consumed_records_total{outcome="applied",service="desk",topic="cri.out.*"} 4.0\n')
    tables = {"desk": {"checkpoints": [row]}}

    assert wrong(i17_metrics_are_counts(run(tables=tables, metrics={"desk": shown}))) == []


INTAKE, OUT = "cri.int.intake.v1", "cri.out.ca-post.v1"


def elsewhere(topic: str, record: Record, **changes: Any) -> Record:
    """Return a copy of *record* on another topic, with other attributes."""
    body = {**(record.body or {}), **changes}
    return replace(record, topic=topic, value=json.dumps(body).encode())


AMENDED = "gov.cri.intake.request_amended.v1"
WITHDRAWAL = elsewhere(INTAKE, event(2), id="withdrawal")
END = elsewhere(
    ROUTING, event(2, "request_withdrawn", status="withdrawn"), causationid="withdrawal"
)
LATE = elsewhere(INTAKE, event(3), id="late", type=AMENDED)
TAKEN_BACK = elsewhere(
    ROUTING,
    event(3, "amendment_came_too_late", participant="ca-post"),
    id="back",
    causationid="late",
)
TOLD = elsewhere(OUT, event(1), type="gov.cri.amendment.came_too_late.v1", causationid="back")


def test_an_amendment_after_the_end_is_reverted_and_its_sender_notified() -> None:
    sound = run(WITHDRAWAL, LATE, END, TAKEN_BACK, TOLD)

    assert wrong(i20_applied_has_an_effect(sound)) == []


def test_an_amendment_after_the_end_that_stays_applied_is_noticed() -> None:
    assert wrong(i20_applied_has_an_effect(run(WITHDRAWAL, LATE, END))) == [
        f"{NUMBER}: amendment 3 is taken back 0 times"
    ]


def test_a_sender_that_is_not_notified_is_noticed() -> None:
    assert wrong(i20_applied_has_an_effect(run(WITHDRAWAL, LATE, END, TAKEN_BACK))) == [
        f"{ROUTING}/0/2: ca-post is not told that it came too late"
    ]


def test_the_recorded_state_of_an_ended_request_is_not_its_end() -> None:
    early = elsewhere(INTAKE, event(1), id="early", type=AMENDED)
    recorded = elsewhere(
        ROUTING, event(3, "request_recorded", status="withdrawn"), causationid="end"
    )

    assert wrong(i20_applied_has_an_effect(run(early, WITHDRAWAL, END, recorded))) == []


def test_of_an_end_by_routing_itself_only_amendments_without_an_effect_are_taken_back() -> None:
    amendment = elsewhere(INTAKE, event(2), id="amended", type=AMENDED)
    applied = elsewhere(ROUTING, event(3, "facts_changed"), causationid="amended")
    end = elsewhere(
        ROUTING, event(4, "engagement_closed", status="closed"), causationid="id-3-facts_changed"
    )

    assert wrong(i20_applied_has_an_effect(run(amendment, applied, end))) == []
    assert wrong(i20_applied_has_an_effect(run(amendment, end))) == [
        f"{NUMBER}: amendment 2 is taken back 0 times"
    ]


def test_an_amendment_before_the_end_that_is_reverted_is_noticed() -> None:
    early = elsewhere(INTAKE, event(1), id="late", type=AMENDED)

    assert wrong(i20_applied_has_an_effect(run(WITHDRAWAL, early, END, TAKEN_BACK, TOLD))) == [
        f"{NUMBER}: amendment 1 is taken back 1 times"
    ]


CONFIDENTIAL = "cri.int.confidential.v1"
KIND = "gov.cri.intake.note_stated.v1"
NOTE = elsewhere(CONFIDENTIAL, event(1), id="note", type=KIND, inreplyto="cri.in.iacp.v1/0/7")
HANDED_ON = elsewhere(OUT, event(2), type="gov.cri.note.stated.v1", causationid="note")


def answer(kind: str) -> Record:
    return elsewhere(
        "cri.out.iacp.v1",
        event(1),
        type=f"gov.cri.message.{kind}.v1",
        inreplyto="cri.in.iacp.v1/0/7",
    )


def test_a_note_with_what_was_applied_must_reach_somebody_and_no_other_may() -> None:
    judged = [
        wrong(i20_applied_has_an_effect(run(NOTE, answer(kind), *handed_on)))
        for kind in ("applied", "refused")
        for handed_on in ([HANDED_ON], [])
    ]

    place = f"{CONFIDENTIAL}/0/0"
    assert judged == [
        [],
        [f"{place}: a provider's note reaches nobody"],
        [f"{place}: a provider's note is told"],
        [],
    ]
