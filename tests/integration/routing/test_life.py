"""A request's life on a real Postgres: batches, replays, failures."""

from datetime import UTC, datetime

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision.databases import owner_of, with_database
from services.routing.verify import verify_decisions
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import World


async def test_a_request_is_triaged_offered_accepted_worked_on_and_closed(world: World) -> None:
    request = Sender()
    await world.take_in(declared("iacp", 5), request.accepted())
    await world.match()

    await world.take_in(
        request.answered("accept", "iacp", at=datetime.now(UTC)),
        request.milestone("kick_off", "iacp"),
        request.milestone("delivered", "iacp"),
        request.closed("iacp"),
    )
    await world.match()

    assert await world.kinds(request.tracking_number) == [
        "request_triaged",
        "offer_made",
        "engagement_opened",
        "message_applied",
        "engagement_progressed",
        "message_applied",
        "engagement_progressed",
        "message_applied",
        "engagement_closed",
        "message_applied",
    ]
    assert await world.status(request.tracking_number) == "closed"
    numbers = [int(e["sequence"]) for e in await world.published(request.tracking_number)]
    assert numbers == list(range(1, 11))
    assert await world.pool.fetchval("SELECT load FROM capacities") == 0
    assert await verify_decisions(world.pool) == (2, [])


async def test_a_lost_provider_is_asked_again_only_under_a_new_declaration(world: World) -> None:
    first, second = Sender(1), Sender(2)
    await world.take_in(declared("iacp", 1), first.accepted())
    await world.match()
    await world.take_in(first.answered("accept", "iacp", at=datetime.now(UTC)), second.accepted())
    await world.match()
    await world.take_in(declared("iacp", 2, number=2))  # known before the loss, if not yet applied

    await world.take_in(first.closed("iacp", reason="cannot_go_on"))
    await world.match()

    assert await world.status(first.tracking_number) == "referred"  # there is no other provider
    assert (await world.offers())[1:] == [(second.tracking_number, "iacp")]
    await world.take_in(first.directed("route"))
    await world.match()
    assert await world.status(first.tracking_number) == "referred"
    await world.take_in(first.directed("route"), declared("iacp", 2, number=3))
    await world.match()
    assert (await world.offers())[2:] == [(first.tracking_number, "iacp")]
    assert await world.capacity("iacp") == ([1], 2)
    assert (await verify_decisions(world.pool))[1] == []


async def test_ends_of_an_engagement_that_cross_are_decided_in_the_order_of_taking_in(
    world: World,
) -> None:
    request = Sender()
    await world.take_in(declared("iacp", 1), request.accepted())
    await world.match()

    await world.take_in(
        request.answered("accept", "iacp", at=datetime.now(UTC)),
        request.ended("refer"),
        request.closed("iacp", reason="cannot_go_on"),
    )

    assert (await world.kinds(request.tracking_number))[2:] == [
        "engagement_opened",
        "message_applied",
        "engagement_ended",
        "request_referred",
        "message_applied",
        "message_refused",
    ]
    await world.match()
    assert await world.capacity("iacp") == ([1], 0)


async def test_one_batch_can_contain_all_events_of_a_request(world: World) -> None:
    first, second = Sender(1), Sender(2)

    await world.take_in(
        first.accepted(), second.accepted(), first.amended(topics=["other"]), first.withdrawn()
    )

    assert await world.status(first.tracking_number) == "withdrawn"
    assert await world.status(second.tracking_number) == "triaged"


async def test_an_offer_that_an_amendment_no_longer_fits_is_withdrawn_in_the_same_batch(
    world: World,
) -> None:
    request = Sender()
    number = request.tracking_number
    await world.take_in(declared("iacp", 1, topics=["wellness"]), request.accepted())
    await world.match()
    place = await world.pool.fetchval("SELECT queue_number FROM requests")

    amended = request.amended(topics=["other"])
    await world.take_in(amended, request.answered("accept", "iacp", at=datetime.now(UTC)))
    again = await world.take_in(amended)
    await world.match()
    await world.take_in(request.amended(topics=["wellness"]))
    await world.match()

    assert again == {"duplicate": 1}
    assert await world.kinds(number) == [
        "request_triaged",
        "offer_made",
        "offer_withdrawn",
        "facts_changed",
        "message_refused",
        "request_waitlisted",
        "facts_changed",
        "offer_made",
    ]
    published = await world.published(number)
    assert published[4]["data"]["reasons"][0]["code"] == "offer_not_open"
    assert published[7]["data"]["offer_id"] == f"{number}-O2"
    assert await world.pool.fetchval("SELECT queue_number FROM requests") == place
    assert await world.pool.fetchval("SELECT offered FROM requests") == ["", "iacp"]
    assert await world.pool.fetchrow("SELECT load, free FROM capacities") == (1, [0])
    assert await verify_decisions(world.pool) == (4, [])


async def test_repeated_events_change_nothing(world: World) -> None:
    request = Sender()
    said = [request.accepted(), declared("iacp", 1), request.withdrawn()]
    await world.take_in(*said)
    before = await world.published()

    outcomes = await world.take_in(*said)

    assert outcomes == {"duplicate": 3}
    assert await world.published() == before


async def test_an_event_that_cannot_be_decided_becomes_a_dead_letter_and_others_go_on(
    world: World,
) -> None:
    stray, neighbor = Sender(1), Sender(2)

    outcomes = await world.take_in(stray.withdrawn(), neighbor.accepted())

    assert outcomes == {"dead": 1, "applied": 1}
    assert await world.status(neighbor.tracking_number) == "triaged"


async def test_a_step_that_fails_is_rolled_back(stack: Stack, world: World) -> None:
    request = Sender()
    name = await world.pool.fetchval("SELECT current_database()")
    owner = await asyncpg.connect(
        with_database(stack.dsn("routing", role=owner_of("routing")), name)
    )
    await owner.execute("ALTER TABLE decisions RENAME TO gone")
    await owner.close()

    with pytest.raises(asyncpg.UndefinedTableError):
        await world.take_in(request.accepted())

    assert await world.pool.fetchval("SELECT count(*) FROM requests") == 0
    assert await world.published() == []


async def test_a_request_waits_for_the_reference_data_that_it_names(world: World) -> None:
    request = Sender(reference_version=world.versions + 1)

    outcomes = await world.take_in(request.accepted())

    assert outcomes == {"held": 1}
    assert await world.published() == []


async def test_capacity_is_answered_at_once_under_the_providers_own_numbers(world: World) -> None:
    await world.take_in(declared("iacp", 1), declared("iacp", 2, number=2))

    answers = await world.published("iacp")

    assert [(e["type"], int(e["sequence"])) for e in answers] == [
        ("gov.cri.routing.message_applied.v1", 1),
        ("gov.cri.routing.message_applied.v1", 2),
    ]
    assert answers[0]["data"]["what"] == "capacity.declare"
    assert len({e["inreplyto"] for e in answers}) == 2


async def test_a_record_that_was_changed_afterwards_is_found(world: World) -> None:
    request = Sender()
    await world.take_in(request.accepted())
    await world.pool.execute("UPDATE decisions SET record = replace(record, 'cri-tac', 'other')")

    checked, differing = await verify_decisions(world.pool)

    assert (checked, differing) == (1, [f"{request.tracking_number} decision 1"])


async def test_a_rehoming_that_is_declined_is_served_at_its_old_place_by_another(
    world: World,
) -> None:
    await world.refer(examples.provider("nopri"), examples.provider("noble"))
    senders = [Sender(number) for number in range(1, 4)]
    now = datetime.now(UTC)
    await world.take_in(declared("iacp", 3), *[sender.accepted() for sender in senders])
    await world.match()
    lost = senders[0]
    await world.take_in(*[sender.answered("accept", "iacp", at=now) for sender in senders])

    await world.take_in(
        lost.rehomed(provider="nopri"),
        lost.rehomed(provider="noble"),
        lost.closed("iacp", reason="cannot_go_on"),
    )
    asked = await world.published(lost.tracking_number)
    later = Sender(4)
    await world.take_in(later.accepted())
    await world.match()
    await world.take_in(lost.answered("decline", "nopri", offer=2, at=now))
    await world.take_in(declared("noble", 1))
    await world.match()

    assert [event["type"].split(".")[3] for event in asked][4:] == [
        "engagement_ended",
        "offer_made",
        "message_applied",
        "message_refused",
        "message_refused",
    ]
    assert (await world.offers())[-1] == (lost.tracking_number, "noble")
    assert (
        await world.status(later.tracking_number) == "offered"
    )  # by the room that IACP has again
    await world.match()
    assert (await world.capacity("iacp"), await world.capacity("noble")) == (([0], 3), ([0], 1))
    assert (await verify_decisions(world.pool))[1] == []


async def test_messages_that_cross_a_rehoming_are_decided_in_the_order_of_taking_in(
    world: World,
) -> None:
    await world.refer(examples.provider("nopri"))
    first, second = Sender(1), Sender(2)
    now = datetime.now(UTC)
    await world.take_in(declared("iacp", 2), first.accepted(), second.accepted())
    await world.match()
    await world.take_in(*[each.answered("accept", "iacp", at=now) for each in (first, second)])

    await world.take_in(
        first.rehomed(provider="nopri"),
        first.amended(topics=["other"]),
        first.withdrawn(),
        first.answered("accept", "nopri", offer=2, at=now),
        second.rehomed(provider="nopri"),
    )
    await world.refer(examples.provider("nopri", status="suspended"))
    await world.withdraw()

    assert (await world.kinds(first.tracking_number))[4:] == [
        "engagement_ended",
        "offer_made",
        "message_applied",
        "facts_changed",
        "offer_withdrawn",
        "request_withdrawn",
        "message_applied",
        "message_refused",
    ]
    assert (await world.kinds(second.tracking_number))[-1] == "offer_withdrawn"
    assert await world.status(second.tracking_number) == "triaged"
    assert (await verify_decisions(world.pool))[1] == []
