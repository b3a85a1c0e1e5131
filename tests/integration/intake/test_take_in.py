import asyncio
import json
from typing import Any

import pytest

from services.intake import handlers
from services.intake.decide import decide
from shared.contracts import intake, reference, routing
from shared.contracts.tracking import is_tracking_number
from shared.delivery.records import Record
from shared.delivery.relay import outbox
from shared.delivery.take_in.take_in import Fenced
from tests.examples.inbound import AT, OFFICE, PROVIDER, data_of, event, submission
from tests.integration.intake.conftest import World


async def number_of(world: World) -> str:
    found: str = await world.pool.fetchval("SELECT min(tracking_number) FROM requests")
    return found


async def test_the_program_office_registers_itself_and_all_others_in_one_batch(
    empty: World,
) -> None:
    said = [
        empty.said("participant.register", data_of("participant.register", ""), sender=OFFICE),
        empty.said(
            "participant.register",
            {"id": OFFICE, "kind": "program_office", "name": "Office"},
            sender=OFFICE,
        ),
        empty.said("program.define", data_of("program.define", ""), sender=OFFICE),
    ]

    outcomes = await empty.take_in(*said)

    assert outcomes == {"refused": 1, "applied": 2}
    told = await empty.topic(reference.TOPIC)
    assert [event["sequence"][-2:] for event in told] == ["01", "02"]
    assert told[0]["data"]["sources"] == [f"urn:cri:{OFFICE}"]
    assert await empty.count("catalog") == 2


async def test_a_batch_is_taken_in_whole_and_in_order(world: World) -> None:
    batch = [
        world.said("request.submit", submission()),
        world.sent(b"not json"),
        world.said("request.submit", submission(reference="second", need=None)),
        world.sent(None),
        world.said("contact.set", data_of("contact.set", "")),
        world.said("capacity.declare", data_of("capacity.declare", ""), sender=PROVIDER),
    ]

    outcomes = await world.take_in(*batch)

    assert outcomes == {"applied": 4, "refused": 2}
    assert await world.published() == [
        "request_accepted",
        "need_stated",
        "submission_refused",
        "request_accepted",
        "submission_refused",
        "contact_set",
        "capacity_declared",
    ]
    accepted = await world.topic(intake.TOPIC)
    assert is_tracking_number(accepted[0]["subject"])
    assert accepted[0]["inreplyto"] == "cri.in.ca-post.v1/0/0"
    assert accepted[0]["data"]["reference_version"] == 6
    refusals = await world.topic(intake.ANSWERS_TOPIC)
    assert [event["sequence"][-1] for event in refusals] == ["1", "2"]
    assert await world.count("requests") == 2
    assert await world.count("words") == 1


async def test_the_same_submission_is_one_request_in_one_batch_and_in_the_next(
    world: World,
) -> None:
    first = world.said("request.submit", submission(), id="a")
    again = [world.said("request.submit", submission(), id=name) for name in ("a", "b")]
    later = [world.said("request.submit", submission(), id=name) for name in ("a", "b", "c")]

    outcomes = [await world.take_in(first, *again), await world.take_in(*later)]

    assert outcomes == [{"applied": 1, "duplicate": 2}, {"duplicate": 3}]
    assert await world.count("requests") == 1
    repeats = await world.topic(intake.ANSWERS_TOPIC)
    assert {event["data"]["of"] for event in repeats} == {first.coordinate}


async def test_other_content_under_a_reference_or_an_id_is_refused_in_the_next_batch(
    world: World,
) -> None:
    await world.take_in(world.said("request.submit", submission(), id="a"))

    await world.take_in(
        world.said("request.submit", submission(may_be_named=True), id="b"),
        world.said("request.submit", submission(reference="new"), id="a"),
    )

    answers = await world.topic(intake.ANSWERS_TOPIC)
    assert [event["data"]["reasons"][0]["code"] for event in answers] == [
        "reference_reused_with_other_content",
        "id_reused_with_other_content",
    ]


async def test_an_amendment_in_a_later_batch_carries_the_whole_request_and_all_its_words(
    world: World,
) -> None:
    await world.take_in(world.said("request.submit", submission()))
    number = await number_of(world)

    await world.take_in(
        world.said(
            "request.amend",
            {"tracking_number": number, "topics": ["other"], "other_topic": "Drones."},
        )
    )

    amended = (await world.topic(intake.TOPIC))[-1]
    assert amended["data"]["version"] == 2
    assert amended["data"]["topics"] == ["other"]
    assert amended["data"]["agency"]["ori"] == "CA0194200"
    assert int(amended["sequence"]) == 2
    words = (await world.topic(intake.CONFIDENTIAL_TOPIC))[-1]
    assert int(words["sequence"]) == 2
    assert words["data"]["other_topic"] == "Drones."
    assert words["data"]["issue"] == submission()["need"]["issue"]


async def test_what_routing_decides_is_numbered_behind_what_was_published_before(
    world: World,
) -> None:
    await world.take_in(world.said("request.submit", submission()))
    number = await number_of(world)

    await world.take_in(
        world.said("offer.answer", data_of("offer.answer", number), sender=PROVIDER),
        world.said("request.withdraw", data_of("request.withdraw", number)),
    )
    await world.take_in(
        world.said("milestone.report", data_of("milestone.report", number), sender=PROVIDER)
    )

    log = await world.topic(intake.TOPIC)
    assert [int(event["sequence"]) for event in log] == [1, 2, 3, 4]
    assert {event["subject"] for event in log} == {number}
    assert {event["correlationid"] for event in log} == {log[0]["data"]["request_id"]}


def routed(kind: str, subject: str, sequence: int, offset: int) -> Record:
    event = {
        "type": f"gov.cri.routing.{kind}.v1",
        "subject": subject,
        "sequence": str(sequence),
        "time": AT.isoformat(),
    }
    return Record(routing.TOPIC, 0, offset, None, json.dumps(event).encode(), (), AT)


async def test_routings_log_is_passed_over_but_for_the_end_of_a_request(world: World) -> None:
    await world.take_in(world.said("request.submit", submission()))
    number = await number_of(world)

    outcomes = await world.take_in(
        routed("request_triaged", number, 1, 0),
        routed("engagement_closed", number, 2, 1),
        routed("engagement_closed", number, 2, 2),
        routed("message_applied", "iacp", 1, 3),
    )
    refused = await world.take_in(
        world.said("request.amend", data_of("request.amend", number)),
        world.said("request.withdraw", data_of("request.withdraw", number)),
    )

    assert outcomes == {"applied": 1, "duplicate": 1, "ignored": 2}
    assert refused == {"refused": 1, "applied": 1}
    (answer,) = await world.topic(intake.ANSWERS_TOPIC)
    assert [reason["code"] for reason in answer["data"]["reasons"]] == ["terminal"]


async def test_a_batch_that_lost_its_partition_changes_nothing(world: World) -> None:
    batch = [world.said("request.submit", submission())]
    await world.take_in(*batch)

    with pytest.raises(Fenced):
        await world.take_in(*batch)

    assert await world.count("requests") == 1
    assert await world.published() == ["request_accepted", "need_stated"]


async def test_nothing_is_kept_when_a_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise ConnectionError

    batch = [world.said("request.submit", submission())]
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "rows_or_copy", broken)
        with pytest.raises(ConnectionError):
            await world.take_in(*batch)
    kept = [await world.count(table) for table in ("requests", "messages", "words", "outbox")]

    outcomes = await world.take_in(*batch)

    assert kept == [0, 6, 0, 0]
    assert outcomes == {"applied": 1}


async def test_a_record_whose_decision_fails_is_answered_and_may_be_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fussy(message: Any, batch: Any) -> Any:
        if message.reference == "CA-2026-0042":
            raise ZeroDivisionError
        return decide(message, batch)

    with monkeypatch.context() as broken:
        broken.setattr(handlers, "decide", fussy)
        outcomes = await world.take_in(
            world.said("request.submit", submission(), id="first"),
            world.said("request.submit", submission(reference="other")),
        )
    answers = await world.topic(intake.ANSWERS_TOPIC)
    letters = await world.topic("cri.dlq.intake.restricted.v1")
    again = await world.take_in(world.said("request.submit", submission(), id="first"))

    assert outcomes == {"dead": 1, "applied": 1}
    assert [answer["data"]["reasons"][0]["code"] for answer in answers] == ["not_processable"]
    assert answers[0]["causationid"] == "cri.in.ca-post.v1/0/0"
    assert letters[0]["id"] == "first"
    assert await world.count("parked_keys") == 0
    assert again == {"applied": 1}


async def test_a_record_whose_decision_takes_too_long_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shared.delivery.take_in.budget.RECORD_SECONDS", 0.3
    )  # waited for four times
    tries = 0

    def slow(message: Any, batch: Any) -> Any:
        nonlocal tries
        if message.reference == "CA-2026-0042":
            tries += 1
            while True:  # only an interruption ends it
                pass
        return decide(message, batch)

    monkeypatch.setattr(handlers, "decide", slow)
    outcomes = await world.take_in(
        world.said("request.submit", submission(reference="before")),
        world.said("request.submit", submission()),
        world.said("request.submit", submission(reference="behind")),
    )

    assert outcomes == {"applied": 2, "dead": 1}
    assert tries == 4  # once among others, three times alone
    (answer,) = await world.topic(intake.ANSWERS_TOPIC)
    assert answer["data"]["reasons"][0]["code"] == "not_processable"
    row = await world.pool.fetchrow("SELECT reason, answered FROM dead_letters")
    assert row is not None
    assert tuple(row) == ("too_slow", True)


async def test_each_record_of_a_batch_that_could_not_be_unpacked_is_answered_and_counted(
    world: World,
) -> None:
    sent = world.said("request.submit", submission()), world.said("request.submit", submission())
    outcomes = await world.take_in(
        *(each._replace(value=None, unreadable="codec") for each in sent),
        world.said("request.submit", submission()),
    )

    assert outcomes == {"refused": 2, "applied": 1}
    answers = await world.topic(intake.ANSWERS_TOPIC)
    assert [
        (answer["causationid"], answer["data"]["reasons"][0]["code"])
        for answer in answers
        if "reasons" in answer["data"]
    ] == [
        ("cri.in.ca-post.v1/0/0", "not_processable"),
        ("cri.in.ca-post.v1/0/1", "not_processable"),
    ]
    counted = "SELECT sum(number) FROM counts WHERE what = 'dead_letters unreadable'"
    assert await world.pool.fetchval(counted) == 2


async def test_a_record_that_its_topic_deleted_unread_is_answered_and_may_be_sent_again(
    world: World,
) -> None:
    sent = world.said("request.submit", submission())
    outcomes = await world.take_in(
        sent._replace(value=None, unreadable="deleted"),
        world.said("request.submit", submission()),
    )

    assert outcomes == {"refused": 1, "applied": 1}
    (answer,) = await world.topic(intake.ANSWERS_TOPIC)
    assert answer["causationid"] == "cri.in.ca-post.v1/0/0"
    assert answer["data"]["reasons"][0]["code"] == "deleted_unread"
    assert await world.pool.fetchval("SELECT count(*) FROM counts WHERE what LIKE 'dead%'") == 0


async def test_every_text_a_participant_can_send_is_kept(world: World) -> None:
    odd = "\U0001f692 ' \" \\ {} []"
    words = f"\u0001 \u2028 {odd} \x7f"
    batch = [
        world.said(
            "request.submit",
            submission(reference=odd, need={"issue": words}),
            id=odd,
            source=f"urn:cri:ca-post:{odd}",
        ),
        world.sent(event("request.submit", submission(reference="\x00"))),
        world.sent(event("request.submit", submission(reference="\ud800"))),
    ]

    outcomes = await world.take_in(*batch)

    assert outcomes == {"applied": 1, "refused": 2}
    assert (await world.topic(intake.TOPIC))[0]["data"]["reference"] == odd
    assert (await world.topic(intake.CONFIDENTIAL_TOPIC))[0]["data"]["issue"] == words


async def test_two_processes_number_events_about_one_request_one_after_the_other(
    world: World,
) -> None:
    await world.take_in(world.said("request.submit", submission()))
    number = await number_of(world)
    other = World(world.pool, offsets=world.offsets)
    of_provider = [
        world.said("offer.answer", data_of("offer.answer", number), sender=PROVIDER)
        for _ in range(20)
    ]
    of_agency = [
        world.said("request.withdraw", data_of("request.withdraw", number)) for _ in range(20)
    ]

    await asyncio.gather(world.take_in(*of_provider), other.take_in(*of_agency))

    log = await world.topic(intake.TOPIC)
    assert [int(event["sequence"]) for event in log] == list(range(1, 42))


async def test_roles_that_were_set_in_an_earlier_batch_hold(world: World) -> None:
    person = {"id": "staff:a1", "participant": OFFICE, "roles": ["approver"]}
    office = {"id": OFFICE, "kind": "program_office", "name": "Office", "names_actors": True}
    topic = {"id": "drones", "name": "Drones"}
    await world.take_in(world.said("staff.set", person, sender=OFFICE))
    await world.take_in(world.said("participant.register", office, sender=OFFICE))

    said = world.said("topic.define", topic, sender=OFFICE, actor="staff:a1")

    assert await world.take_in(said) == {"applied": 1}
    assert (await world.topic(reference.TOPIC))[-1]["actor"] == "staff:a1"
