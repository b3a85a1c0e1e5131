"""A request's life on a real Postgres: the batch, the matcher, the clocks."""

from datetime import UTC, datetime, timedelta

from services.routing.verify import verify_decisions
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.integration.routing.conftest import World


async def test_a_request_is_triaged_offered_accepted_worked_on_and_closed(world: World) -> None:
    request = Sender()
    await world.take_in(declared("iacp", 5), request.accepted())
    await world.match()
    soon = datetime.now(UTC)
    await world.take_in(
        request.answered("accept", "iacp", at=soon),
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
    assert await verify_decisions(world.pool) == (2, [])
