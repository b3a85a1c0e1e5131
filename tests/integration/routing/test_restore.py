"""What a restored database of routing must neither lose nor give twice."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from services.routing.life.outcome import kind_of
from services.routing.restore import Restore
from shared.contracts import routing
from tests.examples.restored import announce
from tests.examples.routing import AT
from tests.integration.routing.conftest import World

SAMPLES = Path(__file__).parents[2] / "contracts/samples/log"
GIVE_NUMBERS = [
    event
    for event in get_args(routing.StateEvent)
    if "queue_number" in event.model_fields["data"].annotation.model_fields
]


@pytest.mark.parametrize("event", GIVE_NUMBERS, ids=kind_of)
async def test_a_published_queue_number_is_not_given_again(world: World, event: Any) -> None:
    kind = kind_of(event)
    said = json.loads((SAMPLES / f"{kind.removeprefix('gov.cri.')}.json").read_text())
    said["data"]["queue_number"] = 50
    row = {"topic": routing.TOPIC, "key": b"", "value": json.dumps(said).encode()}
    await announce(world.pool, [row], at=AT)

    async with world.pool.acquire() as connection, connection.transaction():
        await Restore().fold(connection)

    assert await world.pool.fetchval("SELECT nextval('queue_numbers')") == 51
