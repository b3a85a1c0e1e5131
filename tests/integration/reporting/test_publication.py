"""Publication in rows and events: once, whatever comes first."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from services.reporting.publication import store
from services.reporting.publication.late import Lateness
from services.reporting.publication.report import Publication
from shared.business_clock import BusinessClock
from shared.contracts import intake, reporting, routing
from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.event import Event
from shared.contracts.reporting import RELEASES_TOPIC, TEXTS_TOPIC
from tests.examples import publications as example
from tests.examples.assessments import AGENCY, ENGAGEMENT, PROVIDER
from tests.examples.assessments import draft_of as text_of
from tests.examples.assessments import message as recorded
from tests.examples.outboxes import events_in, outbox_of
from tests.examples.publications import APPROVER, DRAFTER, OTHER, REPORT, SLUG
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.engagements import opened, routed

CANARY = "canary-3d71"
Said = Sequence[tuple[str, Event]]
_KINDS = {
    "focus_area_set": ("focus_area.set", "2"),
    "finding_recorded": ("finding.record", "2.1"),
    "recorded": ("recommendation.record", "2.1.1"),
    "claimed": ("recommendation.claim", "2.1.1"),
}


class Writer:
    """Numbers messages about one engagement, and their texts."""

    def __init__(self) -> None:
        self.codes = self.texts = 0

    def records(self, name: str, text: str = "", **changes: Any) -> list[tuple[str, Event]]:
        """Return a message about what is recorded, with its text."""
        self.codes += 1
        event = recorded(name, number=self.codes, **changes)
        if name not in _KINDS:
            return [(intake.TOPIC, event)]
        what, item = _KINDS[name]
        self.texts += 1
        draft = text_of(event, text, item=item, number=self.texts)
        data = draft.data.model_copy(update={"what": what, "version": changes.get("version", 1)})
        draft = draft.model_copy(update={"data": data})
        return [(DRAFTS_TOPIC, draft), (intake.TOPIC, event)]

    def says(
        self, name: str, said_: dict[str, str] | None = None, **changes: Any
    ) -> list[tuple[str, Event]]:
        """Return a message about publication, with its texts."""
        self.codes += 1
        if not example.texts_of(name, **(said_ or {})):
            return [(intake.TOPIC, example.said(name, number=self.codes, **changes))]
        self.texts += 1
        event = example.said(name, number=self.codes, texts=self.texts, **changes)
        draft = example.draft_of(event, name, number=self.texts, **(said_ or {}))
        return [(DRAFTS_TOPIC, draft), (intake.TOPIC, event)]


def begun(writer: Writer, *, finding: str = "Reports are late.") -> list[tuple[str, Event]]:
    """Return what is recorded, the plan, and a draft."""
    return [
        *writer.records("focus_area_set", "Use of force", goal="operations"),
        *writer.records("finding_recorded", finding),
        *writer.records("recorded", "Review them in five days."),
        *writer.records("claimed", "The new policy is in force.", done_on="2026-12-09"),
        *writer.records("proposed", on="2026-12-01"),
        *writer.records("verified", on="2026-12-01"),
        *writer.says("plan"),
        *writer.says("draft", actor=DRAFTER),
    ]


async def publish(log: Log, writer: Writer) -> None:
    """Have the agency check the last draft, and publish it."""
    found = await publication(log.pool)
    assert found is not None
    draft = found.reports[REPORT].draft
    version: dict[str, Any] = {"version": draft.version, "hash": draft.hash}
    await log.take_in(writer.says("checked", **version))
    await log.take_in(writer.says("approve", actor=APPROVER, **version))


async def publication(pool: Any) -> Publication | None:
    async with pool.acquire() as connection, connection.transaction():
        return (await store.lock_publications(connection, [ENGAGEMENT])).get(ENGAGEMENT)


async def public(pool: Any) -> list[dict[str, Any]]:
    return await events_in(pool, RELEASES_TOPIC)


def short(events: Sequence[dict[str, Any]]) -> list[str]:
    return [each["type"].split(".")[3] for each in events]


@pytest.mark.parametrize("together", [True, False])
async def test_a_report_is_drafted_checked_approved_and_published(
    log: Log, *, together: bool
) -> None:
    writer = Writer()
    events: Said = [opened(), *begun(writer)]

    for batch in [events] if together else [[event] for event in events]:
        await log.take_in(batch)
    await publish(log, writer)

    told = await public(log.pool)
    assert short(told) == [
        "site_changed", "publication_planned", "report_published", "site_changed",
    ]  # fmt: skip
    assert {each["subject"] for each in told} == {SLUG}
    assert [int(each["sequence"]) for each in told] == [1, 2, 3, 4]
    assert {each["dataclassification"] for each in told} == {"public"}
    assert not {"actor", "participant", "inreplyto"} & {name for each in told for name in each}
    report = told[2]["data"]
    assert report["fact_check"] == "checked"
    (area,) = report["body"]["focus_areas"]
    assert area["findings"][0]["text"] == "Reports are late."
    assert area["findings"][0]["recommendations"][0]["status"] == "in_progress"
    answered = await events_in(log.pool, reporting.TOPIC)
    assert short(answered)[-6:] == [
        "message_applied", "fact_check_asked", "message_applied", "message_applied",
        "reply_asked", "report_status_changed",
    ]  # fmt: skip
    assert [int(each["sequence"]) for each in answered] == list(range(1, len(answered) + 1))


@pytest.mark.parametrize("seed", range(6))
async def test_a_message_waits_for_its_texts_whatever_comes_first(log: Log, seed: int) -> None:
    writer = Writer()
    events = begun(writer)
    left = {
        "codes": [each for each in events if each[0] == intake.TOPIC],
        "texts": [each for each in events if each[0] == DRAFTS_TOPIC],
    }
    draw = Random(seed)
    await log.take_in([opened()])

    while any(left.values()):
        topic = draw.choice([name for name, waiting in left.items() if waiting])
        await log.take_in([left[topic].pop(0)])

    found = await publication(log.pool)
    assert found is not None
    body = found.reports[REPORT].draft.body
    assert body is not None
    assert (body.focus_areas[0].title, body.focus_areas[0].goal) == ("Use of force", "operations")


async def test_a_duplicate_is_answered_and_published_once(log: Log) -> None:
    writer = Writer()
    plan = writer.says("plan")

    await log.take_in([opened(), *plan, *plan])
    await log.take_in(plan)

    assert short(await public(log.pool)) == ["site_changed", "publication_planned"]
    assert len(await events_in(log.pool, reporting.TOPIC)) == 1


async def test_two_sites_of_one_name_have_two_names_in_addresses(log: Log) -> None:
    other = "CRI-2026-000001-Z-E2"
    first, second = example.said("plan"), example.said("plan", engagement=other)
    openings: Said = [
        opened(),
        (routing.TOPIC, opened(engagement_id=other)[1].model_copy(update={
            "sequence": "00000000000000000002", "id": "02e368eb-728c-5292-92c0-86e2b3ece2cd",
        })),
    ]  # fmt: skip

    await log.take_in([*openings, (intake.TOPIC, first), (intake.TOPIC, second)])

    announced = [each for each in await public(log.pool) if "agency" in each["data"]]
    assert [each["data"]["slug"] for each in announced] == [SLUG, f"{SLUG}-2"]


async def test_the_end_of_the_engagement_is_public_once(log: Log) -> None:
    writer = Writer()
    closed = routed("engagement_closed", 2, reason="completed")
    await log.take_in([opened(), *writer.says("plan")])

    await log.take_in([closed])
    await log.take_in([closed])

    *_, told = await public(log.pool)
    assert short(await public(log.pool)).count("site_changed") == 2
    assert (told["data"]["status"], "ended_on" in told["data"]) == ("ended", True)


async def test_an_engagement_that_is_not_announced_ends_in_silence(log: Log) -> None:
    await log.take_in([opened(), routed("engagement_closed", 2, reason="completed")])

    assert await public(log.pool) == []


async def test_e74_who_drafted_a_report_verifies_no_status(log: Log) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer)])
    await log.take_in(writer.says("draft", version=2, participant="program-office", actor=OTHER))
    await log.take_in(writer.records("proposed", status="complete", on="2026-12-12"))
    await log.take_in(writer.records("verified", status="complete", on="2026-12-12", actor=OTHER))

    *_, refused = await events_in(log.pool, reporting.TOPIC)
    assert refused["data"]["reasons"][0]["code"] == "second_person_needed"


async def test_e80_a_draft_is_nowhere_in_public_also_after_another_version(log: Log) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer, finding=CANARY)])
    await log.take_in(writer.says("return"))
    await log.take_in(writer.records("finding_recorded", "Reports are late.", version=2))
    await log.take_in(writer.says("draft", version=2, actor=DRAFTER))
    await publish(log, writer)

    told = await public(log.pool)
    assert short(told).count("report_published") == 1
    assert CANARY not in json.dumps(told)
    assert CANARY not in json.dumps(await events_in(log.pool, reporting.TOPIC))
    tables = await log.pool.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE'"
    )
    holding = [
        name
        for (name,) in tables
        if await log.pool.fetchval(
            f"SELECT exists(SELECT FROM {name} AS kept WHERE kept::text LIKE '%{CANARY}%')"
        )
    ]
    assert holding == ["drafts"]


async def test_e80_a_draft_is_told_to_the_agency_that_may_check_it_and_to_nobody_else(
    log: Log,
) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer, finding=CANARY)])

    await log.take_in([*writer.says("read"), *writer.says("read", participant=PROVIDER)])

    (told,) = await events_in(log.pool, TEXTS_TOPIC)
    assert (told["subject"], int(told["sequence"])) == (ENGAGEMENT, 1)
    assert (told["participant"], told["dataclassification"]) == (AGENCY, "restricted")
    assert told["data"]["body"]["focus_areas"][0]["findings"][0]["text"] == CANARY
    *_, read, refused = await events_in(log.pool, reporting.TOPIC)
    assert short([read, refused]) == ["report_read", "message_refused"]
    assert (read["data"]["texts"], read["data"]["hash"]) == (1, told["data"]["hash"])
    assert refused["data"]["reasons"][0]["code"] == "not_recorded"
    holding = {
        row["topic"] for row in await outbox_of(log.pool) if CANARY.encode() in row["value"]
    }
    assert holding == {TEXTS_TOPIC}


async def test_why_a_draft_is_returned_is_told_to_its_drafter_and_is_not_on_the_log(
    log: Log,
) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer)])

    await log.take_in(writer.says("return", {"why": CANARY}, actor=APPROVER))

    (why,) = await events_in(log.pool, TEXTS_TOPIC)
    assert (why["subject"], why["dataclassification"]) == (ENGAGEMENT, "restricted")
    assert (why["data"]["participant"], why["data"]["why"]) == (PROVIDER, CANARY)
    *_, status = await events_in(log.pool, reporting.TOPIC)
    assert short([status]) == ["report_status_changed"]
    assert (status["data"]["drafted_by"], status["data"]["texts"]) == (PROVIDER, 1)
    holding = {
        row["topic"] for row in await outbox_of(log.pool) if CANARY.encode() in row["value"]
    }
    assert holding == {TEXTS_TOPIC}


async def test_replies_corrections_and_a_withdrawal_are_public(log: Log) -> None:
    writer = Writer()
    await log.take_in([opened(), *begun(writer)])
    await publish(log, writer)

    for said in (
        writer.says("reply"),
        writer.says("correct", actor=APPROVER),
        writer.says("approve_correction", actor=APPROVER),
        writer.says("approve_correction", actor=OTHER),
        writer.says("withdraw"),
    ):
        await log.take_in(said)

    told = await public(log.pool)
    assert short(told)[4:] == ["reply_stated", "report_corrected", "report_withdrawn"]
    assert told[4]["data"]["text"] == "We do so now."


def on(moment: datetime) -> Lateness:
    """Return what looks for late reports, by a clock that shows *moment*."""
    clock = BusinessClock(since=datetime.now(UTC), start=moment)
    return Lateness(relay_wake=asyncio.Event(), clock=clock)


async def test_e77_a_day_that_passes_is_told_once(log: Log) -> None:
    writer = Writer()
    await log.take_in([opened(), *writer.says("plan")])

    await on(datetime(2027, 4, 30, 16, tzinfo=UTC)).tell(log.pool)
    assert "publication_late" not in short(await events_in(log.pool, reporting.TOPIC))
    for hour in (16, 17):
        await on(datetime(2027, 5, 1, hour, tzinfo=UTC)).tell(log.pool)

    _, late = await events_in(log.pool, reporting.TOPIC)
    assert short([late]) == ["publication_late"]
    assert (late["data"]["participant"], late["data"]["due_on"]) == (AGENCY, "2027-04-30")
    assert late["data"]["provider"] == PROVIDER
    assert int(late["sequence"]) == 2
    await log.take_in(writer.says("reschedule"))
    assert short(await public(log.pool))[-1] == "publication_rescheduled"
