"""Drafts on a real Postgres: saved by page, sent once, limited, erased."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.webdesk import store
from services.webdesk.acts import Answer, Sent
from services.webdesk.handlers import WebDeskReader
from services.webdesk.references import new_reference
from services.webdesk.retention import sweeping
from services.webdesk.store import OF_CLIENT, OF_NETWORK
from shared.web.tokens import digest
from tests.examples.databases import texts_in
from tests.examples.retention import sweep
from tests.integration.webdesk.conftest import Time

Pool = asyncpg.Pool
SECRET = digest("browser")
_WAITS = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def begin(
    pool: Any, *, secret: bytes = SECRET, client: str = "a", network: str = "n"
) -> UUID | None:
    return await store.begin_draft(
        pool,
        reference=new_reference(),
        session=secret,
        client=digest(client),
        network=digest(network),
    )


@pytest.fixture
async def draft(pool: "Pool[Any]") -> UUID:
    found = await begin(pool)
    assert found is not None
    return found


async def test_pages_are_saved_one_by_one_and_replaced_as_a_whole(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await store.save_page(pool, draft, "need", {"issue": ["a"], "obstacles": ["b"]})
    await store.save_page(pool, draft, "when", {"level": ["urgent"]})
    await store.save_page(pool, draft, "need", {"issue": ["c"]})

    held = await store.touch_session(pool, SECRET)

    assert held is not None
    assert held.draft_id == draft
    assert held.answers == {"need": {"issue": ["c"]}, "when": {"level": ["urgent"]}}


async def test_each_change_keeps_a_draft_for_thirty_days_more(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await pool.execute("UPDATE drafts SET expires_at = now() + interval '1 hour'")

    await store.save_page(pool, draft, "need", {})

    left = await pool.fetchval("SELECT expires_at - now() FROM drafts")
    assert abs(left - store.KEPT).total_seconds() < 60


async def test_after_thirty_days_nothing_is_left_of_a_draft(
    pool: "Pool[Any]", draft: UUID
) -> None:
    other = await begin(pool, secret=digest("other"))
    await store.save_page(pool, draft, "need", {"issue": ["canary"]})
    await pool.execute("UPDATE drafts SET expires_at = now() WHERE draft_id = $1", draft)

    assert await store.touch_session(pool, SECRET) is None
    await sweep(pool, sweeping(drafts=store.KEPT))

    assert [row["draft_id"] for row in await pool.fetch("SELECT draft_id FROM drafts")] == [other]
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1


async def test_an_idle_session_ends_and_may_be_continued_within_a_day(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await pool.execute("UPDATE sessions SET seen_at = now() - $1::interval", store.IDLE)
    assert await store.touch_session(pool, SECRET) is None

    assert await store.renew_session(pool, SECRET, to=digest("next"))

    assert await store.touch_session(pool, SECRET) is None
    held = await store.touch_session(pool, digest("next"))
    assert held is not None
    assert held.draft_id == draft


async def test_after_a_day_a_session_is_over(pool: "Pool[Any]", draft: UUID) -> None:
    await pool.execute("UPDATE sessions SET started_at = now() - $1::interval", store.LONGEST)

    assert await store.touch_session(pool, SECRET) is None
    assert not await store.renew_session(pool, SECRET, to=digest("next"))
    await store.sweep_sessions(pool)

    assert await pool.fetchval("SELECT count(*) FROM sessions") == 0
    assert await pool.fetchval("SELECT draft_id FROM drafts") == draft


async def test_a_link_opens_a_draft_in_any_browser_until_it_is_replaced(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await store.let_resume(pool, draft, digest("link"))
    assert await store.resume(pool, digest("link"), session=digest("phone"))
    await store.let_resume(pool, draft, digest("link 2"))

    assert not await store.resume(pool, digest("link"), session=digest("thief"))
    assert await store.touch_session(pool, digest("phone")) is not None


async def test_a_draft_is_sent_once_and_then_no_longer_changed(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await store.save_page(pool, draft, "need", {"issue": ["a"]})

    sending = await store.mark_sent(pool, draft)

    assert sending is not None
    assert sending.times_sent == 1
    assert sending.answers == {"need": {"issue": ["a"]}}
    assert await store.mark_sent(pool, draft) is None
    assert not await store.save_page(pool, draft, "need", {"issue": ["b"]})


async def sent(pool: "Pool[Any]", draft: UUID) -> None:
    await store.save_page(pool, draft, "need", {"issue": ["canary"]})
    await store.mark_sent(pool, draft)
    await store.name_messages(pool, draft, contact="m-contact", request="m-request")


async def test_an_accepted_draft_has_its_number_and_nothing_that_was_written(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await sent(pool, draft)

    await store.record_answers(
        pool, [Answer("m-contact", "accepted"), Answer("m-request", "accepted", (), "CRI-1")]
    )

    found = await store.read_draft(pool, draft)
    assert found is not None
    assert (found.state, found.tracking_number, found.answers) == ("accepted", "CRI-1", {})


async def test_a_refused_draft_is_open_again_with_all_reasons_and_its_answers(
    pool: "Pool[Any]", draft: UUID
) -> None:
    await sent(pool, draft)

    await store.record_answers(
        pool,
        [
            Answer("m-contact", "refused", [{"code": "schema"}]),
            Answer("m-request", "refused", [{"code": "unknown_topic"}]),
        ],
    )

    found = await store.read_draft(pool, draft)
    assert found is not None
    assert found.is_open
    assert [each["code"] for each in found.reasons] == ["schema", "unknown_topic"]
    assert found.answers == {"need": {"issue": ["canary"]}}
    again = await store.mark_sent(pool, draft)
    assert again is not None
    assert again.times_sent == 2


@pytest.mark.parametrize("message", ["m-other", "m-request"])
async def test_an_answer_to_another_message_or_the_same_answer_again_changes_nothing(
    pool: "Pool[Any]", draft: UUID, message: str
) -> None:
    await sent(pool, draft)
    await store.record_answers(pool, [Answer("m-request", "accepted", (), "CRI-1")])

    await store.record_answers(pool, [Answer(message, "refused", [{"code": "late"}])])

    found = await store.read_draft(pool, draft)
    assert found is not None
    assert (found.state, list(found.reasons)) == ("accepted", [])


async def test_one_address_begins_only_so_many_drafts_a_day(pool: "Pool[Any]") -> None:
    for number in range(OF_CLIENT):
        assert await begin(pool, secret=digest(f"s{number}"), network=f"n{number}")

    assert await begin(pool, secret=digest("more"), network="elsewhere") is None
    assert await begin(pool, secret=digest("other"), client="b") is not None


async def test_the_limits_hold_for_those_who_begin_at_once(pool: "Pool[Any]") -> None:
    for number in range(OF_CLIENT - 1):
        assert await begin(pool, secret=digest(f"s{number}"), network=f"n{number}")
    async with pool.acquire() as one, pool.acquire() as other, other.transaction():
        async with one.transaction():
            assert await begin(one, secret=digest("last")) is not None
            more = asyncio.create_task(begin(other, secret=digest("more")))
            async with asyncio.timeout(20):
                while not more.done() and not await pool.fetchval(_WAITS):
                    await asyncio.sleep(0.01)  # Postgres tells nobody who waits

        assert await more is None


async def test_one_network_begins_only_so_many_drafts_an_hour(pool: "Pool[Any]") -> None:
    for number in range(OF_NETWORK):
        assert await begin(pool, secret=digest(f"s{number}"), client=f"c{number}")

    assert await begin(pool, secret=digest("more"), client="another") is None
    await pool.execute("UPDATE starts SET started_at = now() - interval '1 hour'")
    assert await begin(pool, secret=digest("later"), client="another") is not None


async def test_a_few_networks_cannot_use_up_what_all_share(
    pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, number in (("OF_ALL", 3), ("FIRST", 2), ("OF_ALL_FIRST", 6)):
        monkeypatch.setattr(store, limit, number)
    networks = ("a", "a", "a", "a", "b", "b", "b", "c", "d")

    begun = [
        await begin(pool, secret=digest(f"s{number}"), client=f"c{number}", network=name)
        for number, name in enumerate(networks)
    ]

    assert [each is not None for each in begun] == [
        True, True, True, False, True, True, False, True, False,
    ]  # fmt: skip


async def test_a_restored_draft_that_was_sent_is_not_sent_again(
    pool: "Pool[Any]", draft: UUID, time: Time
) -> None:
    reference = await pool.fetchval("SELECT reference FROM drafts")
    known = [Sent(reference, "m-1", time()), Sent("WEB-0000000000", "m-2", time())]

    await store.restore_sent(pool, known)

    (row,) = await pool.fetch("SELECT state, times_sent, request_message FROM drafts")
    assert tuple(row) == ("sent", 1, "m-1")
    assert await store.mark_sent(pool, draft) is None


async def test_what_is_written_is_stored_as_json(pool: "Pool[Any]", draft: UUID) -> None:
    text = 'It\'s "quoted" \\ and <b>bold</b>\nünïcode 🙂'
    await store.save_page(pool, draft, "need", {"issue": [text]})

    stored = await pool.fetchval("SELECT answers FROM drafts")

    assert json.loads(stored) == {"need": {"issue": [text]}}


async def test_e37_the_draft_of_a_person_who_is_forgotten_is_erased(
    pool: "Pool[Any]", draft: UUID
) -> None:
    other = await begin(pool, secret=digest("other"))
    await store.save_page(pool, draft, "contact", {"name": ["canary"]})
    reference = await pool.fetchval("SELECT reference FROM drafts WHERE draft_id = $1", draft)

    await store.forget(pool, [reference])

    texts = await texts_in(pool)
    assert [table for table, text in texts.items() if "canary" in text] == []
    assert [row["draft_id"] for row in await pool.fetch("SELECT draft_id FROM drafts")] == [other]


async def test_a_draft_that_was_answered_is_kept_as_long_as_the_setting_says(
    pool: "Pool[Any]", draft: UUID
) -> None:
    reader = WebDeskReader(drafts_kept=timedelta(days=7))
    async with pool.acquire() as connection, connection.transaction():
        await store.mark_sent(connection, draft)
        await store.name_messages(connection, draft, contact="m-1", request="m-2")
        state = await reader.load(connection, [], at=datetime.now(UTC))
        state.answers.append(Answer("m-2", "refused", (), None))

        await reader.save(connection, state)

    left = await pool.fetchval("SELECT expires_at - now() FROM drafts")
    assert timedelta(days=6) < left <= timedelta(days=7)
