from typing import Any

import pytest

from services.notifications.batch_state import BatchState
from services.notifications.handlers import NotificationsReader
from services.notifications.heartbeats import write_heartbeats
from shared.contracts import intake, routing
from shared.contracts.outbound import Message
from shared.delivery.records import Item, Taken
from shared.delivery.take_in.reader import Closing
from shared.delivery.take_in.take_in import take_in
from tests.examples.facts import (
    AGENCY,
    DECISION,
    ENGAGEMENT,
    NUMBER,
    OFFICE,
    PROVIDER,
    inbound,
    made,
    offer,
    request_facts,
    state,
)
from tests.integration.notifications.conftest import World, history, kinds, numbers

CARD = {"contact_id": "c-1", "name": "A. Chief", "zone": "Pacific/Guam"}


async def test_a_batch_is_taken_in_whole(world: World) -> None:
    outcomes = await world.take_in(*history(world.log))

    assert outcomes == {"applied": 7}
    told = await world.out(AGENCY)
    assert kinds(told) == [
        "submission.accepted",
        "message.applied",
        "request.status_changed",
        "request.status_changed",
    ]
    assert [m["data"].get("status") for m in told[2:]] == ["offered", "assigned"]
    assert "IACP" in told[2]["data"]["sentence"]
    handed = await world.out(PROVIDER)
    assert kinds(handed) == ["offer.made", "engagement.opened"]
    assert handed[0]["data"]["wished"] == {"from": "2026-04-01", "until": "2026-09-30"}
    assert handed[1]["data"]["need"] == {"issue": "Too few crisis teams."}
    assert handed[1]["data"]["contacts"] == [CARD]
    assert handed[1]["dataclassification"] == "restricted"
    for messages in (told, handed):
        assert numbers(messages) == list(range(1, len(messages) + 1))
        for message in messages:
            Message.model_validate(message)


async def test_the_time_zone_of_a_contact_is_kept(world: World) -> None:
    registered, accepted, need, contact, *routed = history(world.log)
    await world.take_in(registered, accepted, need, contact)

    await world.take_in(*routed)

    assert await world.pool.fetchval("SELECT zone FROM contacts") == "Pacific/Guam"
    assert (await world.out(PROVIDER))[1]["data"]["contacts"] == [CARD]


async def test_one_event_at_a_time_says_the_same_as_one_batch(world: World) -> None:
    for event in history(world.log):
        assert await world.take_in(event) == {"applied": 1}

    handed = await world.out(PROVIDER)
    assert handed[1]["data"]["need"] == {"issue": "Too few crisis teams."}
    assert handed[1]["data"]["contacts"] == [CARD]
    assert numbers(await world.out(AGENCY)) == [1, 2, 3, 4]


async def test_every_fact_has_one_notice_that_lists_every_audience(world: World) -> None:
    await world.take_in(*history(world.log))

    notices = [n for n in await world.notices() if n["subject"] == NUMBER]

    assert numbers(notices, "sequence") == [1, 2, 3, 4]
    facts = [n["data"]["fact_type"].split(".")[3] for n in notices]
    assert facts == ["request_accepted", "request_triaged", "offer_made", "engagement_opened"]
    outcomes = [[(d["audience"], d["outcome"]) for d in n["data"]["notices"]] for n in notices]
    assert outcomes == [
        [(AGENCY, "sent")],
        [(AGENCY, "not_needed")],
        [(PROVIDER, "sent"), (AGENCY, "sent")],
        [(PROVIDER, "sent"), (AGENCY, "sent")],
    ]
    assert "because" in notices[1]["data"]["notices"][0]
    sent = {d["message_id"] for n in notices for d in n["data"]["notices"] if "message_id" in d}
    written = {m["id"] for p in (AGENCY, PROVIDER) for m in await world.out(p)}
    assert sent < written


async def test_events_sent_again_tell_nobody_twice(world: World) -> None:
    events = history(world.log)
    await world.take_in(*events)
    before = await world.count("outbox")

    outcomes = await world.take_in(*events)

    assert outcomes == {"duplicate": 7}
    assert await world.count("outbox") == before


async def test_routing_before_intake_waits_for_the_request_and_keeps_its_order(
    world: World,
) -> None:
    registered, accepted, need, contact, *routed = history(world.log)

    held = await world.take_in(*routed, contact, need, accepted)
    assert held["held"] == 4
    assert await world.count("requests") == 0
    await world.take_in(registered)

    assert await world.count("held") == 0
    assert kinds(await world.out(PROVIDER)) == ["offer.made", "engagement.opened"]
    statuses = [m["data"].get("status") for m in await world.out(AGENCY)]
    assert statuses == [None, None, "offered", "assigned"]


async def test_an_engagement_waits_for_the_need_but_not_for_a_contact(world: World) -> None:
    registered, accepted, need, _, *routed = history(world.log)

    await world.take_in(registered, accepted, *routed)
    assert kinds(await world.out(PROVIDER)) == ["offer.made"]
    await world.take_in(need)

    handed = await world.out(PROVIDER)
    assert kinds(handed) == ["offer.made", "engagement.opened"]
    assert handed[1]["data"]["contacts"] == [{"contact_id": "c-1"}]


async def test_a_need_before_its_request_is_kept(world: World) -> None:
    registered, accepted, need, _, *routed = history(world.log)

    await world.take_in(need)
    await world.take_in(registered, accepted, *routed)

    assert (await world.out(PROVIDER))[1]["data"]["need"] == {"issue": "Too few crisis teams."}


class _Fussy(NotificationsReader):
    def decide(self, state: BatchState, item: Item) -> Taken:
        if item.record.topic == routing.TOPIC:
            raise ZeroDivisionError
        return super().decide(state, item)


async def test_a_decision_that_fails_is_set_aside_and_its_neighbors_go_on(world: World) -> None:
    world.reader = _Fussy()
    fine = world.log.accepted()

    outcomes = await world.take_in(
        fine,
        world.log.routed("request_triaged", state("triaged", decision=DECISION)),
        world.log.routed("offer_made", made()),
        world.log.contact(),
    )

    assert outcomes == {"applied": 2, "dead": 1, "parked": 1}
    assert numbers(await world.out(AGENCY)) == [1, 2]


async def test_nothing_is_kept_when_the_database_fails_in_the_middle(world: World) -> None:
    class Broken(NotificationsReader):
        async def save(self, connection: Any, state: BatchState) -> Closing:
            closing = await super().save(connection, state)
            await connection.fetch(closing.statement, [], [], [], [], *closing.parameters)
            raise ConnectionError

    accepted = world.log.accepted()
    record = world.log.record(intake.TOPIC, accepted)

    with pytest.raises(ConnectionError):
        await take_in(world.pool, Broken(), [record], service="notifications")

    assert [await world.count(t) for t in ("requests", "outbox", "answers", "sequences")] == [
        0
    ] * 4


async def test_the_program_office_registered_in_the_same_batch_gets_the_referral(
    world: World,
) -> None:
    await world.take_in(
        world.log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        world.log.accepted(reference_version=1),
        world.log.routed(
            "request_referred", state("referred", reason="no_ori", decision=DECISION)
        ),
    )

    assert kinds(await world.out(OFFICE)) == ["message.applied", "referral.made"]


async def test_a_withdrawal_is_told_to_the_provider_that_works_on_it(world: World) -> None:
    await world.take_in(*history(world.log))

    await world.take_in(
        world.log.routed(
            "request_withdrawn",
            state("withdrawn", before="assigned", provider=PROVIDER, engagement_id=ENGAGEMENT),
        )
    )

    assert kinds(await world.out(PROVIDER))[-1] == "engagement.ended"
    assert (await world.out(AGENCY))[-1]["data"]["status"] == "withdrawn"


async def test_an_amendment_changes_what_the_next_offer_says(world: World) -> None:
    amended = request_facts(version=2, topics=["peer_support"], contact_ids=['odd "id"', "c-2"])
    asked = {"topics": ["peer_support"]}
    await world.take_in(world.log.accepted())
    await world.take_in(world.log.routed("offer_made", made()))
    await world.take_in(
        world.log.event(intake.TOPIC, "request_amended", NUMBER, amended, inreplyto=inbound(8)),
        world.log.routed("offer_lapsed", offer("triaged")),
        world.log.routed("facts_changed", state("triaged", amendment=2, asked=asked)),
        world.log.routed("offer_made", made(offer_id=f"{NUMBER}-O2", provider="fop")),
    )

    assert (await world.out("fop"))[0]["data"]["topics"] == ["peer_support"]
    assert kinds(await world.out(PROVIDER)) == ["offer.made", "offer.lapsed"]
    assert (await world.out(AGENCY))[2]["type"] == "gov.cri.message.applied.v1"


async def test_a_heartbeat_names_the_head_and_takes_no_number(world: World) -> None:
    await world.take_in(*history(world.log))

    assert await write_heartbeats(world.pool, seconds=30) == 3
    assert await write_heartbeats(world.pool, seconds=30) == 0

    beat = (await world.out(AGENCY))[-1]
    assert (beat["type"], beat["data"]) == ("gov.cri.heartbeat.v1", {"head": 4})
    assert "participantsequence" not in beat
