from services.intake.handlers import IntakeReader
from shared.postgres.statements import load_statements
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.inbound import OFFICE, PROVIDER, data_of, submission
from tests.examples.round_trips import counted
from tests.integration.intake.conftest import AGENCIES, PARTICIPANTS, TOPICS, World

INTAKE, MESSAGING = load_statements("services.intake"), load_statements("shared.delivery")


async def test_a_batch_takes_five_round_trips(database: Database) -> None:
    async with counted(await database("intake")) as (pool, executed):
        world = World(pool, IntakeReader(agencies=AGENCIES, office=OFFICE))
        await open_checkpoints(pool, [f"cri.in.{who['id']}.v1" for who in PARTICIPANTS])
        said = [world.said("participant.register", who, sender=OFFICE) for who in PARTICIPANTS]
        said += [
            world.said("topic.define", {"id": code, "name": code}, sender=OFFICE)
            for code in TOPICS
        ]
        await world.take_in(*said)
        await world.take_in(world.said("request.submit", submission()))  # reads the catalog
        number = await pool.fetchval("SELECT tracking_number FROM requests")
        batch = [
            world.said("request.submit", submission(reference="second")),
            world.said("request.amend", {"tracking_number": number, "need": {"issue": "Other."}}),
            world.said("contact.set", data_of("contact.set", "")),
            world.said("status.ask", {"about": "all"}),
            world.said("capacity.declare", data_of("capacity.declare", ""), sender=PROVIDER),
        ]
        executed.clear()

        outcomes = await world.take_in(*batch)

    assert outcomes == {"applied": 5}
    assert executed == [
        "BEGIN;", MESSAGING["open_batch"], INTAKE["load_batch"], INTAKE["save_batch"], "COMMIT;",
    ]  # fmt: skip
