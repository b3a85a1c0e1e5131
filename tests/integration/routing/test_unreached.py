"""Offers to a provider without a system: a mail reaches it, or the offer goes on to the next."""

from datetime import datetime, timedelta

import pytest

from services.routing.verify import verify_decisions
from shared.contracts.event import derived_id, padded
from shared.contracts.notifications import DeliveredFacts, NoticeDelivered
from shared.contracts.reference import Participant
from shared.process.tasks import LATER
from tests.examples import routing as examples
from tests.examples.routing import AT, Sender, declared
from tests.integration.routing.conftest import World


@pytest.fixture
async def desk(world: World) -> World:
    """Two providers for CRI-TAC; the first has room, and no system."""
    await world.refer(
        examples.provider("nopri"),
        Participant(id="iacp", kind="provider", name="IACP", reached_by="desk"),
    )
    await world.take_in(declared("iacp", 8))
    return world


async def offer(world: World) -> Sender:
    """Have a request offered to IACP; from then on another provider has room, too."""
    sender = Sender()
    await world.take_in(sender.accepted())
    await world.match()
    await world.take_in(declared("nopri", 8))
    return sender


def delivered(
    sender: Sender, *, offer_id: str | None, at: datetime, mail: int = 1
) -> NoticeDelivered:
    identity = derived_id("mail", str(mail), sender.tracking_number)
    facts = DeliveredFacts(
        notice=identity, mail=identity, contact="contact:iacp:p-1", tries=1, offer_id=offer_id
    )
    return NoticeDelivered(
        id=derived_id("delivered", str(mail), sender.tracking_number),
        source="urn:cri:continuum:notifications",
        type="gov.cri.notifications.notice_delivered.v1",
        subject=f"mail:{identity}",
        time=at,
        correlationid=sender.facts.request_id,
        causationid=identity,
        sequence=padded(1),
        data=facts,
    )


async def made_at(world: World) -> datetime:
    at: datetime = await world.pool.fetchval("SELECT made_at FROM unreached_offers")
    return at


async def unreached(world: World) -> int:
    count: int = await world.pool.fetchval("SELECT count(*) FROM unreached_offers")
    return count


async def pass_a_day(world: World, *, and_seconds: int = 3600) -> None:
    """Pass the time within which somebody must be reached, and *and_seconds* more."""
    since = timedelta(seconds=and_seconds)
    await world.pool.execute("UPDATE unreached_offers SET reach_by = now() - $1::interval", since)


async def test_e36_an_offer_that_reached_nobody_goes_to_the_next_and_is_no_lapse(
    desk: World,
) -> None:
    sender = await offer(desk)
    number = sender.tracking_number
    (made,) = [e for e in await desk.published(number) if e["type"].endswith("offer_made.v1")]
    begin = datetime.fromisoformat(made["time"])
    assert begin < datetime.fromisoformat(made["data"]["reach_by"]) < begin + timedelta(days=6)

    await desk.withdraw()
    assert (await desk.kinds(number))[-1] == "offer_made"  # there is time yet
    await pass_a_day(desk)
    await desk.withdraw()
    await desk.match()

    assert (await desk.kinds(number))[-2:] == ["offer_withdrawn", "offer_made"]
    withdrawn = (await desk.published(number))[-2]
    assert withdrawn["data"]["reason"] == "unreachable"
    assert (await desk.offers()) == [(number, "iacp"), (number, "nopri")]
    assert "offer_lapsed" not in await desk.kinds(number)
    assert await unreached(desk) == 0
    assert await desk.capacity("iacp") == ([8], 0)
    assert await desk.withdrawals.step(desk.pool) == LATER
    await verify_decisions(desk.pool)


@pytest.mark.parametrize("what", ["mail", "answer"])
async def test_what_kafka_had_in_time_and_routing_reads_within_the_grace_counts(
    desk: World, what: str
) -> None:
    sender = await offer(desk)
    number = sender.tracking_number
    in_time = delivered(sender, offer_id=f"{number}-O1", at=await made_at(desk))
    await pass_a_day(desk, and_seconds=30)

    await desk.withdraw()
    await desk.take_in(in_time if what == "mail" else sender.answered("accept", "iacp"))
    await pass_a_day(desk)
    await desk.withdraw()

    assert await desk.status(number) == ("offered" if what == "mail" else "assigned")
    assert "offer_withdrawn" not in await desk.kinds(number)


async def test_who_was_not_reached_is_not_asked_again_about_the_same_request(
    desk: World,
) -> None:
    sender = await offer(desk)
    await desk.take_in(declared("nopri", 0, number=2))
    await pass_a_day(desk)

    await desk.withdraw()
    await desk.match()

    assert await desk.offers() == [(sender.tracking_number, "iacp")]
    assert await desk.status(sender.tracking_number) == "waiting"


async def test_a_mail_that_is_delivered_soon_leaves_the_offer_as_it_is(desk: World) -> None:
    sender = await offer(desk)
    before = await desk.kinds(sender.tracking_number)
    soon = await made_at(desk) + timedelta(minutes=59)

    outcomes = await desk.take_in(
        delivered(sender, offer_id=f"{sender.tracking_number}-O1", at=soon)
    )
    await pass_a_day(desk)
    await desk.withdraw()

    assert outcomes == {"applied": 1}
    assert await unreached(desk) == 0
    assert await desk.kinds(sender.tracking_number) == before


async def test_a_mail_that_is_delivered_late_gives_the_whole_time_anew_once(
    desk: World,
) -> None:
    sender = await offer(desk)
    number = sender.tracking_number
    (made,) = [e for e in await desk.published(number) if e["type"].endswith("offer_made.v1")]
    late = await made_at(desk) + timedelta(hours=30)

    await desk.take_in(delivered(sender, offer_id=f"{number}-O1", at=late))
    await desk.take_in(
        delivered(sender, offer_id=f"{number}-O1", at=late + timedelta(hours=30), mail=2)
    )

    assert (await desk.kinds(number))[-2:] == ["offer_made", "clock_moved"]
    moved = (await desk.published(number))[-1]["data"]
    assert (moved["because"], moved["provider"]) == ("delivered", "iacp")
    assert moved["before"] == made["data"]["expires_at"]
    assert datetime.fromisoformat(moved["due_at"]) > late + timedelta(days=4)
    stored = await desk.pool.fetchrow("SELECT due_at, offer_expires_at FROM requests")
    assert stored is not None
    assert set(stored) == {datetime.fromisoformat(moved["due_at"])}


@pytest.mark.parametrize("offer_id", [None, "-O2"])
async def test_a_mail_about_something_else_says_nothing_about_the_offer(
    desk: World, offer_id: str | None
) -> None:
    sender = await offer(desk)
    named = None if offer_id is None else f"{sender.tracking_number}{offer_id}"

    await desk.take_in(delivered(sender, offer_id=named, at=AT))

    assert await unreached(desk) == 1


async def test_an_answer_that_comes_without_a_mail_stands(desk: World) -> None:
    sender = await offer(desk)
    await desk.take_in(sender.answered("accept", "iacp"))
    await pass_a_day(desk)

    await desk.withdraw()

    assert await desk.status(sender.tracking_number) == "assigned"
    assert await unreached(desk) == 0


async def test_a_provider_with_a_system_is_reached_on_its_topic(world: World) -> None:
    await world.take_in(declared("iacp", 8))

    await offer(world)

    assert await unreached(world) == 0
    (made,) = [e for e in await world.published() if e["type"].endswith("offer_made.v1")]
    assert made["data"].get("reach_by") is None
