"""Continuum in one process: the services' real readers and tasks, chained over real outboxes."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from services.intake.agency_list import AgencyList, load_agency_list
from services.intake.handlers import IntakeReader
from services.notifications.handlers import NotificationsReader
from services.notifications.heartbeats import write_heartbeats
from services.notifications.mail.compose import Letterhead, OutgoingMail
from services.notifications.mail.outcome import Outcome
from services.notifications.mail.sending import Mailer
from services.notifications.mail.transport import Transport
from services.reporting.handlers import ReportingReader
from services.reporting.program_openings import announce_openings
from services.reporting.publication.late import Lateness
from services.routing.deadlines import Deadlines
from services.routing.handlers import RoutingReader
from services.routing.lanes.matcher import Matcher
from services.routing.withdrawals import Withdrawals
from shared.contracts import assessments, intake, notifications, reference, reporting, routing
from shared.contracts.reporting import PROGRAMS_TOPIC
from shared.contracts.services import SERVICES
from shared.delivery.records import Record
from shared.delivery.relay import outbox
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.take_in import take_in
from shared.process.tasks import AT_ONCE
from tests.examples.checkpoints import open_checkpoints
from tests.proofs.door.databases import Database
from tests.proofs.door.examples import Sent, Step

OFFICE = "program-office"
HEARTBEAT_SECONDS = 30
_AGENCIES = Path(__file__).parents[3] / "deploy" / "reference" / "agencies.csv.gz"
_READS: Mapping[str, Sequence[str]] = {
    "intake": (routing.TOPIC,),
    "routing": (intake.TOPIC, reference.TOPIC, notifications.MAIL_TOPIC),
    "notifications": (
        intake.TOPIC,
        intake.ANSWERS_TOPIC,
        intake.CONFIDENTIAL_TOPIC,
        reference.TOPIC,
        routing.TOPIC,
        reporting.TOPIC,
        reporting.TEXTS_TOPIC,
        notifications.MAIL_TOPIC,
        reporting.RELEASES_TOPIC,
    ),
    "reporting": (reference.TOPIC, routing.TOPIC, intake.TOPIC, assessments.DRAFTS_TOPIC),
}
"""Each service, in the order in which they take turns, and what it reads of our topics."""
_TO_PARTICIPANTS = ("cri.out.", PROGRAMS_TOPIC)
_MAIL_SERVERS = {
    "mail_unanswered": Outcome("outcome_unknown", "data"),
    "mail_refused": Outcome("refused", "rcpt", "5.1.1"),
}
"""What a step lets pass → what becomes of the mails that are due then."""
Headers = tuple[tuple[str, bytes | None], ...]


@cache
def _agencies() -> AgencyList:
    return load_agency_list(_AGENCIES)


def _readers() -> dict[str, Reader[Any]]:
    return {
        "intake": IntakeReader(agencies=_agencies(), office=OFFICE),
        "routing": RoutingReader(),
        "notifications": NotificationsReader(with_mail=True, with_codes=True),
        "reporting": ReportingReader(has_read_all=True),  # routing takes its turn before
    }


class _MailServer(Transport):
    """A mail server that treats all mails alike."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    async def send(self, _: OutgoingMail) -> Outcome:
        return self._outcome


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a world beside its databases: the time, and the end of each topic."""

    at: datetime | None = None
    offsets: Mapping[str, int] = field(default_factory=dict)


class World:
    """
    The services as they go on from a *past*, with what the databases hold of it.

    Each record is a batch of its own, but records of participants that arrive at the same time are
    one. Kafka's part is done here: places in a partition, times, and who reads a topic.
    """

    def __init__(self, databases: Mapping[str, Database], past: Past) -> None:
        self._databases = databases
        self._readers = _readers()
        self._at = past.at
        self._offsets = Counter(past.offsets)
        self._inbox: dict[str, list[Record]] = {name: [] for name in SERVICES}
        self._sent: list[Sent] = []
        wake = asyncio.Event()
        self._matcher = Matcher(relay_wake=wake, limit=200)
        self._deadlines = Deadlines(relay_wake=wake, matcher_wake=wake)
        self._withdrawals = Withdrawals(relay_wake=wake, matcher_wake=wake)

    @property
    def past(self) -> Past:
        """What another world needs to go on from here."""
        return Past(self._at, dict(self._offsets))

    async def play(self, steps: Sequence[Step]) -> list[Sent]:
        """Play *steps* in their order; return what was sent to participants meanwhile."""
        self._sent = []
        for at in dict.fromkeys(step.at for step in steps):
            await self._pass_time(at)
            together = [step for step in steps if step.at == at]
            for step in together:
                if step.topic is not None:
                    headers = tuple((name, text.encode()) for name, text in step.headers.items())
                    await self._hand_over("intake", step.topic, None, step.value, headers)
            if any(step.topic is None for step in together):
                wake = asyncio.Event()
                await announce_openings(self._pool("reporting"), relay_wake=wake)
                await Lateness(relay_wake=wake).tell(self._pool("reporting"))
                await self._relay("reporting")
            await self._settle()
            for step in together:
                if step.passes in _MAIL_SERVERS:
                    await self._send_mails(_MAIL_SERVERS[step.passes])
            if any(step.passes == "heartbeats" for step in together):
                await write_heartbeats(self._pool("notifications"), seconds=HEARTBEAT_SECONDS)
                await self._relay("notifications")
        return self._sent

    def _pool(self, service: str) -> Any:
        return self._databases[service].pool

    async def _send_mails(self, outcome: Outcome) -> None:
        """Send the mails that are due, each with this *outcome*."""
        head = Letterhead("office@program.example", "The program office", "desk@program.example")
        url, wake = "https://program.example/", asyncio.Event()
        mailer = Mailer(_MailServer(outcome), head, public_url=url, relay_wake=wake)
        while await mailer.step(self._pool("notifications")) == AT_ONCE:
            pass
        await self._relay("notifications")
        await self._settle()

    async def _pass_time(self, to: datetime) -> None:
        """Move the clock to *to*; clocks of requests that run out before do so at their times."""
        while self._at is not None:
            assert self._at <= to, f"{to} is before {self._at}"
            pause = await self._deadlines.step(self._pool("routing"))
            await self._settle()
            if pause > to - self._at:
                break
            await self._set_clock(self._at + pause)
        await self._set_clock(to)

    async def _set_clock(self, at: datetime) -> None:
        self._at = at
        for database in self._databases.values():
            await database.set_clock(at)

    async def _settle(self) -> None:
        """Let the services take turns until none has anything left to do."""
        busy = True
        while busy:
            busy = False
            for service in _READS:
                while self._inbox[service]:
                    busy = True
                    await self._take_in(service)
            for step in (self._withdrawals.step, self._matcher.step, self._deadlines.step):
                while await step(self._pool("routing")) == AT_ONCE:
                    pass
            busy |= await self._relay("routing")

    async def _take_in(self, service: str) -> None:
        """Have *service* take in what it has received, each topic by itself, as far as it can."""
        waiting = self._inbox[service]
        batch = waiting if waiting[0].topic.startswith("cri.in.") else waiting[:1]
        taken = await take_in(self._pool(service), self._readers[service], batch, service=service)
        for outcomes in taken.outcomes.values():
            assert not {"dead", "parked"} & outcomes.keys(), f"{service}: {outcomes}"
        self._inbox[service] = [*taken.left(batch), *waiting[len(batch) :]]
        await self._relay(service)

    async def _relay(self, service: str) -> bool:
        """Bring what *service* wrote to its readers; tell whether there was anything."""
        pool = self._pool(service)
        rows = await pool.fetch("SELECT * FROM outbox ORDER BY id")
        if not rows:
            return False
        await pool.execute("DELETE FROM outbox")
        for row in rows:
            topic, value = row["topic"], row["value"]
            if topic.startswith(_TO_PARTICIPANTS):
                self._sent.append({"topic": topic, "message": json.loads(value)})
                continue
            readers = [name for name, topics in _READS.items() if topic in topics]
            assert readers or topic == notifications.TOPIC, f"nobody reads {topic}: {value!r}"
            headers = tuple(outbox.decode_headers(row["headers"]))
            for name in readers:
                await self._hand_over(name, topic, row["key"], value, headers)
        return True

    async def _hand_over(
        self, service: str, topic: str, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        """Append a record to *topic*, and let *service* find it there."""
        assert self._at is not None
        place = f"{topic} as read by {service}"
        offset = self._offsets[place]
        if offset == 0:
            await open_checkpoints(self._pool(service), [topic])
        self._offsets[place] += 1
        record = Record(topic, 0, offset, key, value, headers, self._at)
        self._inbox[service].append(record)
