"""Metrics of mail, from rows: every process shows the same values."""

from typing import Any

from asyncpg import Pool

from services.notifications.mail import mails
from shared.process import metrics

_WAITING = frozenset({"prepared", "sending", "try_later"})


async def show(pool: "Pool[Any]") -> None:
    """Set the metrics from the database. Raises Postgres and network errors unchanged."""
    async with pool.acquire() as connection:
        counted = await mails.count_mails(connection)
        digests = await mails.count_digests(connection)
        longest = await mails.read_longest_wait(connection)
    ended: dict[tuple[str, ...], float] = {}
    for each in counted:
        if each.state not in _WAITING:
            state = "refused_by_policy" if each.is_refused_by_policy else each.state
            ended[(state,)] = ended.get((state,), 0) + each.mails
    waiting = sum(each.mails for each in counted if each.state in _WAITING)
    metrics.MAILS.show("notifications", ended)
    metrics.DIGESTS.show("notifications", {(state,): n for state, n in digests.items()})
    metrics.MAILS_WAITING.labels("notifications").set(waiting)
    metrics.MAIL_WAITS.labels("notifications").set(longest)
