"""Records that could not be processed, kept byte for byte with the reason."""

from datetime import datetime

from shared.contracts.event import derived_id
from shared.messaging.records import Outgoing, Record

_RESTRICTED = ("cri.in.", "cri.int.confidential.")


def dead_letter(
    record: Record, *, service: str, reason: str, error: str, at: datetime
) -> Outgoing:
    """
    Return *record* for the service's dead letter topic: key, value and headers untouched.

    *reason* and *error* name kinds of failure; they never hold any of the payload. What came
    from a participant or the confidential topic goes to the restricted dead letter topic.
    """
    restricted = record.topic.startswith(_RESTRICTED)
    added = {
        "dlq.topic": record.topic,
        "dlq.partition": str(record.partition),
        "dlq.offset": str(record.offset),
        "dlq.reason": reason,
        "dlq.error": error,
        "dlq.first-failed-at": at.isoformat(),
        "dlq.replays": "0",
    }
    return Outgoing(
        event_id=derived_id(record.coordinate, "dead", service),
        topic=f"cri.dlq.{service}.restricted.v1" if restricted else f"cri.dlq.{service}.v1",
        key=record.key,
        value=record.value,
        headers=(*record.headers, *((name, text.encode()) for name, text in added.items())),
    )
