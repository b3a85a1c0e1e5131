"""One mail a day, on a real Postgres: what waits for it, and that it is made once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifications.mail import gauges
from services.notifications.mail.digests import make_digest
from shared.contracts.event import Event
from shared.contracts.tracking import tracking_number
from shared.postgres.statements import load_statements
from shared.process import metrics
from tests.examples.facts import DECISION, PROVIDER, made, opened, state
from tests.integration.notifications.conftest import World, kinds
from tests.integration.notifications.mail_servers import Handler, hang_up
from tests.integration.notifications.test_mail_hours import in_denver, work_at
from tests.integration.notifications.test_mails import ADDRESS, showing, states, told

TUESDAY = datetime(2026, 3, 3, 20, tzinfo=UTC)
"""13:00 in Denver."""
WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)
"""08:00 there."""
REQUESTS = [tracking_number(2026, n) for n in (1, 2, 3)]


async def let_it_be_eight(world: World) -> None:
    await world.pool.execute("UPDATE mails SET due_at = now() WHERE digest_at IS NOT NULL")


def waits(number: str) -> dict[str, Any]:
    return state("waiting", number, reason="no_capacity", decision=DECISION)


def five_changes_of_three_requests(world: World) -> Sequence[Event]:
    log = world.log
    first, second, third = REQUESTS
    return (
        log.registered(PROVIDER, "provider", "IACP", offset=1),
        *(log.accepted(n, offset=at, reference_version=1) for at, n in enumerate(REQUESTS, 10)),
        log.contact(email=ADDRESS),
        *(log.routed("request_triaged", state("triaged", n, decision=DECISION)) for n in REQUESTS),
        log.routed("request_waitlisted", waits(first)),
        log.routed("offer_made", made(first)),
        log.routed("offer_made", made(second)),
        log.routed("engagement_opened", opened(second, need_stated=False)),
        log.routed("request_waitlisted", waits(third)),
    )


async def of_tuesday(world: World) -> None:
    """Take in what is told on Wednesday."""
    changes = five_changes_of_three_requests(world)
    await world.take_in(*changes, in_denver(world, status="daily"))
    assert (await work_at(world, TUESDAY)).kept == []


async def reasons(world: World) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for event in await told(world):
        because = event["data"].get("because")
        found[because] = found.get(because, 0) + 1
    return found


async def test_e17_one_mail_tells_the_day_before(mailing: World) -> None:
    await of_tuesday(mailing)
    due = await mailing.pool.fetch(
        "SELECT digest_at, due_at - now() AS left FROM mails WHERE state = 'prepared'"
    )
    assert len(due) == 3
    assert {row["digest_at"] for row in due} == {WEDNESDAY}
    assert all(abs(row["left"] - timedelta(hours=19)) < timedelta(minutes=1) for row in due)
    await let_it_be_eight(mailing)

    handler = await work_at(mailing, WEDNESDAY)

    (kept,) = handler.kept
    assert kept.rcpt_tos == [ADDRESS]
    text = str(kept.content)
    assert "Subject: What is new: 3 requests" in text
    assert all(number in text for number in REQUESTS)
    assert await reasons(mailing) == {None: 1, "overtaken": 2, "told_together": 3}


async def test_e17_each_notice_says_which_mail_told_it_and_that_mail_when(mailing: World) -> None:
    await of_tuesday(mailing)
    await let_it_be_eight(mailing)
    await work_at(mailing, WEDNESDAY)

    events = await told(mailing)

    notices = load_statements("continuum")["read_notices"]
    mailed = [
        mail
        for number in REQUESTS
        for row in await mailing.pool.fetch(notices, number)
        for mail in row["mails"]
    ]
    assert mailed.count("c-1: in a digest, accepted") == 3
    assert mailed.count("c-1: cancelled") == 2
    (delivered,) = [e for e in events if kinds([e]) == ["notifications.notice_delivered"]]
    together = {e["data"].get("together_with") for e in events if "because" in e["data"]}
    assert together == {None, delivered["data"]["mail"]}
    assert delivered["time"].startswith("2026-03-04T15:0")


async def test_e17_where_nothing_has_changed_nothing_is_sent_or_written(mailing: World) -> None:
    await of_tuesday(mailing)
    await let_it_be_eight(mailing)
    await work_at(mailing, WEDNESDAY)
    before = len(await told(mailing))

    handler = await work_at(mailing, WEDNESDAY + timedelta(days=1))

    assert handler.kept == []
    assert len(await told(mailing)) == before


async def test_e17_none_of_anothers_requests(mailing: World) -> None:
    log, desk = mailing.log, "desk@provider.example"
    daily = {"status": "daily"}
    await mailing.take_in(
        log.contact(participant=PROVIDER, offset=3, email=desk),
        log.preference(participant=PROVIDER, offset=4, zone="America/Denver", kinds=daily),
    )
    changes = five_changes_of_three_requests(mailing)
    await mailing.take_in(*changes, in_denver(mailing, status="daily"))
    await work_at(mailing, TUESDAY)
    await let_it_be_eight(mailing)

    handler = await work_at(mailing, WEDNESDAY)

    digests: dict[Any, str] = {kept.rcpt_tos[0]: str(kept.content) for kept in handler.kept}
    assert [number for number in REQUESTS if number in digests[desk]] == [REQUESTS[1]]
    assert "your work begins" in digests[desk]
    assert "your work begins" not in digests[ADDRESS]


async def test_e18_a_digest_that_was_cut_off_is_unknown_and_not_made_again(mailing: World) -> None:
    await of_tuesday(mailing)
    await let_it_be_eight(mailing)

    handler = await work_at(mailing, WEDNESDAY, Handler(after_data=hang_up))
    await work_at(mailing, WEDNESDAY, handler)

    assert len(handler.kept) == 1
    assert {state for state, _ in await states(mailing)} == {"cancelled", "outcome_unknown"}
    await gauges.show(mailing.pool)
    value, labels = metrics.REGISTRY.get_sample_value, {"service": "notifications"}
    assert value("cri_mails_unknown", labels) == 1
    assert value("cri_digests_total", {**labels, "outcome": "outcome_unknown"}) is None

    await mailing.pool.execute("UPDATE mails SET state = 'dropped' WHERE kind = 'digest'")
    await gauges.show(mailing.pool)
    assert value("cri_digests_total", {**labels, "outcome": "dropped"}) == 1


async def test_e18_two_processes_make_one_digest(mailing: World) -> None:
    await of_tuesday(mailing)
    await let_it_be_eight(mailing)

    clock = showing(WEDNESDAY)
    outcomes = await asyncio.gather(*(make_digest(mailing.pool, clock) for _ in range(2)))
    handler = await work_at(mailing, WEDNESDAY)

    assert sorted(outcomes) == [False, True]
    assert len(handler.kept) == 1


async def test_e18_what_comes_too_late_for_a_digest_waits_for_the_next_one(mailing: World) -> None:
    await of_tuesday(mailing)
    late = await mailing.pool.fetchval(
        "SELECT mail_id FROM mails WHERE about = $1 ORDER BY number LIMIT 1", REQUESTS[2]
    )
    await let_it_be_eight(mailing)
    await mailing.pool.execute(
        "UPDATE mails SET due_at = now() + interval '1 minute' WHERE mail_id = $1", late
    )
    handler = await work_at(mailing, WEDNESDAY)
    await let_it_be_eight(mailing)

    await work_at(mailing, WEDNESDAY + timedelta(minutes=1), handler)

    assert len(handler.kept) == 1
    thursday = await mailing.pool.fetchval("SELECT digest_at FROM mails WHERE mail_id = $1", late)
    assert thursday == WEDNESDAY + timedelta(days=1)


async def test_what_must_be_sent_is_sent_by_itself(mailing: World) -> None:
    await of_tuesday(mailing)
    closed = mailing.log.routed(
        "request_withdrawn", state("withdrawn", REQUESTS[2], before="waiting")
    )
    await mailing.take_in(closed)

    handler = await work_at(mailing, TUESDAY)
    await let_it_be_eight(mailing)
    await work_at(mailing, WEDNESDAY, handler)

    first, second = (str(kept.content) for kept in handler.kept)
    assert "the request was withdrawn" in first
    assert "What is new: 2 requests" in second
