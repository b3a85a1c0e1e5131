"""The topics that each service reads, and the records there that it has not taken in."""

import re
from collections.abc import Mapping

from continuum.status.observation import Database, Ends, Place, Unread
from services.desk.parse import TOPICS as DESK
from services.intake.app import TOPICS as INTAKE
from services.notifications.parse import TOPICS as NOTIFICATIONS
from services.reporting.app import TOPICS as REPORTING
from services.routing.app import TOPICS as ROUTING
from services.webdesk.acts import TOPICS as WEBDESK

READ_BY: Mapping[str, re.Pattern[str]] = {
    "intake": re.compile(INTAKE),
    "routing": re.compile(ROUTING),
    "notifications": re.compile(NOTIFICATIONS),
    "reporting": re.compile(REPORTING),
    "desk": re.compile(DESK),
    "webdesk": re.compile(WEBDESK),
}


def unread_by(service: str, ends: Ends, database: Database) -> list[Unread]:
    """
    Return the unread records of *service*, by partition.

    A partition without a checkpoint was never read. *ends* must be older than *database*:
    otherwise records taken in between would count as unread.
    """
    checkpoints = {
        Place(row["topic"], row["partition"]): row["next_offset"] for row in database.checkpoints
    }
    found = []
    for place, (begin, end) in sorted(ends.spans.items()):
        if READ_BY[service].search(place.topic):
            at = max(checkpoints.get(place, begin), begin)
            if end > at:
                found.append(Unread(place, end - at, at))
    return found


def missing_partitions(ends: Ends, database: Database) -> list[Place]:
    """Return the partitions with a checkpoint that Kafka does not have, or hides from us."""
    there = {*ends.spans, *ends.without_leader}
    places = (Place(row["topic"], row["partition"]) for row in database.checkpoints)
    return [place for place in places if place not in there]
