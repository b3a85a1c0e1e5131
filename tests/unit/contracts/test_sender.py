"""One function says who sent the record that led to an event, also for older events."""

import pytest

from shared.contracts.event import Event, sender_of

OLDER: dict[str, object] = {
    "id": "i",
    "source": "urn:cri:x",
    "type": "gov.cri.x.v1",
    "subject": "s",
    "time": "2026-11-29T08:00:00Z",
    "correlationid": "c",
    "causationid": "c",
    "sequence": "1",
}


@pytest.mark.parametrize(
    ("more", "sender"),
    [
        ({}, None),
        ({"inreplyto": "cri.in.ohio-agencies.v1/0/7"}, "ohio-agencies"),
        ({"inreplyto": "cri.in.pool-3.v1/0/7", "participant": "ohio-agencies"}, "ohio-agencies"),
        ({"participant": "ohio-agencies"}, "ohio-agencies"),
    ],
)
def test_the_event_says_who_sent_the_record_and_an_older_one_which_record(
    more: dict[str, str], sender: str | None
) -> None:
    event = Event.model_validate({**OLDER, **more})

    assert sender_of(event) == sender
