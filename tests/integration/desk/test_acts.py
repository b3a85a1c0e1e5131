"""Acts of people: sent once, answered, and put back after a restore."""

import json
from datetime import timedelta
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from services.desk import gauges, store
from services.desk.acts import IN_TOPIC, OUT_TOPIC, Act
from services.desk.handlers import DeskReader
from services.desk.projection import FILE_KEPT
from services.desk.restore import Restore
from services.desk.retention import sweeping
from services.desk.sending import send
from shared.business_clock import REAL_TIME
from shared.contracts import inbound, intake
from shared.contracts.event import derived_id
from shared.contracts.tracking import tracking_number
from shared.postgres.pool import LIMITS
from shared.process import metrics
from tests.conftest import Database
from tests.examples import facts
from tests.examples.databases import texts_in
from tests.examples.outboxes import events_in, outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.examples.retention import sweep
from tests.examples.streams import START
from tests.integration.desk.conftest import Log, opened

NUMBER = tracking_number(2026, 1)
REASON = {"code": "not_referred", "path": "/tracking_number", "message": "No.", "fix": "Look."}


def direction(token: str = "form-1", *, item_id: str | None = None) -> Act:
    data = inbound.Direction(tracking_number=NUMBER, action="route", reason="agency_called")
    return Act(data, token, item_id)


def answer(message_id: str, kind: str, data: dict[str, Any]) -> tuple[str, bytes]:
    message = {
        "id": derived_id("told", kind, message_id),
        "type": f"gov.cri.{kind}.v1",
        "subject": NUMBER,
        "time": START.isoformat(),
        "correlationid": "c",
        "causationid": "c",
        "inreplytoid": message_id,
        "data": data,
    }
    return OUT_TOPIC, json.dumps(message).encode()


async def act(pool: "asyncpg.Pool[Any]", what: Act, actor: str) -> str:
    async with pool.acquire() as connection, connection.transaction():
        return await send(connection, what, actor=actor)


async def test_two_clicks_are_one_message(log: Log) -> None:
    first = await act(log.pool, direction(item_id="referred:1"), "staff:a")
    second = await act(log.pool, direction(item_id="referred:1"), "staff:a")

    assert first == second
    (message,) = await events_in(log.pool, IN_TOPIC)
    assert (message["id"], message["actor"]) == (first, "staff:a")
    (state,) = await store.read_acts(log.pool, NUMBER)
    assert (state.kind, state.item_id, state.reason) == (
        "request.direct", "referred:1", "agency_called",
    )  # fmt: skip
    assert state.answer is None


async def test_metrics_show_how_long_the_oldest_act_has_waited(log: Log) -> None:
    async def shown() -> float | None:
        await gauges.show(log.pool, clock=REAL_TIME)
        name, labels = "cri_act_oldest_unanswered_seconds", {"service": "desk"}
        return metrics.REGISTRY.get_sample_value(name, labels)

    assert await shown() == 0

    first = await act(log.pool, direction("form-1"), "staff:a")
    second = await act(log.pool, direction("form-2"), "staff:a")
    aged = "UPDATE acts SET sent_at = now() - $2::interval WHERE message_id = $1"
    await log.pool.execute(aged, first, timedelta(minutes=5))
    assert (await shown() or 0) >= 300

    applied = {"what": "request.direct", "about": NUMBER}
    await log.take_in([answer(first, "message.applied", applied)])
    assert (await shown() or 0) < 300

    await log.pool.execute(aged, second, timedelta(days=3))  # never answered any more
    assert await shown() == 0


async def test_messages_about_one_subject_are_numbered(log: Log) -> None:
    await act(log.pool, direction("form-1"), "staff:a")
    await act(log.pool, direction("form-2"), "staff:b")

    numbers = [int(each["sequence"]) for each in await events_in(log.pool, IN_TOPIC)]
    assert numbers == [1, 2]


async def test_e31_two_at_once(log: Log) -> None:
    of_b = await act(log.pool, direction("form-b"), "staff:b")
    of_a = await act(log.pool, direction("form-a"), "staff:a")

    await log.take_in(
        [
            answer(of_b, "message.applied", {"what": "request.direct", "about": NUMBER}),
            answer(of_a, "message.refused", {"refused_by": "routing", "reasons": [REASON]}),
        ]
    )

    applied, refused = (
        await store.read_act(log.pool, of_b),
        await store.read_act(log.pool, of_a),
    )
    assert applied is not None
    assert refused is not None
    assert (applied.answer, applied.reasons) == ("applied", [])
    assert (refused.answer, refused.reasons) == ("refused", [REASON])


async def test_the_first_answer_stays_and_others_messages_change_nothing(log: Log) -> None:
    sent = await act(log.pool, direction(), "staff:a")

    await log.take_in(
        [
            answer(sent, "message.applied", {}),
            answer(sent, "message.refused", {"reasons": [REASON]}),
            answer("m-9", "message.applied", {}),
        ]
    )
    await log.take_in([answer(sent, "message.refused", {"reasons": [REASON]})])

    state = await store.read_act(log.pool, sent)
    assert state is not None
    assert state.answer == "applied"
    assert await log.pool.fetchval("SELECT count(*) FROM acts") == 1


async def test_words_are_in_the_message_alone(log: Log) -> None:
    data = inbound.EngagementEnding(
        engagement_id=f"{NUMBER}-E1",
        reason="provider_lost",
        then="refer",
        words_for_requester="canary",
    )

    await act(log.pool, Act(data, "form-1"), "staff:a")

    (message,) = await events_in(log.pool, IN_TOPIC)
    assert message["data"]["words_for_requester"] == "canary"
    assert "canary" not in str(await log.pool.fetch("SELECT * FROM acts"))


async def test_acts_after_the_dump_are_put_back_from_the_own_topic(
    stack: Stack, database: Database
) -> None:
    dsn = await database("desk")
    async with await opened(dsn) as pool:
        before = await act(pool, direction("form-1"), "staff:a")
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="desk") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lived,
        asyncpg.create_pool(dump, min_size=1, max_size=2, server_settings=LIMITS) as restored,
    ):
        after = await act(lived, direction("form-2"), "staff:b")
        await announce(restored, await outbox_of(lived), at=START)

        await catch_up(restored, Restore(), [], service="desk")

        acts = await store.read_acts(restored, NUMBER)
        assert [each.message_id for each in acts] == [before, after]
        again = await act(restored, direction("form-3"), "staff:a")
        (message,) = await events_in(restored, IN_TOPIC)
        assert (message["id"], int(message["sequence"])) == (again, 3)


async def test_e33_a_case_file_is_for_the_person_who_opened_it_and_for_minutes(log: Log) -> None:
    await store.begin_case_file(
        log.pool, message_id="m-1", tracking_number=NUMBER, actor="staff:a", purpose="triage"
    )
    asked = await store.read_case_file(log.pool, "m-1", "staff:a")
    assert asked is not None
    assert asked.told is None

    await log.take_in([answer("m-1", "case.told", {"need": {"issue": "canary"}})])

    told = await store.read_case_file(log.pool, "m-1", "staff:a")
    assert told is not None
    assert told.told == {"need": {"issue": "canary"}}
    assert await store.read_case_file(log.pool, "m-1", "staff:b") is None
    left = await log.pool.fetchval("SELECT until - now() FROM case_files")
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    await sweep(log.pool, sweeping(case_files=FILE_KEPT))
    assert await store.read_case_file(log.pool, "m-1", "staff:a") == told

    await log.pool.execute("UPDATE case_files SET until = now()")
    assert await store.read_case_file(log.pool, "m-1", "staff:a") is None
    await sweep(log.pool, sweeping(case_files=FILE_KEPT))
    assert await log.pool.fetchval("SELECT count(*) FROM case_files") == 0


async def test_a_file_that_nobody_asked_for_is_not_kept(log: Log) -> None:
    await log.take_in([answer("m-1", "case.told", {"need": {"issue": "canary"}})])

    assert await log.pool.fetchval("SELECT count(*) FROM case_files") == 0


async def test_e37_the_file_of_a_contact_that_is_forgotten_is_erased_at_once(log: Log) -> None:
    about = {"tracking_number": NUMBER, "actor": "staff:a", "purpose": "call"}
    for message_id in ("m-1", "m-2"):
        await store.begin_case_file(log.pool, message_id=message_id, **about)
    named = {"contacts": [{"contact_id": "c-1", "name": "canary"}]}
    other = {"contacts": [{"contact_id": "c-2", "name": "another"}]}
    await log.take_in([answer("m-1", "case.told", named), answer("m-2", "case.told", other)])

    await log.take_in([(intake.TOPIC, facts.Log().forgotten("c-1", up_to=1))])

    texts = await texts_in(log.pool)
    assert [table for table, text in texts.items() if "canary" in text] == []
    assert "another" in texts["case_files"]


async def test_a_case_file_is_kept_for_less_time_if_a_setting_says_so(log: Log) -> None:
    short = Log(log.pool, reader=DeskReader(files_kept=timedelta(minutes=5)))
    await store.begin_case_file(
        log.pool, message_id="m-1", tracking_number=NUMBER, actor="staff:a", purpose="triage"
    )

    await short.take_in([answer("m-1", "case.told", {"need": {"issue": "canary"}})])

    left = await log.pool.fetchval("SELECT until - now() FROM case_files")
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)


async def test_a_case_file_that_nobody_answers_goes_after_a_day(log: Log) -> None:
    for number, asked in enumerate(("1 day", "23 hours")):
        await store.begin_case_file(
            log.pool,
            message_id=f"m-{number}",
            tracking_number=NUMBER,
            actor="staff:a",
            purpose="triage",
        )
        await log.pool.execute(
            "UPDATE case_files SET asked_at = now() - $2::text::interval WHERE message_id = $1",
            f"m-{number}",
            asked,
        )

    await sweep(log.pool, sweeping(case_files=FILE_KEPT))

    assert await log.pool.fetchval("SELECT array_agg(message_id) FROM case_files") == ["m-1"]
