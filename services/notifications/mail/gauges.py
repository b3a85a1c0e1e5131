"""Metrics of mail, from rows: every process shows the same values."""

from typing import Any

from asyncpg import Pool

from services.notifications.mail import mails, reach, settlements
from services.notifications.subscriptions import store
from services.notifications.subscriptions.subscriber import ASKED, CONFIRMED
from shared.business_clock import REAL_TIME, BusinessClock
from shared.process import metrics

_WAITING = frozenset({"prepared", "sending", "try_later"})
_UNKNOWN = "outcome_unknown"
_NOT_ENDED = _WAITING | {_UNKNOWN}
"""The states that a mail leaves again: a counter of them could decrease."""


async def show(pool: "Pool[Any]", *, clock: BusinessClock = REAL_TIME) -> None:
    """Set the metrics from the database. Raises Postgres and network errors unchanged."""
    async with pool.acquire() as connection:
        counted = await mails.count_mails(connection)
        digests = await mails.count_digests(connection)
        longest = await mails.read_longest_wait(connection)
        settled = await settlements.count_settlements(connection)
        unreached = await reach.read_unreached(connection)
        at = clock.at(await mails.read_now(connection))
        subscribed = await store.count_subscriptions(connection)
    unknown = sum(each.mails for each in counted if each.state == _UNKNOWN)
    ended: dict[tuple[str, ...], float] = {}
    for each in counted:
        if each.state not in _NOT_ENDED:
            state = "refused_by_policy" if each.is_refused_by_policy else each.state
            ended[(state,)] = ended.get((state,), 0) + each.mails
    waiting = sum(each.mails for each in counted if each.state in _WAITING)
    late = sum(reach.is_late(clock.at(since), at=at) for since in unreached)
    metrics.MAILS.show("notifications", ended)
    metrics.DIGESTS.show("notifications", {(state,): n for state, n in digests.items()})
    metrics.MAILS_SETTLED.show("notifications", {(how,): n for how, n in settled.items()})
    metrics.PARTICIPANTS_UNREACHED.labels("notifications").set(len(unreached))
    metrics.UNREACHED_LATE.labels("notifications").set(late)
    for state in (ASKED, CONFIRMED):
        metrics.SUBSCRIPTIONS.labels("notifications", state).set(subscribed.get(state, 0))
    metrics.MAILS_UNKNOWN.labels("notifications").set(unknown)
    metrics.MAILS_WAITING.labels("notifications").set(waiting)
    metrics.MAIL_WAITS.labels("notifications").set(longest)
