"""
Stores what providers without a system are told, and the answers to what they did.

Each statement is ``sql/<function>.sql``; `services.webdesk.work` computes the rows.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple
from datetime import timedelta
from typing import Any

from asyncpg import Pool

from services.webdesk.acts import Answer
from services.webdesk.provider_acts import MadeAct
from services.webdesk.work.engagements import Engagement
from services.webdesk.work.offers import Offer
from services.webdesk.work.work import APPLIED, REFUSED, SentAct, Work
from shared.contracts.tracking import tracking_number_in
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
KEPT = timedelta(days=400)
"""How long offers and engagements are kept after they end, and acts after they were sent."""
SESSION_LASTS = timedelta(hours=12)
"""How long a session of somebody at a provider lasts at most."""
_SWEPT_EVERY = timedelta(hours=1)


async def load_work(
    connection: "Connection[Any]", numbers: Iterable[str], message_ids: Collection[str]
) -> Work:
    """Lock and return what is stored of these requests, and of the acts with these messages."""
    acts = await _read_unanswered_acts(connection, message_ids) if message_ids else []
    of_acts = (tracking_number_in(act.about) for act in acts)
    requests = sorted({*numbers, *(number for number in of_acts if number is not None)})
    work = Work(acts={act.message_id: act for act in acts})
    if requests:
        for offer in await connection.fetch(_SQL["read_offers_of_requests"], requests):
            work.offers[offer["offer_id"]] = offer_in(offer)
        for row in await connection.fetch(_SQL["read_engagements_of_requests"], requests):
            work.engagements[row["engagement_id"]] = engagement_in(row)
    return work


async def save_work(connection: "Connection[Any]", work: Work) -> None:
    """Store what a batch has changed, in key order."""
    if work.changed_offers:
        offers = [_row(work.offers[each]) for each in sorted(work.changed_offers)]
        await connection.execute(_SQL["save_offers"], *_columns(offers))
    if work.changed_engagements:
        rows = [_row(work.engagements[each]) for each in sorted(work.changed_engagements)]
        await connection.execute(_SQL["save_engagements"], *_columns(rows))


async def record_act_answers(connection: "Connection[Any]", answers: Collection[Answer]) -> None:
    """Note the first answer to each act; answers to other messages change nothing."""
    rows = [
        (
            each.message_id,
            REFUSED if each.state == "refused" else APPLIED,
            json.dumps(list(each.reasons)),
        )
        for each in answers
    ]
    await connection.execute(_SQL["record_act_answers"], *_columns(rows))


async def restore_acts(connection: Any, acts: Collection[MadeAct]) -> None:
    """Put back acts that a restored database does not know."""
    await connection.execute(_SQL["restore_acts"], *_columns([_row(act) for act in acts]))


async def sweep_work(pool: "Pool[Any]") -> timedelta:
    """Erase what has ended long ago; return the time until the next sweep."""
    await pool.execute(_SQL["sweep_work"], KEPT, SESSION_LASTS)
    return _SWEPT_EVERY


def offer_in(row: Any) -> Offer:
    """Return the offer in a *row* of ``offers``."""
    return Offer(**{**row, "told": json.loads(row["told"])})


def engagement_in(row: Any) -> Engagement:
    """Return the engagement in a *row* of ``engagements``."""
    milestones = tuple(json.loads(row["milestones"]))
    return Engagement(**{**row, "told": json.loads(row["told"]), "milestones": milestones})


async def _read_unanswered_acts(
    connection: "Connection[Any]", message_ids: Collection[str]
) -> list[SentAct]:
    rows = await connection.fetch(_SQL["read_unanswered_acts"], sorted(message_ids))
    return [SentAct(**{**row, "said": json.loads(row["said"])}) for row in rows]


def _row(each: Offer | Engagement | MadeAct) -> tuple[Any, ...]:
    values = each if isinstance(each, tuple) else astuple(each)
    return tuple(json.dumps(one) if isinstance(one, dict | tuple) else one for one in values)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
