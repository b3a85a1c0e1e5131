"""After a restore, nothing of publication is told or published twice, and nothing is lost."""

import json
from datetime import UTC, datetime

import pytest

from services.reporting.restore import Restore
from shared.contracts import intake, reporting, routing
from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.reporting import RELEASES_TOPIC, TEXTS_TOPIC
from tests.examples.outboxes import events_in, outbox_of
from tests.examples.publications import APPROVER, DRAFTER, OTHER, REPORT
from tests.examples.restored import announce, catch_up, cut
from tests.examples.streams import START
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.engagements import routed
from tests.integration.reporting.test_publication import Writer, begun, on, publication, publish


async def test_e77_a_restored_database_does_not_tell_it_again(lives: tuple[Log, Log]) -> None:
    lived, dump = lives
    await lived.take_in(Writer().says("plan"))
    day = datetime(2027, 5, 1, 16, tzinfo=UTC)
    await on(day).tell(lived.pool)
    await announce(dump.pool, await outbox_of(lived.pool), at=START)

    await catch_up(dump.pool, Restore(), [lived.records], service="reporting")
    await on(day).tell(dump.pool)

    assert await outbox_of(dump.pool) == []


@pytest.mark.parametrize("seed", range(6))
async def test_after_a_restore_nothing_is_published_twice_and_nothing_is_lost(
    lives: tuple[Log, Log], seed: int
) -> None:
    lived, dump = lives
    writer = Writer()
    await lived.take_in(begun(writer))
    await publish(lived, writer)
    await lived.take_in(writer.says("correct", actor=APPROVER))
    await lived.take_in(writer.says("approve_correction", actor=OTHER))
    on_topic = cut(await outbox_of(lived.pool), seed=seed)
    await announce(dump.pool, on_topic, at=START)

    records = [each for each in lived.records if each.topic in (intake.TOPIC, DRAFTS_TOPIC)]
    await catch_up(dump.pool, Restore(), [records], service="reporting")

    left = await outbox_of(dump.pool)
    for topic in (RELEASES_TOPIC, reporting.TOPIC):
        every = [json.loads(row["value"]) for row in (*on_topic, *left) if row["topic"] == topic]
        once = await events_in(lived.pool, topic)
        assert sorted(each["id"] for each in every) == sorted(each["id"] for each in once)
    restored, expected = await publication(dump.pool), await publication(lived.pool)
    assert restored is not None
    assert expected is not None
    assert restored.site == expected.site
    was, now = expected.reports[REPORT].published, restored.reports[REPORT].published
    assert was is not None
    assert now is not None
    assert now.body == was.body


async def test_after_a_restore_no_text_is_told_twice_and_their_numbers_go_on(
    lives: tuple[Log, Log],
) -> None:
    lived, dump = lives
    writer = Writer()
    await lived.take_in(begun(writer))
    await lived.take_in([*writer.says("read"), *writer.says("read")])
    await lived.take_in(writer.says("return", actor=APPROVER))
    # The texts themselves are kept for a day.
    on_log = [row for row in await outbox_of(lived.pool) if row["topic"] != TEXTS_TOPIC]
    await announce(dump.pool, on_log, at=START)

    await catch_up(dump.pool, Restore(), [lived.records], service="reporting")

    assert await outbox_of(dump.pool) == []
    dump._ends = lived._ends
    await dump.take_in(writer.says("draft", version=2, actor=DRAFTER))
    await dump.take_in(writer.says("read", version=2))
    (told,) = await events_in(dump.pool, TEXTS_TOPIC)
    assert int(told["sequence"]) == 4


async def test_a_restore_of_all_that_was_published_publishes_nothing(
    lives: tuple[Log, Log],
) -> None:
    lived, dump = lives
    writer = Writer()
    await lived.take_in(begun(writer))
    await publish(lived, writer)
    lived._ends[routing.TOPIC] = 1  # after the engagement's opening
    await lived.take_in([routed("engagement_closed", 2, reason="completed")])
    await announce(dump.pool, await outbox_of(lived.pool), at=START)

    await catch_up(dump.pool, Restore(), [lived.records], service="reporting")

    assert await outbox_of(dump.pool) == []
    restored = await publication(dump.pool)
    assert restored is not None
    assert restored.site.status == "ended"
    lived_on = await publication(lived.pool)
    assert lived_on is not None
    was, now = lived_on.reports[REPORT].published, restored.reports[REPORT].published
    assert was is not None
    assert now is not None
    assert now.reply_due_at == was.reply_due_at is not None


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("before", ["publication_plan", "publication_approve", "nothing"])
async def test_after_a_restore_a_site_has_ended_once_whenever_its_end_is_taken_in_again(
    lives: tuple[Log, Log], before: str, *, is_told: bool
) -> None:
    lived, dump = lives
    writer = Writer()
    await lived.take_in(begun(writer))
    await publish(lived, writer)
    without_end = await outbox_of(lived.pool)
    records = list(lived.records)
    lived._ends[routing.TOPIC] = 1  # after the engagement's opening
    await lived.take_in([routed("engagement_closed", 2, reason="completed")])
    on_log = await outbox_of(lived.pool) if is_told else without_end
    await announce(dump.pool, on_log, at=START)
    found = (n for n, each in enumerate(records) if f".{before}_".encode() in (each.value or b""))
    place = next(found, len(records))

    batches = [records[:place], lived.records[-1:], records[place:]]
    await catch_up(dump.pool, Restore(), [each for each in batches if each], service="reporting")

    restored = await publication(dump.pool)
    assert restored is not None
    assert restored.site.status == "ended"
    left = await outbox_of(dump.pool)
    assert [row["value"] for row in (*on_log, *left)] == [
        row["value"] for row in await outbox_of(lived.pool)
    ]
    kept = "SELECT slug, number, value::text FROM site_events ORDER BY number"
    assert await dump.pool.fetch(kept) == await lived.pool.fetch(kept)
