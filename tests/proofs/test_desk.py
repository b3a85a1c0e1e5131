"""The office's desk beside the four services: what waits, two people at once, who is told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from services.desk import store
from services.desk.acts import Act
from services.desk.sending import send
from services.desk.store import ItemRow
from shared.contracts import inbound
from shared.contracts.services import DEPLOYABLES
from tests.proofs.introduced import answered, introduced, until
from tests.proofs.office import employ

AGENCY, PROVIDER = "california-agencies", "iacp"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Everything that is deployed, with everybody introduced."""
    with introduced(DEPLOYABLES) as stack:
        yield stack


async def submit(agency: Client) -> str:
    """Submit a request without an ORI, which is referred; return its tracking number."""
    data = {
        "reference": "CA-1",
        "agency": {"name": "New Police Department", "cri_type": "local", "agency_class": "city",
                   "state": "US-CA"},
        "requested_by": {"role": "chief"},
        "program": "cri-tac",
        "topics": ["crisis_intervention"],
    }  # fmt: skip
    sent = await agency.send("request.submit", data, subject="CA-1")
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
            page = await store.read_items(pool, at=await store.read_now(pool), text=number)
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


async def nothing(waiting: Callable[[], Awaitable[list[ItemRow]]]) -> bool:
    return not await waiting()


def test_everything_is_ready_and_the_office_has_an_address(stack: Stack) -> None:
    assert stack.connection.desk is not None
    assert stack.replicas["desk", 0].is_ready()
    status, text = stack.ask("desk", "migrate", environment=stack.as_owner("desk"))
    assert status == 0, text
