"""Participants whose messages are taken in by two processes at once."""

import asyncio
from typing import Any

import pytest

from services.intake.handlers import IntakeReader, State
from shared.contracts import intake
from shared.contracts.services import WEB_DESK
from shared.delivery.records import Record
from shared.delivery.take_in.reader import Closing
from tests.examples.checkpoints import open_checkpoints
from tests.examples.inbound import OFFICE, PROVIDER, data_of
from tests.integration.intake.conftest import AGENCIES, World

SECOND = "second-office"


class Paused(IntakeReader):
    """Has loaded its batch, and does not save it before ``go`` is set."""

    def __init__(self) -> None:
        super().__init__(agencies=AGENCIES, office=OFFICE)
        self.loaded, self.go = asyncio.Event(), asyncio.Event()

    async def save(self, connection: Any, state: State) -> Closing:
        self.loaded.set()
        await self.go.wait()
        return await super().save(connection, state)


async def overlap(world: World, first: Record, *between: Record, second: Record) -> None:
    """Have another process load *first*, take in the others, then have it save *first*."""
    paused = Paused()
    other = World(world.pool, paused, world.offsets)
    begun = asyncio.create_task(other.take_in(first))
    await paused.loaded.wait()
    for record in between:
        await world.take_in(record)
    behind = asyncio.create_task(world.take_in(second))
    await asyncio.wait([behind], timeout=1)  # it ends now unless it has to wait for the first
    paused.go.set()
    assert (await begun, await behind) == ({"applied": 1}, {"applied": 1})


async def registered(world: World, who: dict[str, Any]) -> None:
    await open_checkpoints(world.pool, [f"cri.in.{who['id']}.v1"])
    said = world.said("participant.register", who, sender=OFFICE)
    assert await world.take_in(said) == {"applied": 1}


async def test_offices_that_settle_the_same_mail_at_once_are_numbered_one_after_the_other(
    world: World,
) -> None:
    await registered(world, {"id": SECOND, "kind": "program_office", "name": "Second"})
    data = data_of("notice.settle", "")

    await overlap(
        world,
        world.said("notice.settle", data, sender=OFFICE),
        second=world.said("notice.settle", data, sender=SECOND),
    )

    settled = await world.topic(intake.CONFIDENTIAL_TOPIC)
    assert {event["subject"] for event in settled} == {f"mail:{data['mail']}"}
    assert sorted(int(event["sequence"]) for event in settled) == [1, 2]


@pytest.mark.parametrize(
    ("kind", "topic"),
    [("contact.set", intake.CONFIDENTIAL_TOPIC), ("capacity.declare", intake.TOPIC)],
)
async def test_a_participant_and_the_desk_that_now_speaks_for_it_share_its_numbers(
    world: World, kind: str, topic: str
) -> None:
    await registered(world, {"id": WEB_DESK, "kind": "agency_desk", "name": "Desk"})
    reached = {"id": PROVIDER, "kind": "provider", "name": "IACP", "reached_by": "desk"}
    data = data_of(kind, "")

    await overlap(
        world,
        world.said(kind, data, sender=PROVIDER),
        world.said("participant.register", reached, sender=OFFICE),
        second=world.said(kind, data, sender=WEB_DESK, onbehalfof=PROVIDER, actor="contact:c-1"),
    )

    told = await world.topic(topic)
    assert len({event["subject"] for event in told}) == 1
    assert sorted(int(event["sequence"]) for event in told) == [1, 2]
