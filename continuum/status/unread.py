"""Finds the records that services have not taken in, and since when they wait."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from continuum.access import Access
from continuum.rebuild.log import Log
from continuum.status import databases
from continuum.status.formatting import age, moment
from continuum.status.log_ends import LogEnds, log_ends
from continuum.status.observation import Database, Ends, Unavailable, Unread
from continuum.status.readers import unread_by


async def find_unread(
    ends: LogEnds, spans: Ends, found: Mapping[str, Database | Unavailable]
) -> dict[str, list[Unread]]:
    """Return each service's unread records; *spans* must be older than *found*."""
    unread = {
        service: unread_by(service, spans, own)
        for service, own in found.items()
        if not isinstance(own, Unavailable)
    }
    # One search per service, because services may have different checkpoints in a partition.
    for service, own in unread.items():
        since = await ends.appended_at({each.place: each.next_offset for each in own})
        unread[service] = [replace(each, since=since.get(each.place)) for each in own]
    return unread


async def describe_unread(access: Access, log: Log, *, grace: float) -> list[str]:
    """Return the records unread for longer than *grace* seconds, as lines."""
    async with log_ends(log) as ends:
        spans = ends if isinstance(ends, Unavailable) else await ends.read()
        if isinstance(ends, Unavailable) or isinstance(spans, Unavailable):
            why = ends.why if isinstance(ends, Unavailable) else ""
            return [f"Kafka does not answer: unread records are unknown. {why}".strip()]
        unread = await find_unread(ends, spans, await databases.read(access))
    now = datetime.now(UTC)
    return [
        f"{service} has not taken in {each.records} record(s) of {each.place} from offset"
        f" {each.next_offset} on, since {moment(each.since, now)}"
        for service, own in unread.items()
        for each in own
        if each.since is None or age(each.since, now) > grace
    ]
