"""A report over the whole stack: drafted, checked, approved, published; its draft stays inside."""

import asyncio
import json
from typing import Any

import pytest

from deploy.demo.topic_reader import reading
from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from shared.contracts.reporting import RELEASES_TOPIC
from tests.proofs.deployed.test_assessments import (
    AGENCY,
    OFFICE,
    PERSON,
    PROVIDER,
    TODAY,
    engage,
    known_to_reporting,
    received,
    say,
)

CANARY = "canary-e80a"
APPROVER = "staff:b3"


def is_report(event: dict[str, Any], hash_of_body: str) -> bool:
    is_published: bool = event["type"].endswith("report_published.v1")
    return is_published and event["data"]["hash"] == hash_of_body


async def published(stack: Stack, hash_of_body: str) -> list[dict[str, Any]]:
    """Return what is on the public topic, once the report with that hash is among it."""
    user, password = stack.kafka_login("reporting")
    async with (
        asyncio.timeout(60),
        reading([RELEASES_TOPIC], stack.kafka.servers, user=user, password=password) as topic,
    ):
        found: list[dict[str, Any]] = []
        while not any(is_report(each, hash_of_body) for each in found):
            found += [message for _, message in await topic.read_on()]
        return found


@pytest.mark.timeout(300)
async def test_e80_a_report_is_published_and_the_draft_before_it_is_not(stack: Stack) -> None:
    connection = stack.connection.model_dump(by_alias=True)
    office, agency, provider = (
        Client(Access.of(connection, name), received=[]) for name in (OFFICE, AGENCY, PROVIDER)
    )
    await asyncio.gather(office.start(), agency.start(), provider.start())
    engagement = await engage(office, agency, provider, reference="CA-80")
    await known_to_reporting(stack, engagement)
    person = {"id": APPROVER, "participant": OFFICE, "roles": ["approver"]}
    assert (await say(office, "staff.set", person)).code is None
    of = {"engagement_id": engagement}
    report = {**of, "report_id": "initial"}
    draft = {
        **report, "version": 1, "kind": "initial", "as_of": TODAY, "title": "Initial report",
        "summary": "What was found.", "items": ["1.1"],
    }  # fmt: skip
    plan = {**of, "kind": "initial", "every": "once", "first_due_on": "2027-04-30"}
    finding = {**of, "finding": "1.1", "text": CANARY, "version": 1}
    corrected = {**finding, "text": "Reports are late.", "version": 2}

    codes = [
        (await say(client, kind, data, actor=actor)).code
        for client, kind, data, actor in (
            (provider, "report.draft", draft, "staff:d1"),
            (office, "publication.plan", plan, APPROVER),
            (provider, "focus_area.set", {**of, "number": 1, "title": "Use of force"}, None),
            (provider, "finding.record", finding, None),
            (provider, "report.draft", draft, "staff:d1"),
            (agency, "report.read", {**report, "version": 1}, None),
            (office, "publication.return", {**report, "version": 1, "why": "No."}, PERSON),
            (provider, "finding.record", corrected, None),
            (provider, "report.draft", {**draft, "version": 2}, "staff:d1"),
        )
    ]
    assert codes == ["not_announced", None, None, None, None, None, None, None, None]
    asked = await asked_for(agency, version=2)
    codes = [
        (await say(client, "report.read", {**report, "version": version})).code
        for client, version in ((agency, 1), (agency, 2), (office, 2))
    ]
    assert codes == ["version_not_current", None, None]
    assert texts_told(agency) == [CANARY, "Reports are late."]
    assert texts_told(office) == ["Reports are late."]
    version = {**report, "version": 2, "hash": asked["hash"]}
    checked = {**version, "items": [{"item": "1.1", "answer": "dispute", "words": "In time."}]}
    codes = [
        (await say(client, kind, data, actor=actor)).code
        for client, kind, data, actor in (
            (office, "publication.approve", version, APPROVER),
            (agency, "fact_check.answer", checked, None),
            (office, "publication.approve", version, PERSON),
            (office, "publication.approve", version, APPROVER),
            (agency, "reply.state", {**report, "text": "x" * 2001}, None),
            (agency, "reply.state", {**report, "item": "1.1", "text": "We do so."}, None),
        )
    ]
    assert codes == ["fact_check_open", None, "actor_not_authorized", None, "too_long", None]

    told = await published(stack, asked["hash"])
    (found,) = [each["data"] for each in told if is_report(each, asked["hash"])]
    assert found["fact_check"] == "disputed"
    assert found["comments"] == [{"item": "1.1", "words": "In time."}]
    assert CANARY not in json.dumps(told)
    assert [client.problems for client in (office, agency, provider)] == [[], [], []]
    # The agency was told the draft that it could check, once; nobody else was.
    holding = [
        (name, message["type"])
        for name, client in ((OFFICE, office), (AGENCY, agency), (PROVIDER, provider))
        for message in client.received or ()
        if CANARY in json.dumps(message)
    ]
    assert holding == [(AGENCY, "gov.cri.report.told.v1")]
    await asyncio.gather(office.stop(), agency.stop(), provider.stop())


def texts_told(client: Client) -> list[str]:
    """Return the findings in the reports that a participant was told."""
    return [
        finding["text"]
        for message in client.received or ()
        if message["type"] == "gov.cri.report.told.v1"
        for area in message["data"]["report"]["focus_areas"]
        for finding in area["findings"]
    ]


async def asked_for(agency: Client, *, version: int) -> dict[str, Any]:
    """Return what the agency is told about a version that it may check."""
    await received(agency, "fact_check.asked")
    assert agency.received is not None
    async with asyncio.timeout(60):
        while True:
            for message in agency.received:
                if message["data"].get("version") == version and "hash" in message["data"]:
                    return dict(message["data"])
            await asyncio.sleep(0.05)  # another process sends
