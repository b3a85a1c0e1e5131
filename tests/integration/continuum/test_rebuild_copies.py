"""What the services but reporting copy from the log, computed again beside the live rows."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from continuum.access import NotPossible
from deploy.local.stack import Stack
from services.intake.handlers import IntakeReader
from services.notifications.handlers import NotificationsReader
from services.routing.handlers import RoutingReader
from shared.contracts import reference, routing
from shared.contracts.event import Event
from shared.contracts.intake import CONFIDENTIAL_TOPIC, TOPIC
from shared.delivery.take_in.take_in import take_in
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.databases import texts_in
from tests.examples.facts import Log
from tests.examples.inbound import OFFICE, event, record, submission
from tests.examples.streams import EventStream
from tests.integration.continuum.conftest import Rebuilt, rebuilt
from tests.integration.intake.conftest import AGENCIES, PARTICIPANTS
from tests.integration.intake.conftest import TOPICS as CODES

ADDRESS = "canary@agency.example"
READERS: dict[str, Callable[[], Any]] = {
    "routing": RoutingReader,
    "notifications": NotificationsReader,
    "intake": lambda: IntakeReader(agencies=AGENCIES, office=OFFICE),
}


@pytest.fixture(params=READERS)
async def service(
    request: pytest.FixtureRequest, stack: Stack, database: Database
) -> AsyncIterator[Rebuilt]:
    """Give each of the services, with a copy of the reference data that came to it."""
    name = request.param
    async with rebuilt(stack, await database(name), name, READERS[name]()) as made:
        if name == "intake":
            await decide_reference(made)
        else:
            await made.take_in([(reference.TOPIC, each) for each in registered()])
        yield made


@pytest.fixture
async def intake(stack: Stack, database: Database) -> AsyncIterator[Rebuilt]:
    made = rebuilt(stack, await database("intake"), "intake", READERS["intake"]())
    async with made as opened:
        await decide_reference(opened)
        yield opened


def registered(count: int = 4) -> list[Event]:
    """Return the first *count* events of the reference topic."""
    log = Log()
    return [
        log.registered(f"agency-{number}", "agency_system", f"Agency {number}", offset=number)
        for number in range(count)
    ]


async def decide_reference(intake: Rebuilt) -> None:
    """
    Have intake take in reference data from the program office; publish all but the last of it.

    The last stands in the outbox, as when the relay has not come to it yet.
    """
    said = [("participant.register", each) for each in PARTICIPANTS]
    said += [("topic.define", {"id": code, "name": code}) for code in CODES]
    await receive(intake, OFFICE, *said)
    rows = await intake.pool.fetch(
        "SELECT id, value FROM outbox WHERE topic = $1 ORDER BY id", reference.TOPIC
    )
    for row in rows[:-1]:
        await intake.publish(reference.TOPIC, row["value"])
        await intake.pool.execute("DELETE FROM outbox WHERE id = $1", row["id"])


async def receive(intake: Rebuilt, sender: str, *said: tuple[str, Any]) -> None:
    """Have intake take in what *sender* has said, as the first records of its topic."""
    await open_checkpoints(intake.pool, [f"cri.in.{sender}.v1"])
    records = [
        record(event(kind, data, sender=sender, id=f"m-{n}"), offset=n, participant=sender)
        for n, (kind, data) in enumerate(said)
    ]
    await take_in(intake.pool, intake.reader, records, service="intake")


async def copy(service: Rebuilt) -> list[Any]:
    return await service.pool.fetch("SELECT number, kind, id, body FROM catalog ORDER BY number")


async def test_a_copy_of_the_reference_data_is_equal_to_the_log(service: Rebuilt) -> None:
    rows = await copy(service)

    lines, good = await service.rebuild()

    assert good, lines
    assert [row["number"] for row in rows[:4]] == [1, 2, 3, 4]
    assert f"  reads {reference.TOPIC}: {len(rows)} records" in lines
    assert any(line.split()[:3] == ["catalog", f"{len(rows)}", f"{len(rows)}"] for line in lines)
    tables = 5 if service.service == "routing" else 2
    assert f"{tables} tables, 0 differing" in lines[-1]
    assert await service.pool.fetchval("SELECT to_regnamespace('rebuild') IS NULL")


async def test_a_damaged_copy_is_named_left_alone_and_mended_when_told_to(
    service: Rebuilt,
) -> None:
    before = await copy(service)
    await service.pool.execute("DELETE FROM catalog WHERE number = 2")
    await service.pool.execute("""UPDATE catalog SET body = '{"id": "x"}' WHERE number = 3""")
    damaged = await copy(service)

    lines, good = await service.rebuild()

    assert not good
    assert "  catalog 2 is missing in the live table" in lines
    assert "  catalog 3 differs" in lines
    assert "Nothing is changed yet: --yes --why TEXT repairs it." in lines
    assert await copy(service) == damaged

    lines, good = await service.rebuild(yes=True)
    again, still = await service.rebuild()

    assert good, lines
    assert any(line.startswith(f"Restart {service.service} now") for line in lines)
    assert await copy(service) == before
    noted = await service.pool.fetchrow("SELECT * FROM rebuilds")
    assert noted is not None
    assert (noted["outcome"], noted["names"]) == ("repaired", ["catalog 2", "catalog 3"])
    assert still, again
    assert "0 differing" in again[-1]


async def test_a_row_that_no_event_has_given_is_taken_out(service: Rebuilt) -> None:
    before = await copy(service)
    await service.pool.execute("INSERT INTO catalog VALUES (99, 'program', 'ours', '{}')")

    lines, good = await service.rebuild(yes=True)

    assert "  catalog 99 is in the live table and not in the log" in lines
    assert good, lines
    assert await copy(service) == before


@pytest.mark.parametrize("service", ["notifications"], indirect=True)
async def test_e37_a_rebuild_does_not_bring_back_who_is_forgotten(service: Rebuilt) -> None:
    log = Log()
    await open_checkpoints(service.pool, [CONFIDENTIAL_TOPIC])
    contact = log.record(CONFIDENTIAL_TOPIC, log.contact(email=ADDRESS))
    await take_in(service.pool, service.reader, [contact], service="notifications")
    assert await tables_with(service, ADDRESS) == ["contacts"]
    await service.take_in([(TOPIC, log.forgotten(up_to=1))])
    await service.pool.execute("DELETE FROM catalog WHERE number = 2")  # so that it repairs

    lines, good = await service.rebuild(yes=True)

    assert good, lines
    assert await tables_with(service, ADDRESS) == []
    assert await service.count("forgotten") == 1


async def tables_with(service: Rebuilt, word: str) -> list[str]:
    """Return the tables that hold *word*, but for what Kafka is yet to take."""
    texts = await texts_in(service.pool)
    return [table for table, text in texts.items() if word in text and table != "outbox"]


@pytest.mark.parametrize("service", ["routing", "notifications"], indirect=True)
async def test_a_gate_of_the_reference_data_is_mended_and_the_service_goes_on(
    service: Rebuilt,
) -> None:
    await service.pool.execute("UPDATE gates SET last = 1 WHERE topic = $1", reference.TOPIC)

    lines, good = await service.rebuild(yes=True)

    assert f"  gates {reference.TOPIC} {reference.SUBJECT} differs" in lines
    assert good, lines
    await service.take_in([(reference.TOPIC, each) for each in registered(5)])
    assert [row["number"] for row in await copy(service)] == [1, 2, 3, 4, 5]
    assert await service.count("dead_letters") == 0


async def test_what_intake_cannot_read_of_its_own_is_no_reason_to_take_rows_out(
    intake: Rebuilt,
) -> None:
    await intake.pool.execute("UPDATE outbox SET value = '{}' WHERE topic = $1", reference.TOPIC)

    with pytest.raises(NotPossible, match="holds records that this version cannot read"):
        await intake.rebuild(yes=True)


async def test_how_a_request_ended_is_computed_again_from_what_routing_said(
    intake: Rebuilt,
) -> None:
    await receive(intake, "ca-post", ("request.submit", submission()))
    number = await intake.pool.fetchval("SELECT tracking_number FROM requests")
    stream, other = EventStream(1), EventStream(2)
    stream.tracking_number = number
    ends: list[tuple[str, Event]] = [
        (routing.TOPIC, stream.triaged()),
        (routing.TOPIC, stream.withdrawn()),
        (routing.TOPIC, other.withdrawn()),
    ]
    await intake.take_in([*ends, *ends[1:2]])  # sent again by the relay
    await intake.pool.execute("UPDATE requests SET ended = NULL")

    lines, good = await intake.rebuild()

    assert not good
    assert f"  endings {number} is missing in the live table" in lines
    assert "  requests: 1" in lines
    assert await intake.pool.fetchval("SELECT ended FROM requests") is None

    lines, good = await intake.rebuild(yes=True)

    assert good, lines
    assert await intake.pool.fetchval("SELECT ended FROM requests") == "withdrawn"
    assert await intake.pool.fetchval("SELECT ended_at FROM requests") == ends[1][1].time
    assert not any(line.startswith("Restart") for line in lines)
    await intake.pool.execute("UPDATE requests SET ended = 'closed'")
    _, good = await intake.rebuild(yes=True)
    assert good
    assert await intake.pool.fetchval("SELECT ended FROM requests") == "withdrawn"
