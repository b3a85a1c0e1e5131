"""What providers are told is stored as the topic is read, and put back after a restore."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.webdesk import projection
from services.webdesk.acts import OUT_TOPIC
from services.webdesk.handlers import WebDeskReader
from services.webdesk.provider_acts import Person, made
from services.webdesk.work.work import ANSWER
from shared.contracts.inbound import OfferAnswer
from shared.contracts.outbound import Message
from shared.delivery.records import Record
from shared.delivery.take_in.take_in import take_in
from tests.examples.checkpoints import open_checkpoints
from tests.examples.provider import (
    AT,
    CONTACT,
    ENGAGEMENT,
    MADE,
    NOBLE,
    OFFER,
    OPENED,
    answered,
    record,
    told,
)

Pool = asyncpg.Pool
LIFE = [
    told("offer_made", 1),
    told("offer_changed", 2),
    told("clock_moved", 3),
    told("engagement_opened", 4),
    told("engagement_affected", 5),
]
READABLE = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    " AND has_table_privilege(quote_ident(tablename), 'SELECT')"
)
"""The tables that the service itself may read."""
ACCEPTANCE = OfferAnswer(offer_id=OFFER, answer="accept", note="canary")
DECLINE = OfferAnswer(offer_id=OFFER, answer="decline", reason_code="timing")


@pytest.fixture(autouse=True)
async def checkpoints(pool: "Pool[Any]") -> None:
    await open_checkpoints(pool, [OUT_TOPIC])


async def read(pool: "Pool[Any]", records: Sequence[Record]) -> None:
    await take_in(pool, WebDeskReader(), list(records), service="webdesk")


def records(messages: Sequence[Message], *, begin: int = 0) -> list[Record]:
    return [record(message, offset) for offset, message in enumerate(messages, begin)]


async def stored(pool: "Pool[Any]") -> list[tuple[Any, ...]]:
    rows = [
        *await pool.fetch("SELECT to_jsonb(o) - 'changed_at' FROM offers o"),
        *await pool.fetch("SELECT to_jsonb(e) - 'changed_at' FROM engagements e"),
    ]
    return [tuple(row) for row in rows]


async def act(pool: "Pool[Any]", data: OfferAnswer = ACCEPTANCE) -> str:
    """Have somebody at the provider answer; return the message's id."""
    done = made(data, Person(NOBLE, CONTACT), token=data.answer, at=AT)
    await projection.restore_acts(pool, [done])
    return done.message_id


async def state_of(pool: "Pool[Any]", message_id: str) -> str:
    state: str = await pool.fetchval(
        "SELECT state FROM provider_acts WHERE message_id = $1", message_id
    )
    return state


@pytest.mark.parametrize("together", [True, False])
async def test_what_a_provider_is_told_is_stored_in_any_batches(
    pool: "Pool[Any]", *, together: bool
) -> None:
    batches = [records(LIFE)] if together else [[each] for each in records(LIFE)]

    for batch in batches:
        await read(pool, batch)

    (offer,) = await pool.fetch("SELECT offer_id, provider, state FROM offers")
    assert tuple(offer) == (OFFER, NOBLE, "accepted")
    (engagement,) = await pool.fetch("SELECT engagement_id, is_stopped FROM engagements")
    assert tuple(engagement) == (ENGAGEMENT, True)


async def test_a_topic_that_is_read_again_changes_nothing(pool: "Pool[Any]") -> None:
    await read(pool, records(LIFE))
    before = await stored(pool)

    await read(pool, records(LIFE, begin=len(LIFE)))

    assert await stored(pool) == before


async def test_no_need_no_note_and_no_contact_is_stored(pool: "Pool[Any]") -> None:
    opened = {**OPENED, "need": {"issue": "canary"}, "contacts": [{"contact_id": "canary"}]}
    messages = [
        told("offer_made", 1, {**MADE, "note": "canary"}),
        told("engagement_opened", 2, opened),
        told("note_stated", 3, {"note": "canary", "about": OFFER}),
    ]
    await read(pool, records(messages))
    await act(pool)

    tables = await pool.fetch(READABLE)
    for (table,) in tables:
        rows = await pool.fetch(f'SELECT to_jsonb(t)::text FROM "{table}" t')
        assert not any("canary" in row[0] for row in rows), table


async def test_the_answer_to_an_act_settles_it_and_its_offer_once(pool: "Pool[Any]") -> None:
    await read(pool, records([told("offer_made", 1)]))
    message_id = await act(pool, DECLINE)

    await read(pool, records([answered("applied", 2, to=message_id)], begin=1))
    await read(pool, records([answered("message_refused", 3, to=message_id)], begin=2))

    assert await state_of(pool, message_id) == "applied"
    assert await pool.fetchval("SELECT state FROM offers") == "declined"


async def test_a_refusal_is_kept_with_its_reasons_and_the_offer_stays_open(
    pool: "Pool[Any]",
) -> None:
    await read(pool, records([told("offer_made", 1)]))
    message_id = await act(pool)

    await read(pool, records([answered("message_refused", 2, to=message_id)], begin=1))

    assert await state_of(pool, message_id) == "refused"
    assert "Too late." in await pool.fetchval("SELECT reasons::text FROM provider_acts")
    assert await pool.fetchval("SELECT state FROM offers") == "open"


async def test_an_offer_and_the_answer_to_it_in_one_batch(pool: "Pool[Any]") -> None:
    """After a restore, both are read again."""
    message_id = await act(pool)

    messages = [told("offer_made", 1), answered("applied", 2, to=message_id)]
    await read(pool, records(messages))

    assert await pool.fetchval("SELECT state FROM offers") == "accepted"


async def test_a_restored_act_is_put_back_once_without_its_words(pool: "Pool[Any]") -> None:
    message_id = await act(pool)
    assert await act(pool) == message_id

    (row,) = await pool.fetch("SELECT kind, about, said::text, sent_at FROM provider_acts")
    assert (row["kind"], row["about"], row["sent_at"]) == (ANSWER, OFFER, AT)
    assert "accept" in row["said"]


async def test_what_has_ended_is_erased_after_its_time_and_what_is_open_stays(
    pool: "Pool[Any]",
) -> None:
    other = {**MADE, "offer_id": f"{OFFER}1"}
    messages = [told("offer_made", 1), told("offer_lapsed", 2), told("offer_made", 3, other)]
    await read(pool, records([*messages, told("engagement_opened", 4)]))
    message_id = await act(pool)
    await pool.execute("UPDATE offers SET state = 'open' WHERE offer_id = $1", f"{OFFER}1")
    old = projection.KEPT + timedelta(seconds=1)
    for table in ("offers", "engagements"):
        await pool.execute(f"UPDATE {table} SET changed_at = now() - $1::interval", old)
    await pool.execute("UPDATE provider_acts SET sent_at = now() - $1::interval", old)

    await projection.sweep_work(pool)

    assert await pool.fetchval("SELECT array_agg(offer_id) FROM offers") == [f"{OFFER}1"]
    assert await pool.fetchval("SELECT count(*) FROM engagements") == 1
    assert await pool.fetchval("SELECT count(*) FROM provider_acts WHERE message_id = $1",
                               message_id) == 0  # fmt: skip
