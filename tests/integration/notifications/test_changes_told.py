"""Changes told on a real Postgres: late, twice, out of order, and beside the opening."""

import asyncio
from typing import Any

from shared.contracts import intake
from shared.contracts.event import Event
from shared.contracts.tracking import tracking_number
from shared.delivery.take_in.take_in import take_in
from tests.examples.facts import (
    AGENCY,
    NUMBER,
    PROVIDER,
    Log,
    inbound,
    made,
    opened,
    request_facts,
    state,
)
from tests.integration.notifications.conftest import World, history, kinds, topic_of

PAIRS = 20


def amendment(log: Log, *, words: bool, provider: str | None = PROVIDER) -> list[Event]:
    """Return the amendment of the topics, perhaps with new words, and routing's event."""
    need = [log.need(issue="Two crisis teams are missing.")] if words else []
    number = need[0].number if need else 0
    facts = request_facts(version=2, topics=["officer_wellness"], words=number)
    amended = log.event(intake.TOPIC, "request_amended", NUMBER, facts, inreplyto=inbound(60))
    data = state(
        "assigned",
        amendment=amended.number,
        record=inbound(60),
        asked={name: facts[name] for name in ("topics", "service_forms", "wished")},
        words=number,
        provider=provider,
    )
    return [amended, *need, log.routed("facts_changed", data)]


def contact(log: Log, name: str, contact_id: str = "c-1", *, offset: int) -> intake.ContactSet:
    event = log.contact(contact_id, offset=offset)
    assert isinstance(event, intake.ContactSet)
    return event.model_copy(update={"data": event.data.model_copy(update={"name": name})})


async def test_a_change_is_told_once_in_whatever_order_its_facts_arrive(world: World) -> None:
    await world.take_in(*history(world.log))
    amended, need, changed = amendment(world.log, words=True)

    assert await world.take_in(changed) == {"held": 1}
    assert await world.take_in(amended) == {"applied": 1}
    assert kinds(await world.out(PROVIDER)) == ["offer.made", "engagement.opened"]
    await world.take_in(need)
    again = await world.take_in(changed, amended, need)

    assert again == {"duplicate": 3}
    told = (await world.out(PROVIDER))[2:]
    assert kinds(told) == ["engagement.changed"]
    assert told[0]["data"]["changed"] == ["topics", "need"]
    assert told[0]["data"]["topics"] == ["officer_wellness"]
    assert told[0]["data"]["need"] == {"issue": "Two crisis teams are missing."}
    assert told[0]["dataclassification"] == "restricted"
    requester = await world.out(AGENCY)
    assert kinds(requester)[-2:] == ["message.applied", "amendment.passed_on"]
    assert requester[-1]["data"]["record"] == inbound(60)


async def test_one_batch_tells_the_same(world: World) -> None:
    await world.take_in(*history(world.log), *amendment(world.log, words=True))

    told = await world.out(PROVIDER)
    assert kinds(told) == ["offer.made", "engagement.opened", "engagement.changed"]
    assert told[0]["data"]["topics"] == ["crisis_intervention", "officer_wellness"]
    assert told[2]["data"]["topics"] == ["officer_wellness"]


async def test_a_row_of_a_release_before_is_told_everything(world: World) -> None:
    await world.take_in(*history(world.log))
    await world.pool.execute("UPDATE requests SET asked = NULL")

    await world.take_in(*amendment(world.log, words=False))

    told = await world.out(PROVIDER)
    assert told[-1]["data"]["changed"] == ["topics", "service_forms", "wished"]


async def test_a_contact_that_changes_reaches_the_providers_that_work_with_it(
    world: World,
) -> None:
    numbers = [NUMBER, *(tracking_number(2026, n) for n in (2, 3, 4))]
    await world.take_in(*history(world.log))
    for number, by in zip(numbers[1:], (PROVIDER, "fop", "fop"), strict=True):
        await world.take_in(
            world.log.accepted(number, offset=numbers.index(number) + 10),
            world.log.routed("offer_made", made(number, provider=by)),
        )
    await world.take_in(
        *(
            world.log.routed("engagement_opened", opened(number, provider=by))
            for number, by in ((numbers[1], PROVIDER), (numbers[2], "fop"))
        )
    )
    ended = state("withdrawn", numbers[2], before="assigned")
    await world.take_in(world.log.routed("request_withdrawn", ended))

    changed = contact(world.log, "B. Chief", offset=70)
    await world.take_in(changed)
    same = contact(world.log, "B. Chief", offset=71)
    await world.take_in(same)

    told = [m for m in await world.out(PROVIDER) if m["type"] == "gov.cri.contact.changed.v1"]
    assert [m["data"]["engagements"] for m in told] == [[f"{n}-E1" for n in numbers[:2]]]
    assert told[0]["data"]["contact"]["name"] == "B. Chief"
    # One request of the other provider has ended, the other is only offered.
    assert "contact.changed" not in kinds(await world.out("fop"))


async def test_a_contact_and_the_opening_of_its_engagement_do_not_miss_each_other(
    world: World,
) -> None:
    for n in range(1, PAIRS + 1):
        number, contact_id = tracking_number(2026, n), f"c-{n}"
        accepted = world.log.accepted(number, offset=n, contact_ids=[contact_id])
        await world.take_in(accepted, world.log.routed("offer_made", made(number)))
        events: list[Any] = [
            world.log.routed("engagement_opened", opened(number)),
            contact(world.log, "A. Chief", contact_id, offset=100 + n),
        ]

        await asyncio.gather(
            *(
                take_in(
                    world.pool,
                    world.reader,
                    [world.log.record(topic_of(event), event)],
                    service="notifications",
                )
                for event in events
            )
        )

    known: dict[str, str | None] = {}
    for message in await world.out(PROVIDER):
        for card in message["data"].get("contacts", ()):
            known[card["contact_id"]] = card.get("name")
        if message["type"] == "gov.cri.contact.changed.v1":
            card = message["data"]["contact"]
            known[card["contact_id"]] = card["name"]
    assert known == {f"c-{n}": "A. Chief" for n in range(1, PAIRS + 1)}
