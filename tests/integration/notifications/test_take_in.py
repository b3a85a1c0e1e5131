from typing import Any

import pytest

from services.notifications.handlers import NotificationsReader
from services.notifications.heartbeats import write_heartbeats
from services.notifications.working import Working
from shared.contracts import intake, routing
from shared.contracts.event import Event
from shared.contracts.outbound import Message
from shared.messaging.records import Item, Taken
from shared.messaging.take_in import take_in
from tests.examples.facts import (
    AGENCY,
    DECISION,
    ENGAGEMENT,
    NUMBER,
    OFFER,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    inbound,
    made,
    offer,
    opened,
    request_facts,
    state,
)
from tests.integration.notifications.conftest import World, kinds, numbers


def story(log: Log) -> list[Event]:
    """Return the life of a request up to its engagement, in order."""
    return [
        log.registered(PROVIDER, "provider", "IACP", offset=1),
        log.accepted(reference_version=1),
        log.need(),
        log.contact(),
        log.routed("request_triaged", state("triaged", decision=DECISION)),
        log.routed("offer_made", made()),
        log.routed("engagement_opened", opened(need_stated=True)),
    ]


async def test_a_batch_is_taken_in_whole(world: World) -> None:
    outcomes = await world.take_in(*story(world.log))

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
    assert handed[1]["data"]["contacts"] == [{"contact_id": "c-1", "name": "A. Chief"}]
    assert handed[1]["dataclassification"] == "restricted"
    for messages in (told, handed):
        assert numbers(messages) == list(range(1, len(messages) + 1))
        for message in messages:
            Message.model_validate(message)


async def test_one_event_at_a_time_says_the_same_as_one_batch(world: World) -> None:
    for event in story(world.log):
        assert await world.take_in(event) == {"applied": 1}

    handed = await world.out(PROVIDER)
    assert handed[1]["data"]["need"] == {"issue": "Too few crisis teams."}
    assert handed[1]["data"]["contacts"] == [{"contact_id": "c-1", "name": "A. Chief"}]
    assert numbers(await world.out(AGENCY)) == [1, 2, 3, 4]


async def test_every_fact_has_one_notice_that_lists_every_audience(world: World) -> None:
    await world.take_in(*story(world.log))

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
    events = story(world.log)
    await world.take_in(*events)
    before = await world.count("outbox")

    outcomes = await world.take_in(*events)

    assert outcomes == {"duplicate": 7}
    assert await world.count("outbox") == before


async def test_routing_before_intake_waits_for_the_request_and_keeps_its_order(
    world: World,
) -> None:
    registered, accepted, need, contact, *routed = story(world.log)

    held = await world.take_in(*routed, contact, need, accepted)
    assert held["held"] == 4
    assert await world.count("requests") == 0
    await world.take_in(registered)

    assert await world.count("held") == 0
    assert kinds(await world.out(PROVIDER)) == ["offer.made", "engagement.opened"]
    statuses = [m["data"].get("status") for m in await world.out(AGENCY)]
    assert statuses == [None, None, "offered", "assigned"]


async def test_an_engagement_waits_for_the_need_but_not_for_a_contact(world: World) -> None:
    registered, accepted, need, _, *routed = story(world.log)

    await world.take_in(registered, accepted, *routed)
    assert kinds(await world.out(PROVIDER)) == ["offer.made"]
    await world.take_in(need)

    handed = await world.out(PROVIDER)
    assert kinds(handed) == ["offer.made", "engagement.opened"]
    assert handed[1]["data"]["contacts"] == [{"contact_id": "c-1"}]


async def test_a_need_before_its_request_is_kept(world: World) -> None:
    registered, accepted, need, _, *routed = story(world.log)

    await world.take_in(need)
    await world.take_in(registered, accepted, *routed)

    assert (await world.out(PROVIDER))[1]["data"]["need"] == {"issue": "Too few crisis teams."}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("repeat_first", [True, False])
async def test_a_repeat_gets_the_first_answer_again_in_either_order(
    world: World, *, together: bool, repeat_first: bool
) -> None:
    events = [world.log.accepted(offset=4), world.log.repeat(5, of=4)]
    if repeat_first:
        events.reverse()

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)

    first, again = await world.out(AGENCY)
    assert (first["inreplyto"], again["inreplyto"]) == (inbound(4), inbound(5))
    assert again["data"] == {**first["data"], "repeat": True}
    assert (again["type"], first["id"] != again["id"]) == (first["type"], True)
    assert numbers([first, again]) == [1, 2]
    assert await world.count("waiting_repeats") == 0
    assert await world.count("answers") == 2
    about_repeat = [n for n in await world.notices() if n["subject"] == AGENCY]
    assert len(about_repeat) == 1


async def test_several_repeats_wait_for_an_answer_that_routing_gives(world: World) -> None:
    repeats = [world.log.repeat(5, of=4), world.log.repeat(6, of=4)]
    applied = world.log.event(
        routing.TOPIC,
        "message_applied",
        AGENCY,
        {"participant": AGENCY, "what": "request.withdraw", "about": NUMBER},
        inreplyto=inbound(4),
    )

    await world.take_in(repeats[0])
    await world.take_in(repeats[1])
    assert await world.out(AGENCY) == []
    await world.take_in(applied)

    answered = [(m["inreplyto"], m["data"].get("repeat")) for m in await world.out(AGENCY)]
    assert answered == [(inbound(4), False), (inbound(5), True), (inbound(6), True)]


async def test_garbage_from_somebody_unregistered_is_refused_on_its_own_topic(
    world: World,
) -> None:
    reason = {"code": "not_json", "path": "", "message": "This is not JSON.", "fix": "Send JSON."}
    event = world.log.event(
        intake.ANSWERS_TOPIC,
        "submission_refused",
        "stranger",
        {"participant": "stranger", "reasons": [reason]},
        inreplyto=inbound(0, "stranger"),
    )

    await world.take_in(event)

    (refusal,) = await world.out("stranger")
    assert refusal["type"] == "gov.cri.message.refused.v1"
    assert refusal["data"]["reasons"] == [reason]


async def test_a_second_answer_to_one_record_is_a_dead_letter_not_a_message(world: World) -> None:
    await world.take_in(world.log.accepted(NUMBER, offset=4))
    other = world.log.event(
        routing.TOPIC,
        "message_applied",
        AGENCY,
        {"participant": AGENCY, "what": "request.submit", "about": NUMBER},
        inreplyto=inbound(4),
    )

    outcomes = await world.take_in(other, world.log.contact())

    assert outcomes == {"dead": 1, "applied": 1}
    assert kinds(await world.out(AGENCY)) == ["submission.accepted", "message.applied"]


class _Fussy(NotificationsReader):
    def decide(self, state: Working, item: Item) -> Taken:
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
        async def save(self, connection: Any, state: Working) -> None:
            await super().save(connection, state)
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
    await world.take_in(*story(world.log))

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
    await world.take_in(world.log.accepted())
    await world.take_in(world.log.routed("offer_made", made()))
    await world.take_in(
        world.log.event(intake.TOPIC, "request_amended", NUMBER, amended, inreplyto=inbound(8)),
        world.log.routed("offer_lapsed", offer("triaged")),
        world.log.routed("offer_made", made(offer_id=f"{NUMBER}-O2", provider="fop")),
    )

    assert (await world.out("fop"))[0]["data"]["topics"] == ["peer_support"]
    assert kinds(await world.out(PROVIDER)) == ["offer.made", "offer.lapsed"]
    assert (await world.out(AGENCY))[2]["type"] == "gov.cri.message.applied.v1"


async def test_each_asker_is_told_what_it_may_know(world: World) -> None:
    other = "CRI-2026-000002-X"
    await world.take_in(
        world.log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        world.log.accepted(reference_version=1),
        world.log.accepted(other, offset=2, reference_version=1),
        world.log.routed("offer_made", made()),
        world.log.routed(
            "request_waitlisted", state("waiting", other, reason="no_capacity", decision=DECISION)
        ),
    )

    await world.take_in(
        world.log.asked(NUMBER, PROVIDER, offset=1),
        world.log.asked("open_offers", PROVIDER, offset=2),
        world.log.asked("all", PROVIDER, offset=3),
        world.log.asked(other, PROVIDER, offset=4),
        world.log.asked("all", OFFICE, offset=5),
        world.log.asked("open_offers", OFFICE, offset=6),
        world.log.asked("all", AGENCY, offset=7),
        world.log.asked("all", "fop", offset=8),
    )

    def listed(messages: list[dict[str, object]]) -> list[object]:
        return [
            [line["tracking_number"] for line in m["data"]["requests"]]  # type: ignore[index]
            if "requests" in m["data"]  # type: ignore[operator]
            else m["data"]["reasons"][0]["code"]  # type: ignore[index]
            for m in messages
            if m["type"] in ("gov.cri.status.told.v1", "gov.cri.message.refused.v1")
        ]

    assert listed(await world.out(PROVIDER)) == [[NUMBER], [NUMBER], [NUMBER], "not_yours"]
    assert listed(await world.out(OFFICE)) == [[NUMBER, other], [NUMBER]]
    assert listed(await world.out(AGENCY)) == [[NUMBER, other]]
    assert listed(await world.out("fop")) == [[]]
    (offered,) = (await world.out(PROVIDER))[1]["data"]["requests"]
    assert offered["offer_id"] == OFFER


async def test_after_the_end_the_state_is_the_last_one_told(world: World) -> None:
    await world.take_in(*story(world.log))
    delivered = engagement("delivered", milestone="delivered", on="2026-06-01")
    await world.take_in(
        world.log.routed("engagement_progressed", delivered),
        world.log.routed("engagement_closed", engagement("closed", reason="completed")),
        world.log.asked(NUMBER, AGENCY),
    )

    *_, closed, status = await world.out(AGENCY)
    assert closed["data"]["status"] == "closed"
    (line,) = status["data"]["requests"]
    assert (line["status"], line["sentence"]) == ("closed", closed["data"]["sentence"])


async def test_a_heartbeat_names_the_head_and_takes_no_number(world: World) -> None:
    await world.take_in(*story(world.log))

    assert await write_heartbeats(world.pool, seconds=30) == 3
    assert await write_heartbeats(world.pool, seconds=30) == 0

    beat = (await world.out(AGENCY))[-1]
    assert (beat["type"], beat["data"]) == ("gov.cri.heartbeat.v1", {"head": 4})
    assert "participantsequence" not in beat
