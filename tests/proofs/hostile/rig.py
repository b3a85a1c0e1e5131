"""The whole product, the attacker and the bystander, each in its own process."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from benchmarks.introduce import introduce
from benchmarks.participants import reference
from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from deploy.stack.failure import StackFailed
from deploy.stack.kafka import ADMIN
from deploy.stack.lock import Lock
from shared.contracts.services import DEPLOYABLES
from tests.proofs.chaos.login import login
from tests.proofs.hostile import attacker, bystander
from tests.proofs.hostile.attack import AGENCY, BYSTANDER, PROVIDER, Attack
from tests.proofs.hostile.guard import Guard
from tests.proofs.hostile.judging import Question, Result, Tally, Watched, watched
from tests.proofs.hostile.office_site import ACTOR
from tests.proofs.office import employ

_SHORTEST = 1.5
"""Seconds that an attack is watched for at least."""
_ANSWERS_WITHIN = 15.0
"""Seconds in which the bystander must be answered after an attack, else the rig restarts."""
_LONGEST = 300.0


@dataclass(slots=True)
class Rig:
    """The running product under attack."""

    stack: Stack
    _attacker: "Connection"
    _bystander: "Connection"

    def quiet(self, seconds: float) -> Watched:
        """Watch the bystander while nobody attacks."""
        begin = time.monotonic()
        time.sleep(seconds)  # what is measured is a time in which nothing happens
        return self._watched(begin, time.monotonic())

    def attack(self, attack: Attack) -> Result:
        """Run one attack; return its result."""
        before = self._messages(attack.desk)
        guard = Guard(list(self.stack.replicas.values())).begin()
        begin = time.monotonic()
        self._attacker.send(attack.name)
        tally, missed = Tally(), "the attack did not come to its end"
        with suppress(EOFError):  # it came to its own end
            if self._attacker.poll(_LONGEST):
                tally, missed = self._attacker.recv()
        took = time.monotonic() - begin
        time.sleep(max(_SHORTEST - took, 0))  # or too few questions would fall into it
        seen = self._watched(begin, time.monotonic())
        stops = guard.end()
        if (came := self._messages(attack.desk) - before) > attack.messages:
            missed = f"{came} messages of {attack.desk} came to Kafka"
        return Result(
            name=attack.name,
            tally=tally,
            watched=seen,
            seconds=took,
            stops=stops,
            not_ready=guard.not_ready,
            memory=guard.memory,
            missed=(missed,) if missed else (),
        )

    def is_sound(self) -> bool:
        """Tell whether the bystander is answered, every service ready, the attacker alive."""
        if self._attacker.poll():
            return False  # the attacker sends nothing unasked except its end
        begin = time.monotonic()
        while time.monotonic() < begin + _ANSWERS_WITHIN:
            if any(each.answered for each in self._questions(begin)) and all(
                each.child.alive and each.is_ready() for each in self.stack.replicas.values()
            ):
                return True
            time.sleep(0.2)  # the bystander asks no more often
        return False

    def _watched(self, begin: float, end: float) -> Watched:
        """Judge what the bystander asked between two moments, its last answers waited for."""
        until = end + _ANSWERS_WITHIN
        while True:
            asked = [each for each in self._questions(begin) if each.sent < end]
            if all(each.answered for each in asked) or time.monotonic() > until:
                return watched(asked, begin=begin, end=min(time.monotonic(), until))
            time.sleep(0.05)  # the answers come to another process

    def _messages(self, desk: str | None) -> int:
        """Return how many messages the people at the pages of *desk* have sent."""
        if desk is None:
            return 0
        topic = TopicPartition(f"cri.in.{desk}.v1", 0)
        admin = AdminClient(login(self.stack, ADMIN))
        latest: Any = OffsetSpec.latest  # which the library does not annotate
        asked = admin.list_offsets({topic: latest()}, request_timeout=10)
        return int(asked[topic].result().offset)

    def _questions(self, since: float) -> list[Question]:
        self._bystander.send(since)
        answer: list[Question] = self._bystander.recv()
        return answer


@contextmanager
def started(state: Path, *, quotas: bool, seed: int, say: Callable[[str], None]) -> Iterator[Rig]:
    """Start everything in the folder *state*, which is emptied; stop it at the end."""
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A run already uses {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    with Stack(state, quotas=quotas, services=DEPLOYABLES, say=say) as stack:
        stack.up()
        say("registering all participants")
        asyncio.run(introduce(stack.connection, reference("participants")))
        asyncio.run(_employ_reader(stack))
        logins = {each: login(stack, each) for each in (AGENCY, PROVIDER)}
        pages = str(stack.connection.desk), str(stack.connection.webdesk)
        with (
            _process(bystander.run, login(stack, BYSTANDER)) as standing_by,
            _process(attacker.run, logins, pages, seed) as attacking,
        ):
            yield Rig(stack, attacking, standing_by)


async def _employ_reader(stack: Stack) -> None:
    connection = stack.connection.model_dump(by_alias=True)
    client = Client(Access.of(connection, "program-office"))
    await client.start()
    try:
        await employ(client, {ACTOR: ["reader"]})
    finally:
        await client.stop()


@contextmanager
def _process(run: Any, *arguments: Any) -> "Iterator[Connection]":
    """Give the pipe to a process of its own, once it has said that it is ready."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(120):
            raise StackFailed(f"{run.__module__} is not ready after 120 s")
        here.recv()
        yield here
    finally:
        process.terminate()
        process.join()
