"""Batches of the log become cases and a work list: whole, once, and in any interleaving."""

import asyncio
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from services.desk import store
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.event import Event
from tests.conftest import Database
from tests.examples import assessments
from tests.examples.decided import Decisions
from tests.examples.later import later
from tests.examples.mails import MailStream, called, notice_decided, undelivered
from tests.examples.publications import APPROVER, DRAFTER, LATER
from tests.examples.streams import START, EventStream
from tests.integration.desk.conftest import Log, opened

Said = tuple[str, Event | bytes]
TABLES = ("cases", "happenings", "notices", "work_items", "said", "report_states")
LATE = START + timedelta(days=40)


def full_stream(number: int) -> EventStream:
    """A request that is referred, waits, is late with one provider and goes on with another."""
    stream = EventStream(number)
    stream.accepted()
    stream.referred("no_ori")
    stream.waitlisted()
    stream.waitlisted("program_not_open")
    stream.offered()
    stream.referred("countered", provider="iacp")
    stream.engaged()
    missed = stream.clock_missed("assigned", "engagement_silence")
    stream.clock_still_missed(missed)
    stream.clock_settled(missed)
    stream.clock_still_missed(missed, 3)
    stream.progressed("kick_off")
    stream.affected("provider_suspended")
    stream.affected("provider_ended")
    stream.ended(status="triaged")
    stream.referred("engagement_ended")
    return stream


def everything(number: int) -> list[Said]:
    stream = full_stream(number)
    mails = MailStream(number, request_id=stream.request_id)
    return [
        *stream.events,
        (notifications.TOPIC, notice_decided(stream, "iacp", "ca-post", number=number)),
        (notifications.MAIL_TOPIC, mails.unknown()),
        (notifications.MAIL_TOPIC, mails.delivered()),
    ]


def assessed() -> list[Said]:
    """Return what is said about an assessment, from a status that is verified to a correction."""
    decisions = Decisions()
    decisions.say("proposed")
    decisions.say("verified")
    decisions.say("proposed", status="complete")
    decisions.drafted()
    decisions.late("progress", date(2027, 4, 30), at=decisions.at)
    decisions.say("checked", items=[{"item": "2.1", "answer": "dispute"}])
    decisions.say("approve", actor=DRAFTER, is_refused=True)
    decisions.say("approve", actor=APPROVER)
    decisions.say("correct", actor="staff:c3")
    return list(decisions.events)


async def rows(log: Log) -> dict[str, list[Any]]:
    """Return everything that is folded; ids are unique, so the order is that of all columns."""
    return {
        table: sorted(map(str, await log.pool.fetch(f"SELECT * FROM {table}"))) for table in TABLES
    }


async def test_a_case_has_its_facts_its_timeline_and_what_waits(log: Log) -> None:
    stream = full_stream(1)
    await log.take_in(everything(1))

    found = await store.read_case(log.pool, stream.tracking_number, at=LATE)

    assert found is not None
    case = found.case
    assert (case.agency, case.state_code) == ("Los Angeles Police Department", "US-CA")
    assert (case.status, case.provider, case.program) == ("referred", None, "cri-tac")
    assert case.since == stream.events[-1][1].time
    assert [h.event_id for h, _ in found.happenings] == [event.id for _, event in stream.events]
    assert found.happenings[1][0].sentence == "First by score."
    assert {n.audience: n.mail_outcome for n in found.notices} == {
        "iacp": "delivered",
        "ca-post": None,
    }
    assert [item.kind for item in found.items] == ["referred"]


async def test_a_status_that_goes_on_keeps_when_it_began(log: Log) -> None:
    stream = EventStream(1)
    began = stream.waitlisted()
    stream.waitlisted("program_suspended")

    for said in stream.events:
        await log.take_in([said])

    found = await store.read_case(log.pool, stream.tracking_number, at=LATE)
    assert found is not None
    assert found.case.since == began.time


async def test_a_batch_sent_again_changes_nothing(log: Log) -> None:
    await log.take_in(everything(1))
    before = await rows(log)

    result = await log.take_in(everything(1))

    assert sum(result.outcomes.values(), Counter()) == {"duplicate": len(everything(1))}
    assert await rows(log) == before


@pytest.mark.parametrize("seed", range(5))
async def test_any_interleaving_of_topics_in_any_batches_gives_the_same_rows(
    log: Log, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    said = [*(each for number in range(1, 4) for each in everything(number)), *assessed()]
    left: dict[str, list[Said]] = {}
    for each in said:
        left.setdefault(each[0], []).append(each)

    while any(left.values()):
        batch = []
        for _ in range(chance.randint(1, 12)):
            topic = chance.choice([topic for topic, events in left.items() if events] or [""])
            if topic:
                batch.append(left[topic].pop(0))
        await log.take_in(batch)

    async with await opened(await database("desk")) as pool:
        in_order = Log(pool)
        for each in said:
            await in_order.take_in([each])
        assert await rows(log) == await rows(in_order)


async def test_what_is_to_do_about_reports_is_on_the_list_with_its_case(log: Log) -> None:
    stream = EventStream(1)
    stream.tracking_number, stream.request_id = assessments.NUMBER, assessments.REQUEST
    stream.accepted()

    for each in [*stream.events, *assessed()]:
        await log.take_in([each])

    page = await store.read_items(log.pool, at=LATER)
    assert {item.kind for item in page.items} == {"correction_to_approve", "status_to_verify"}
    assert {item.tracking_number for item in page.items} == {assessments.NUMBER}
    closed = await log.pool.fetch(
        "SELECT kind, closed_because FROM work_items WHERE closed_at IS NOT NULL ORDER BY 1, 2"
    )
    assert [tuple(row) for row in closed] == [
        ("late_publication", "publication_approve_directed"),
        ("report_to_approve", "fact_check_answered"),
        ("report_to_approve", "publication_approve_directed"),
        ("status_to_verify", "status_verification_directed"),
    ]


async def test_two_processes_that_read_one_topic_each_come_to_the_same_items(
    log: Log, database: Database
) -> None:
    said = assessed()
    of_intake = [each for each in said if each[0] == intake.TOPIC]
    of_reporting = [each for each in said if each[0] == reporting.TOPIC]

    async with asyncio.TaskGroup() as both:
        both.create_task(log.take_in(of_intake))
        both.create_task(log.take_in(of_reporting))

    async with await opened(await database("desk")) as pool:
        in_order = Log(pool)
        await in_order.take_in(said)
        assert await rows(log) == await rows(in_order)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("settled_first", [True, False])
async def test_a_call_is_settled_whichever_topic_is_read_first(
    log: Log, *, settled_first: bool, together: bool
) -> None:
    decided = notice_decided(EventStream(1), "office-desk", call=True)
    said: list[Said] = [
        (notifications.TOPIC, decided),
        (notifications.MAIL_TOPIC, called(decided, "office-desk")),
    ]
    said = said[::-1] if settled_first else said

    for batch in [said] if together else [[each] for each in said]:
        await log.take_in(batch)

    assert (await store.read_items(log.pool, at=LATE)).total == 0
    (row,) = await log.pool.fetch("SELECT kind, number, closed_because FROM work_items")
    assert tuple(row) == ("call", 1, "notice_settled")
    (notice,) = await log.pool.fetch("SELECT outcome, mail, mail_outcome FROM notices")
    assert tuple(notice) == ("sent", None, "told_otherwise")


async def test_a_call_waits_until_it_is_settled(log: Log) -> None:
    decided = notice_decided(EventStream(1), "office-desk", call=True)
    other = notice_decided(EventStream(1), "office-desk", number=2, call=True)

    await log.take_in([(notifications.TOPIC, decided), (notifications.TOPIC, other)])
    assert (await store.read_items(log.pool, at=LATE)).total == 2
    await log.take_in([(notifications.MAIL_TOPIC, called(decided, "office-desk"))])

    (item,) = (await store.read_items(log.pool, at=LATE)).items
    assert item.about == other.id


async def test_mails_that_arrive_leave_no_rows_behind(log: Log) -> None:
    await log.take_in([(notifications.MAIL_TOPIC, MailStream().delivered())])

    assert await log.pool.fetchval("SELECT count(*) FROM work_items") == 0


async def test_a_notice_that_reached_nobody_is_on_the_list_until_they_are_told_otherwise(
    log: Log,
) -> None:
    failed = MailStream(1)

    await log.take_in([(notifications.MAIL_TOPIC, failed.failed())])
    assert (await store.read_items(log.pool, at=LATE)).total == 0
    nobody = undelivered(failed.notice, failed.audience)
    await log.take_in([(notifications.MAIL_TOPIC, nobody), (notifications.MAIL_TOPIC, nobody)])
    assert [item.kind for item in (await store.read_items(log.pool, at=LATE)).items] == [
        "unreachable"
    ]

    await log.take_in([(notifications.MAIL_TOPIC, failed.settled("told_otherwise"))])
    assert (await store.read_items(log.pool, at=LATE)).total == 0


async def test_the_list_begins_with_what_is_due_first_and_is_filtered(log: Log) -> None:
    first, second, third = EventStream(1), EventStream(2, name="Bayard Police"), EventStream(3)
    for stream in (first, second, third):
        stream.accepted()
    first.referred(due_at=START + timedelta(days=3))
    second.referred(due_at=START + timedelta(days=1))
    third.waitlisted()
    await log.take_in([*first.events, *second.events, *third.events])

    soon = await store.read_items(log.pool, at=START + timedelta(days=2))
    page = await store.read_items(log.pool, at=LATE)

    numbers = [first.tracking_number, second.tracking_number, third.tracking_number]
    assert [item.tracking_number for item in soon.items] == [numbers[1], numbers[0]]
    assert [item.tracking_number for item in page.items] == [numbers[1], numbers[0], numbers[2]]
    assert page.total == 3
    filtered: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"kind": "waits_long"}, [numbers[2]]),
        ({"text": "bayard"}, [numbers[1]]),
        ({"text": numbers[0].lower()}, [numbers[0]]),
        ({"program": "critical-response"}, []),
        ({"lane": "cri-tac.standard", "kind": "referred"}, [numbers[1], numbers[0]]),
    )
    for filters, expected in filtered:
        found = await store.read_items(log.pool, at=LATE, wanted=store.ItemFilter(**filters))
        assert [item.tracking_number for item in found.items] == expected


async def test_items_are_counted_by_kind_and_age(log: Log) -> None:
    old, new = EventStream(1), EventStream(2)
    old.referred()
    new.waitlisted()
    await log.take_in([*old.events, *new.events])

    counted = await store.count_items(log.pool, at=START + timedelta(days=30, hours=1))

    assert [(each.kind, each.age, each.items) for each in counted] == [
        ("referred", "older", 1),
        ("waits_long", "day", 1),
    ]


async def test_an_item_is_with_one_person_until_it_is_given_back(log: Log) -> None:
    stream = EventStream(1)
    stream.referred()
    await log.take_in(stream.events)
    (item,) = (await store.read_items(log.pool, at=LATE)).items

    assert await store.take_item(log.pool, item.item_id, "staff:a")
    assert await store.take_item(log.pool, item.item_id, "staff:a")
    assert not await store.take_item(log.pool, item.item_id, "staff:b")
    wanted = store.ItemFilter(taken_by="staff:a")
    mine = await store.read_items(log.pool, at=LATE, wanted=wanted)
    assert [each.taken_by for each in mine.items] == ["staff:a"]
    assert not await store.give_item_back(log.pool, item.item_id, "staff:b")
    assert await store.give_item_back(log.pool, item.item_id, "staff:a")
    assert await store.take_item(log.pool, item.item_id, "staff:b")


async def test_an_item_that_nobody_moved_for_half_an_hour_is_free(log: Log) -> None:
    stream = EventStream(1)
    stream.referred()
    await log.take_in(stream.events)
    (item,) = (await store.read_items(log.pool, at=LATE)).items
    await store.take_item(log.pool, item.item_id, "staff:a")
    left = await log.pool.fetchval("SELECT taken_until - now() FROM work_items")

    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    await log.pool.execute("UPDATE work_items SET taken_until = now() - interval '1 second'")

    (free,) = (await store.read_items(log.pool, at=LATE)).items
    assert free.taken_by is None
    assert await store.take_item(log.pool, item.item_id, "staff:b")


async def test_events_of_a_later_release_are_in_the_timeline_and_end_what_they_end(
    log: Log,
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.referred()
    unknown = later(
        routing.TOPIC,
        "request_paused",
        stream.tracking_number,
        2,
        {"status": "triaged"},
        correlationid=stream.request_id,
    )

    result = await log.take_in([*stream.events, (routing.TOPIC, unknown)])

    assert sum(result.outcomes.values(), Counter()) == {"applied": 2, "ignored": 1}
    found = await store.read_case(log.pool, stream.tracking_number, at=LATE)
    assert found is not None
    assert found.case.status == "triaged"
    assert [each.type for each, _ in found.happenings][-1] == "request_paused"
    assert found.items == []


async def test_what_concerns_no_request_is_passed_over(log: Log) -> None:
    unknown = later(intake.TOPIC, "capacity_corrected", "iacp", 1, {"provider": "iacp"})
    number = EventStream(1).tracking_number
    told = later(notifications.TOPIC, "case_opened", number, 1, {"tracking_number": number})
    mailed = later(notifications.MAIL_TOPIC, "mail_read", "mail:1", 1, {"mail": "1"})
    of_no_request = later(
        routing.TOPIC, "request_paused", number, 1, {"status": "triaged"}, correlationid="c"
    )

    result = await log.take_in(
        [
            (intake.TOPIC, unknown),
            (routing.TOPIC, b"{}"),
            (routing.TOPIC, of_no_request),
            (notifications.TOPIC, told),
            (notifications.MAIL_TOPIC, mailed),
        ]
    )

    assert sum(result.outcomes.values(), Counter()) == {"ignored": 4, "dead": 1}
    assert await log.pool.fetchval("SELECT count(*) FROM cases") == 0


async def test_roles_are_the_last_that_were_set_for_the_office(log: Log) -> None:
    def set_roles(number: int, participant: str, *roles: str) -> Said:
        data = {"id": "staff:a", "participant": participant, "roles": roles}
        event = reference.StaffSet.model_validate(
            {
                "id": f"00000000-0000-5000-8000-{number:012d}",
                "source": "urn:cri:continuum:intake",
                "type": "gov.cri.intake.staff_set.v1",
                "subject": reference.SUBJECT,
                "time": START,
                "correlationid": "c",
                "causationid": "c",
                "sequence": f"{number:020d}",
                "data": data,
            }
        )
        return reference.TOPIC, event

    await log.take_in([set_roles(1, "office-desk", "worker", "reader")])
    await log.take_in([set_roles(2, "program-office", "administrator")])

    assert await store.read_roles(log.pool, "staff:a") == {"worker", "reader"}
    assert await store.read_roles(log.pool, "staff:b") == frozenset()

    await log.take_in([set_roles(3, "office-desk")])
    assert await store.read_roles(log.pool, "staff:a") == frozenset()
