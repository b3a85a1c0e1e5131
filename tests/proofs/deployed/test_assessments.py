"""An assessment over the whole stack: recorded, verified by another person, refused in time."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.participants.client import Access, Client, Sent, envelope
from services.reporting.assessments import store
from services.reporting.assessments.shares import shares_of
from shared.contracts.assessments import PROGRAM

AGENCY, PROVIDER, OFFICE = "california-agencies", "iacp", "program-office"
TODAY = datetime.now(UTC).date().isoformat()
PERSON = "staff:k7f2"


async def say(client: Client, kind: str, data: Any, *, actor: str | None = None) -> Sent:
    """Send a message, and return it with its answer."""
    message = envelope(kind, data, source=client.source, subject="assessment")
    if actor is not None:
        message["actor"] = actor
    sent = await client.send_bytes(json.dumps(message).encode(), what=kind)
    async with asyncio.timeout(60):
        while sent.answer is None:
            await asyncio.sleep(0.05)  # another process answers
    return sent


async def received(client: Client, kind: str, **about: Any) -> dict[str, Any]:
    """Return the data of the first message of *kind* with what it is *about*, once it is there."""
    assert client.received is not None
    async with asyncio.timeout(60):
        while True:
            for message in client.received:
                data: dict[str, Any] = message["data"]
                if message["type"] == f"gov.cri.{kind}.v1" and about.items() <= data.items():
                    return data
            await asyncio.sleep(0.05)  # another process sends


async def engage(office: Client, agency: Client, provider: Client, *, reference: str) -> str:
    """Let the provider accept a request for an assessment; return the engagement's id."""
    program = {"id": PROGRAM, "name": "Organizational Assessment", "status": "open"}
    assert (await say(office, "program.define", program)).code is None
    person = {"id": PERSON, "participant": OFFICE, "roles": ["worker"]}
    assert (await say(office, "staff.set", person)).code is None
    data = {
        "reference": reference,
        "agency": {"name": "New Police Department", "cri_type": "local", "agency_class": "city",
                   "state": "US-CA"},
        "requested_by": {"role": "chief"},
        "program": PROGRAM,
        "topics": ["crisis_intervention"],
    }  # fmt: skip
    accepted = await say(agency, "request.submit", data)
    assert accepted.answer is not None
    number = accepted.answer["data"]["tracking_number"]
    direction = {
        "tracking_number": number,
        "action": "assign",
        "program": PROGRAM,
        "provider": PROVIDER,
        "reason": "agency_called",
    }
    await received(office, "referral.made", tracking_number=number)
    assert (await say(office, "request.direct", direction)).code is None
    offer = await received(provider, "offer.made", tracking_number=number)
    answer = {"offer_id": offer["offer_id"], "answer": "accept"}
    assert (await say(provider, "offer.answer", answer)).code is None
    opened = await received(provider, "engagement.opened", tracking_number=number)
    return str(opened["engagement_id"])


@pytest.mark.timeout(300)
async def test_a_status_is_proposed_by_the_provider_and_verified_by_the_office(
    stack: Stack,
) -> None:
    connection = stack.connection.model_dump(by_alias=True)
    office, agency, provider = (
        Client(Access.of(connection, name), received=[]) for name in (OFFICE, AGENCY, PROVIDER)
    )
    await asyncio.gather(office.start(), agency.start(), provider.start())
    engagement = await engage(office, agency, provider, reference="CA-60")
    await known_to_reporting(stack, engagement)
    of = {"engagement_id": engagement}
    status = {**of, "recommendation": "1.1.1", "status": "in_progress", "on": TODAY}
    finding = {**of, "finding": "1.1", "text": "Reports are late.", "version": 1}

    codes = [
        (await say(client, kind, data, actor=actor)).code
        for client, kind, data, actor in (
            (provider, "finding.record", finding, None),  # before its focus area
            (provider, "focus_area.set", {**of, "number": 1, "title": "Use of force"}, None),
            (provider, "finding.record", finding, None),
            (
                provider,
                "recommendation.record",
                {**of, "recommendation": "1.1.1", "text": "Review them.", "version": 1},
                None,
            ),
            (agency, "recommendation.claim",
             {**of, "recommendation": "1.1.1", "done_on": TODAY, "words": "Done."}, None),
            (provider, "status.propose", status, "staff:a1"),
            (provider, "status.verify", {**status, "decision": "accept"}, "staff:a2"),
            (office, "status.verify", {**status, "decision": "accept"}, None),
            (office, "status.verify", {**status, "decision": "accept"}, PERSON),
            (office, "status.verify", {**status, "decision": "accept"}, PERSON),
        )
    ]  # fmt: skip

    assert codes == [
        "not_recorded", None, None, None, None, None,
        "role_not_authorized", "actor_needed", None, "nothing_proposed",
    ]  # fmt: skip
    async with asyncpg.create_pool(stack.dsn("reporting"), min_size=1, max_size=1) as pool:
        site = (await store.read_sites(pool, [engagement]))[engagement]
        texts = await kept_texts(pool, engagement)
    shares = shares_of(site.recommendations.values(), datetime.now(UTC).date())
    assert (shares.parts["in_progress"], shares.parts["complete"], shares.claimed) == (1, 0, 1)
    assert texts == ["Done.", "Reports are late.", "Review them.", "Use of force"]
    assert [client.problems for client in (office, agency, provider)] == [[], [], []]
    await asyncio.gather(office.stop(), agency.stop(), provider.stop())


async def known_to_reporting(stack: Stack, engagement: str) -> None:
    """
    Return once reporting has read that the engagement has begun.

    Messages about it that come before wait for that, up to a minute: see DECISIONS.md.
    """
    async with (
        asyncio.timeout(60),
        asyncpg.create_pool(stack.dsn("reporting"), min_size=1, max_size=1) as pool,
    ):
        while engagement not in await store.read_sites(pool, [engagement]):
            await asyncio.sleep(0.05)  # another process takes it in


async def kept_texts(pool: Any, engagement: str) -> list[str]:
    """Return the texts of applied messages, once all have come from their own topic."""
    async with asyncio.timeout(60):
        while True:
            rows = await pool.fetch(
                "SELECT text FROM drafts WHERE applied AND engagement_id = $1 ORDER BY text",
                engagement,
            )
            found = [row["text"] for row in rows if row["text"] is not None]
            if len(found) == 4:
                return found
            await asyncio.sleep(0.05)  # another process takes them in
