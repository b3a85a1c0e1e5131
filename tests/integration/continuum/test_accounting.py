"""The account of all facts, from all databases."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

from continuum import accounting
from continuum.access import Access
from deploy.local.stack import Stack
from deploy.provision.databases import with_database
from shared.contracts import intake, notifications, routing
from shared.contracts.services import DEPLOYABLES
from shared.contracts.tracking import tracking_number
from shared.delivery import gauges
from shared.process import metrics
from tests.conftest import Database
from tests.examples.roles import access_to

NUMBER = tracking_number(2026, 42)
ACCEPTED, OFFERED, MAIL = uuid4(), uuid4(), UUID(int=26)


@dataclass
class Services:
    """The databases, in which one request was accepted and offered, and one mail sent."""

    access: Access
    superuser: str

    async def execute(self, service: str, statement: str, *values: object) -> None:
        connection = await asyncpg.connect(self.access.owners[service])
        await connection.execute(statement, *values)
        await connection.close()

    async def tell(self, *, grace: float = 0) -> tuple[list[str], bool]:
        return await accounting.compare(self.access, grace=grace)

    async def waited_for(self, service: str) -> None:
        """Return when the account has looked into the database of *service*."""
        # Only the superuser sees what another role's session has asked.
        address = urlsplit(self.access.owners[service])
        connection = await asyncpg.connect(with_database(self.superuser, address.path[1:]))
        async with asyncio.timeout(30):
            while not await connection.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'continuum'"
                " AND datname = current_database() AND query LIKE '%FROM timeline%')"
            ):
                await asyncio.sleep(0.01)  # nothing tells when another session has asked
        await connection.close()

    async def gate(self, service: str, topic: str, subject: str = NUMBER) -> None:
        await self.execute(service, "INSERT INTO gates VALUES ($1, $2, 1)", topic, subject)

    async def notice(self, fact: object, audience: str) -> None:
        await self.execute(
            "notifications",
            "INSERT INTO notices (fact, audience, subject, decided_at, because)"
            " VALUES ($1, $2, $3, now(), 'as the test wants it')",
            fact,
            audience,
            NUMBER,
        )

    async def mail(self) -> None:
        await self.execute(
            "notifications",
            "INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key,"
            " about, number, kind, template, facts, state, published)"
            " VALUES ($1, $2, $2, 'iacp', 'desk', 'c', 'k', $3, 1, 'offer', 't', '{}',"
            " 'accepted', 1)",
            MAIL,
            OFFERED,
            NUMBER,
        )
        for service in ("routing", "notifications", "desk"):
            await self.gate(service, notifications.MAIL_TOPIC, f"mail:{MAIL}")

    async def act(
        self, message: str, answer: str | None, *, ago: timedelta = timedelta(hours=1)
    ) -> None:
        await self.execute(
            "desk",
            "INSERT INTO acts (message_id, actor, kind, tracking_number, sent_at, answer)"
            " VALUES ($1, 'staff:a', 'request.direct', $2, now() - $4::interval, $3)",
            message,
            NUMBER,
            answer,
            ago,
        )

    async def line(self, topic: str, kind: str, fact: object, provider: str | None) -> None:
        await self.execute(
            "reporting",
            "INSERT INTO timeline (tracking_number, topic, sequence, type, at, provider, event_id)"
            " VALUES ($1, $2, 1, $3, now(), $4, $5)",
            NUMBER,
            topic,
            kind,
            provider,
            fact,
        )


@pytest.fixture
async def services(stack: Stack, database: Database) -> Services:
    dsns = {service: await database(service) for service in DEPLOYABLES}
    made = Services(access_to(stack, dsns), stack.postgres.dsn())
    await made.execute(
        "intake",
        "INSERT INTO requests (tracking_number, request_id, participant, reference, content,"
        " first_record, facts, published, confided, accepted_at)"
        " VALUES ($1, $2, 'ca-post', 'R', '', 'cri.in.ca-post.v1/0/1', '{}', 1, 0, now())",
        NUMBER,
        uuid4(),
    )
    await made.execute(
        "routing",
        "INSERT INTO requests (tracking_number, request_id, participant, status, facts,"
        " need_stated, queued, fresh, published, decided, last_event, offered)"
        " VALUES ($1, $2, 'ca-post', 'offered', '{}', false, false, false, 1, 1, $2, '{}')",
        NUMBER,
        uuid4(),
    )
    await made.gate("routing", intake.TOPIC)
    for topic in (intake.TOPIC, routing.TOPIC):
        for service in ("notifications", "reporting", "desk"):
            await made.gate(service, topic)
    await made.mail()
    await made.execute(
        "reporting",
        "INSERT INTO requests (tracking_number, accepted_at) VALUES ($1, now())",
        NUMBER,
    )
    await made.line(intake.TOPIC, "request_accepted", ACCEPTED, None)
    await made.line(routing.TOPIC, "offer_made", OFFERED, "iacp")
    await made.notice(ACCEPTED, "ca-post")
    await made.notice(OFFERED, "ca-post")
    await made.notice(OFFERED, "iacp")
    return made


async def test_a_request_with_all_its_effects_is_accounted_for(services: Services) -> None:
    lines, good = await services.tell()

    assert good
    assert lines[-1] == "accounting: 3 facts, 19 effects expected, 0 unaccounted"


async def test_a_recipient_without_a_decision_is_named_with_the_promise(
    services: Services,
) -> None:
    await services.execute("notifications", "DELETE FROM notices WHERE audience = 'iacp'")

    lines, good = await services.tell()

    assert not good
    assert "Not notified, at risk: promise 4: neither notified nor a reason why not" in lines
    assert f"  {NUMBER}: cri.int.routing.v1 1; iacp" in lines
    assert lines[-1].endswith("1 unaccounted")


@pytest.mark.parametrize(
    ("topic", "subject"),
    [(routing.TOPIC, NUMBER), (notifications.MAIL_TOPIC, f"mail:{MAIL}")],
)
async def test_what_the_desk_has_not_stored_is_named(
    services: Services, topic: str, subject: str
) -> None:
    await services.execute(
        "desk", "DELETE FROM gates WHERE topic = $1 AND subject = $2", topic, subject
    )

    lines, good = await services.tell()

    assert not good
    assert "Not stored by desk, at risk: the office does not see it on its list" in lines
    assert f"  {subject}: {topic} 1" in lines


async def test_an_act_without_an_answer_is_named_with_its_person(services: Services) -> None:
    await services.act("answered", "refused")
    await services.act("unanswered", None)

    lines, good = await services.tell()

    assert not good
    assert f"  {NUMBER}: cri.in.office-desk.v1; request.direct by staff:a" in lines
    assert lines[-1] == "accounting: 5 facts, 21 effects expected, 1 unaccounted"


async def test_a_lost_answer_stays_named_and_does_not_hide_a_new_miss(services: Services) -> None:
    await services.act("lost", None, ago=timedelta(days=3))

    at_first, good_at_first = await services.tell()
    await services.act("unanswered", None)
    lines, good = await services.tell()

    lost = f"  {NUMBER}: cri.in.office-desk.v1; request.direct by staff:a, sent "
    assert good_at_first, at_first
    assert [line for line in at_first if line.startswith(lost)], at_first
    assert at_first[-1].endswith("0 unaccounted, 1 lost")
    assert not good
    assert lines[-1].endswith("1 unaccounted, 1 lost")


async def test_an_old_act_that_has_not_left_the_desk_is_not_lost(services: Services) -> None:
    await services.act("waiting", None, ago=timedelta(days=3))
    await services.execute(
        "desk",
        "INSERT INTO outbox (event_id, topic, value, headers) VALUES ($1, $2, $3, '')",
        uuid4(),
        "cri.in.office-desk.v1",
        b'{"id":"waiting"}',
    )

    lines, good = await services.tell()

    assert not good
    assert "lost" not in lines[-1]


async def test_an_installation_without_a_desk_is_accounted_for(services: Services) -> None:
    without = {name: dsn for name, dsn in services.access.operator.items() if name != "desk"}

    lines, good = await replace(services, access=replace(services.access, operator=without)).tell()

    assert good, lines


async def test_what_is_parked_is_said_to_be(services: Services) -> None:
    await services.execute("routing", "UPDATE gates SET last = 0")
    await services.execute(
        "routing",
        "INSERT INTO parked_keys VALUES ($1, 'decision failed: KeyError', 't', 0, 0)",
        NUMBER,
    )

    lines, _ = await services.tell()

    assert "Not stored by routing, at risk: promise 7: the request does not move" in lines
    assert f"  {NUMBER}: cri.int.intake.v1 1; routing: parked: decision failed: KeyError" in lines


async def test_a_message_that_does_not_leave_is_named(services: Services) -> None:
    await services.execute(
        "notifications",
        "INSERT INTO set_aside (id, event_id, topic, value, headers, reason)"
        " VALUES (1, $1, 'cri.out.iacp.v1', $2, '', 'too large')",
        uuid4(),
        b'{"subject":"%s","participantsequence":7}' % NUMBER.encode(),
    )

    lines, good = await services.tell()

    assert not good
    assert f"  {NUMBER}: cri.out.iacp.v1 7; Kafka does not take it: too large" in lines


async def test_what_arrives_within_the_grace_is_not_missing(services: Services) -> None:
    await services.execute("reporting", "DELETE FROM timeline WHERE topic = $1", routing.TOPIC)

    asked = asyncio.create_task(services.tell(grace=30))
    await services.waited_for("reporting")
    await services.line(routing.TOPIC, "offer_made", OFFERED, "iacp")
    lines, good = await asked

    assert good, lines


async def test_a_service_shows_how_much_of_what_it_read_has_no_effect_yet(
    services: Services,
) -> None:
    async with asyncpg.create_pool(services.access.owners["routing"], min_size=1) as pool:
        await gauges.show(pool, service="routing")
        at_first = unaccounted()
        await pool.execute(
            "INSERT INTO dead_letters"
            ' (topic, partition, "offset", headers, at, reason, error, failed_at)'
            " VALUES ('cri.int.intake.v1', 0, 5, '', now(), 'malformed', 'schema', now())"
        )
        await pool.execute(
            "INSERT INTO outbox (event_id, topic, headers) VALUES ($1, 'cri.int.routing.v1', '')",
            uuid4(),
        )

        await gauges.show(pool, service="routing")

    assert at_first == 0
    assert unaccounted() == 2


def unaccounted() -> float | None:
    return metrics.REGISTRY.get_sample_value("cri_effects_unaccounted", {"service": "routing"})
