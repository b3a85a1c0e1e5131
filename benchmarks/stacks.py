"""Prepares a stack for a measurement: registers participants, gives the measurer access."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from benchmarks.introduce import introduce
from benchmarks.login import MEASURER, Login, measurer_grants
from benchmarks.participants import REFERENCE, AskingAgency, asking_agencies, participants
from deploy.local.stack import Stack
from deploy.provision.access import Grant, grants
from deploy.provision.broker import admin_client, provision_kafka
from deploy.provision.topics import Topic
from deploy.stack.failure import StackFailed
from deploy.stack.kafka import ADMIN
from deploy.stack.lock import Lock
from deploy.stack.passwords import password

_LISTED = "participants.yaml"
Say = Callable[[str], None]


@contextmanager
def new_stack(
    state: Path,
    say: Say,
    *,
    systems: int | None = None,
    silent: int = 0,
    start: Callable[[Stack], object] = Stack.up,
    folder: Path = REFERENCE,
) -> Iterator[tuple[Stack, Sequence[AskingAgency]]]:
    """
    Give a new stack in *state* and the requesting agencies; stop the stack at the end.

    The agencies are those of all agency systems, or of the first *systems*; *silent* observers are
    registered as well. *start* starts the stack's processes; *folder* holds the reference data of
    their release.
    """
    _check_free(state)
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(mode=0o700, parents=True)
    agencies = asking_agencies()
    if systems is not None:
        names = sorted({each.system for each in agencies})[:systems]
        agencies = [each for each in agencies if each.system in names]
    everybody = participants(agencies, silent=silent)
    listed = state / _LISTED
    listed.write_text(yaml.safe_dump({"participants": everybody}))
    with Stack(state, participants=listed, say=say) as stack:
        start(stack)
        say(f"introducing {len(everybody)} participants, programs, topics, providers, rules")
        asyncio.run(introduce(stack.connection, everybody, folder=folder))
        yield stack, agencies


@contextmanager
def kept_stack(state: Path, say: Say) -> Iterator[Stack]:
    """Give the stack that `new_stack` created in *state*, with its data."""
    _check_free(state)
    with Stack(state, participants=state / _LISTED, say=say) as stack:
        stack.up()
        yield stack


def _check_free(state: Path) -> None:
    holder = Lock(state).holder()
    if holder is not None:
        raise StackFailed(f"another measurement is running (process {holder}): wait for it")


def grant_access(
    stack: Stack,
    *,
    topics: Sequence[Topic] = (),
    users: Mapping[str, str] | None = None,
    more: set[Grant] | None = None,
) -> Login:
    """Give access to the measurer and to *users*, create *topics*; return the measurer's login."""
    secret = password(stack.credentials.folder / MEASURER, "password")
    provision_kafka(
        admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password),
        topics=topics,
        users={MEASURER: secret, **(users or {})},
        grants=grants(stack.topics, stack.participants) | measurer_grants() | (more or set()),
    )
    return Login(stack.kafka.servers, MEASURER, secret)
