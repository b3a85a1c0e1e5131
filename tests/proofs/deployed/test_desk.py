"""The office's desk beside the four services: what waits, two people at once, who is told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from pydantic import BaseModel

from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from services.desk import store
from services.desk.acts import Act
from services.desk.sending import send
from services.desk.store import ItemRow
from services.desk.work.assessment import assessment_of
from shared.contracts import inbound, publications
from tests.proofs.deployed import test_assessments as assessments
from tests.proofs.introduced import answered, until
from tests.proofs.office import employ

AGENCY, PROVIDER = "california-agencies", "iacp"


async def submit(agency: Client) -> str:
    """Submit a request without an ORI, which is referred; return its tracking number."""
    data = {
        "reference": "CA-31",
        "agency": {"name": "New Police Department", "cri_type": "local", "agency_class": "city",
                   "state": "US-CA"},
        "requested_by": {"role": "chief"},
        "program": "cri-tac",
        "topics": ["crisis_intervention"],
    }  # fmt: skip
    sent = await agency.send("request.submit", data, subject="CA-31")
    await until(lambda: answered(agency))
    assert sent.answer is not None
    return str(sent.answer["data"]["tracking_number"])


@pytest.mark.timeout(300)
async def test_e31_two_at_once(stack: Stack) -> None:
    connection = stack.connection.model_dump(by_alias=True)
    office = Client(Access.of(connection, "program-office"))
    agency = Client(Access.of(connection, AGENCY))
    await asyncio.gather(office.start(), agency.start())
    async with asyncpg.create_pool(stack.dsn("desk"), min_size=1, max_size=2) as pool:
        await employ(office, {"staff:a": ["worker"], "staff:b": ["worker"]})
        number = await submit(agency)

        async def waiting() -> list[ItemRow]:
            wanted = store.ItemFilter(text=number)
            page = await store.read_items(pool, at=await store.read_now(pool), wanted=wanted)
            return list(page.items)

        async def direct(person: str) -> str:
            data = inbound.Direction(
                tracking_number=number, action="assign", provider=PROVIDER, reason="agency_called"
            )
            act = Act(data, token=f"form of {person}", item_id=item.item_id)
            async with pool.acquire() as session, session.transaction():
                return await send(session, act, actor=person)

        (item,) = await until(waiting)
        assert (item.kind, item.agency) == ("referred", "New Police Department")
        assert await store.take_item(pool, item.item_id, "staff:a")
        of_b = await direct("staff:b")
        of_a = await direct("staff:a")

        async def answers() -> list[store.ActState]:
            acts = await store.read_acts(pool, number)
            return acts if all(act.answer for act in acts) else []

        acts = {act.message_id: act for act in await until(answers)}
        assert acts[of_b].answer == "applied"
        assert acts[of_a].answer == "refused"
        assert [reason["code"] for reason in acts[of_a].reasons] == ["not_referred"]

        async def told() -> set[str]:
            found = await store.read_case(pool, number, at=await store.read_now(pool))
            assert found is not None
            return {
                notice.audience
                for notice in found.notices
                if (notice.fact_type, notice.outcome) == ("offer_made", "sent")
            }

        # E32: exactly the audiences that the page names for an offer.
        assert await until(told) == {AGENCY, PROVIDER}
        assert await until(lambda: nothing(waiting))
    await asyncio.gather(office.stop(), agency.stop())


@pytest.mark.timeout(300)
async def test_e74_a_report_waits_at_the_desk_until_a_second_person_approves_it(
    stack: Stack,
) -> None:
    connection = stack.connection.model_dump(by_alias=True)
    office, agency, provider = (
        Client(Access.of(connection, name), received=[])
        for name in (assessments.OFFICE, assessments.AGENCY, assessments.PROVIDER)
    )
    await asyncio.gather(office.start(), agency.start(), provider.start())
    engagement = await assessments.engage(office, agency, provider, reference="CA-74")
    await assessments.known_to_reporting(stack, engagement)
    await employ(office, {"staff:c": ["worker", "approver"], "staff:d": ["approver"]})
    of: dict[str, Any] = {"engagement_id": engagement}
    report = {**of, "report_id": "initial", "version": 1}
    for kind, data in (
        ("focus_area.set", {**of, "number": 1, "title": "Use of force"}),
        ("finding.record", {**of, "finding": "1.1", "text": "Reports are late.", "version": 1}),
    ):
        assert (await assessments.say(provider, kind, data)).code is None
    async with asyncpg.create_pool(stack.dsn("desk"), min_size=1, max_size=2) as pool:

        async def act(data: BaseModel, person: str) -> store.ActState:
            async with pool.acquire() as session, session.transaction():
                made = Act(data, token=f"{type(data).__name__} of {person}")
                message_id = await send(session, made, actor=person)

            async def found() -> store.ActState | None:
                sent = await store.read_act(pool, message_id)
                return sent if sent is not None and sent.answer else None

            return await until(found)

        async def waiting() -> list[ItemRow]:
            at = await store.read_now(pool)
            wanted = store.ItemFilter(kind="report_to_approve")
            page = await store.read_items(pool, at=at, wanted=wanted)
            return [
                item for item in page.items if engagement.startswith(item.tracking_number or "-")
            ]

        plan = {**of, "kind": "initial", "every": "once", "first_due_on": "2027-04-30"}
        draft = {**report, "kind": "initial", "as_of": assessments.TODAY, "title": "Initial",
                 "summary": "What was found.", "items": ["1.1"]}  # fmt: skip
        assert (await act(publications.Plan(**plan), "staff:c")).answer == "applied"
        drafted = publications.ReportDraft(**draft)
        assert (await act(drafted, "staff:c")).answer == "applied"
        asked = await assessments.received(agency, "fact_check.asked", **of)
        version = {**report, "hash": asked["hash"]}
        disputes = {"item": "1.1", "answer": "dispute", "words": "In time."}
        checked = {**version, "items": [disputes]}
        assert (await assessments.say(agency, "fact_check.answer", checked)).code is None
        (item,) = await until(waiting)
        assert item.why.endswith("disputes 1 place in it.")

        approval = publications.Approval(**version)
        of_drafter = await act(approval, "staff:c")
        of_second = await act(approval, "staff:d")

        assert [reason["code"] for reason in of_drafter.reasons] == ["second_person_needed"]
        assert of_second.answer == "applied"
        assert await until(lambda: nothing(waiting))
        said = await store.read_said(pool, engagement)
        assert assessment_of(engagement, said).reports["initial"].state == "published"
    await asyncio.gather(office.stop(), agency.stop(), provider.stop())


async def nothing(waiting: Callable[[], Awaitable[list[ItemRow]]]) -> bool:
    return not await waiting()


def test_everything_is_ready_and_the_office_has_an_address(stack: Stack) -> None:
    assert stack.connection.desk is not None
    assert stack.replicas["desk", 0].is_ready()
    status, text = stack.ask("desk", "migrate", environment=stack.as_owner("desk"))
    assert status == 0, text
