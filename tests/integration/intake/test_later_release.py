"""Events of a later release do no harm: intake goes on, and answers once."""

from dataclasses import replace

from services.intake.handlers import IntakeReader
from services.intake.restore import Restore
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, reference, routing
from shared.contracts.tracking import tracking_number
from shared.delivery.records import Record
from shared.delivery.restore.own_log import parse_published
from tests.examples.inbound import AT, OFFICE, submission
from tests.examples.later import ABOUT_OTHERS, ABOUT_REQUESTS, later
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up
from tests.integration.intake.conftest import AGENCIES, World
from tests.integration.intake.test_restore import lives, said_since, tables

__all__ = ["lives"]


async def test_unknown_types_on_routings_topic_change_nothing_in_intake(world: World) -> None:
    await world.take_in(world.said("request.submit", submission()))
    number = await world.pool.fetchval("SELECT tracking_number FROM requests")
    values = [
        later(routing.TOPIC, name, number, place, data)
        for place, (name, data) in enumerate(ABOUT_REQUESTS[routing.TOPIC].items(), start=1)
    ]
    name, subject, data = ABOUT_OTHERS[routing.TOPIC]
    values.append(later(routing.TOPIC, name, subject, 1, data))
    values.append(later(routing.TOPIC, "noted", tracking_number(2026, 999), 1, {}))
    records = [
        Record(routing.TOPIC, 0, offset, b"key", value, (), AT)
        for offset, value in enumerate(values)
    ]

    outcomes = await world.take_in(*records)
    withdrawn = world.said("request.withdraw", {"tracking_number": number})

    assert outcomes == {"ignored": 5}
    assert await world.take_in(withdrawn) == {"applied": 1}
    assert await world.count("dead_letters") == 0


async def test_an_entry_that_a_later_release_has_stored_is_passed_over(world: World) -> None:
    known = await CatalogCache().current(world.pool)
    await world.pool.execute(
        "INSERT INTO catalog (number, kind, id, body) VALUES ($1, 'later', 'x', '{}')",
        known.version + 1,
    )
    cache = CatalogCache()

    found = await cache.current(world.pool)

    assert found == replace(known, version=known.version + 1)
    assert await cache.current(world.pool) is found


async def test_what_a_later_release_has_published_is_taken_for_answered_after_a_restore(
    lives: tuple[World, World],
) -> None:
    lived, dump = lives
    records = await said_since(lived)
    await lived.take_in(*records)
    rows = await outbox_of(lived.pool)
    await announce(dump.pool, rows, at=AT)
    old = min(
        r["subject"]
        for r in await dump.pool.fetch("SELECT tracking_number AS subject FROM requests")
    )
    # An inbound type, and events, that this build does not know.
    strange = lived.said("engagement.end", {"engagement_id": f"{old}-E1"}, id="strange")
    versions = await dump.pool.fetchval(
        "SELECT max(number) FROM announced WHERE topic = $1", reference.TOPIC
    )
    number = await dump.pool.fetchval(
        "SELECT max(number) FROM announced WHERE topic = $1 AND subject = $2", intake.TOPIC, old
    )
    reference_name, subject, data = ABOUT_OTHERS[reference.TOPIC]
    values = [
        (reference.TOPIC, later(reference.TOPIC, reference_name, subject, versions + 1, data,
                                cause=f"cri.in.{OFFICE}.v1/0/900")),
        (intake.TOPIC, later(intake.TOPIC, "engagement_end_requested", old, number + 1, {},
                             cause=strange.coordinate)),
        # Beside the answer to a record that this build understands as well.
        (intake.TOPIC, later(intake.TOPIC, "authority_checked", old, number + 2, {},
                             cause=records[0].coordinate)),
        # Behind a refusal of this build.
        (intake.TOPIC, later(intake.TOPIC, "refusal_reviewed", old, number + 3, {},
                             cause=records[6].coordinate)),
    ]  # fmt: skip
    for place, (topic, value) in enumerate(values):
        found = parse_published(Record(topic, 0, len(rows) + place, b"key", value, (), AT))
        assert found is not None
        await dump.pool.execute(
            'INSERT INTO announced (topic, partition, "offset", id, type, subject, number, cause,'
            " at, value) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *found,
        )

    again = Restore(IntakeReader(agencies=AGENCIES, office=OFFICE), office=OFFICE)
    await catch_up(dump.pool, again, [[*records, strange]], service="intake")

    assert await outbox_of(dump.pool) == []
    assert await dump.count("dead_letters") == 0
    mine, theirs = await tables(dump), await tables(lived)
    for table in ("messages", "words", "catalog", "listings"):
        assert mine[table] == theirs[table]
    mine_of = {row[0]: row for row in mine["requests"]}
    assert mine_of[old][7] == number + 3
    assert {number: row[:7] for number, row in mine_of.items()} == {
        row[0]: row[:7] for row in theirs["requests"]
    }
