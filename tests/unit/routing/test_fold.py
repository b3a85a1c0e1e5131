import json
from pathlib import Path
from typing import Any, get_args

import pytest

from services.routing.life.fold import fold
from services.routing.life.outcome import kind_of
from services.routing.life.request import Request
from shared.contracts import routing
from shared.contracts.event import padded
from shared.delivery.published import PublishedEvent
from tests.examples.routing import AT, catalog, facts

SAMPLES = Path(__file__).parents[2] / "contracts/samples/log"
QUEUED = Request(
    tracking_number=facts().tracking_number,
    request_id=facts().request_id,
    participant="ca-post",
    status="waiting",
    facts="{}",
    need_stated=True,
    program="cri-tac",
    lane="cri-tac.standard",
    queue_number=7,
    queued=True,
    waits_for="no_capacity",
    due_clock="triage.standard",
    due_at=AT,
    published=3,
)

ENVELOPE = {
    "id": "e-4",
    "source": "urn:cri:continuum:routing",
    "subject": QUEUED.tracking_number,
    "time": AT.isoformat(),
    "correlationid": QUEUED.request_id,
    "causationid": "cause",
    "sequence": padded(4),
}


def announced(kind: str, data: dict[str, Any]) -> PublishedEvent:
    value = json.dumps({**ENVELOPE, "type": kind, "data": data}).encode()
    return PublishedEvent(
        routing.TOPIC, 0, 9, "e-4", kind, QUEUED.tracking_number, 4, "cause", AT, value
    )


@pytest.mark.parametrize("data", [{}, {"status": "extended", "lane": None, "decision": {}}])
def test_an_event_type_of_a_later_release_leaves_a_request_queued(data: dict[str, Any]) -> None:
    event = announced("gov.cri.routing.offer_extended.v1", data)

    after = fold(QUEUED, [event], catalog(), queue_number=None)

    assert after == QUEUED._replace(published=4)


@pytest.mark.parametrize("kind", sorted(map(kind_of, get_args(routing.RequestEvent))))
def test_a_sample_of_every_type_about_a_request_is_folded(kind: str) -> None:
    sample = SAMPLES / f"{kind.removeprefix('gov.cri.')}.json"
    event = announced(kind, json.loads(sample.read_text())["data"])

    after = fold(QUEUED, [event], catalog(), queue_number=None)

    assert (after.published, after.last_event) == (4, "e-4")
