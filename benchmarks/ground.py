"""What a measurement stands on: an empty stack, everybody introduced, the measurer let in."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from benchmarks.introduce import introduce
from benchmarks.login import MEASURER, Login, measurer_grants
from benchmarks.participants import AskingAgency, asking_agencies, participants
from deploy.local.access import Grant, grants
from deploy.local.provision import admin_client, provision_kafka
from deploy.local.stack import Stack
from deploy.local.topics import Topic
from deploy.stack.failure import StackFailed
from deploy.stack.kafka import ADMIN
from deploy.stack.lock import Lock
from deploy.stack.passwords import password

_LISTED = "participants.yaml"
Say = Callable[[str], None]


@contextmanager
def ground(
    state: Path,
    say: Say,
    *,
    systems: int | None = None,
    silent: int = 0,
    start: Callable[[Stack], object] = Stack.up,
) -> Iterator[tuple[Stack, Sequence[AskingAgency]]]:
    """
    Give a stack that was made anew in ``state``, and the agencies; at the end it is stopped.

    The agencies are those of all systems, or of the first ``systems``; ``silent`` participants
    are registered beside them. ``start`` starts what shall run.
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
        asyncio.run(introduce(stack.connection, everybody))
        yield stack, agencies


@contextmanager
def kept_ground(state: Path, say: Say) -> Iterator[Stack]:
    """Give the stack that `ground` made in ``state``, with all the data it had."""
    _check_free(state)
    with Stack(state, participants=state / _LISTED, say=say) as stack:
        stack.up()
        yield stack


def _check_free(state: Path) -> None:
    holder = Lock(state).holder()
    if holder is not None:
        raise StackFailed(f"another measurement runs (process {holder}): wait for it")


def let_in(
    stack: Stack,
    *,
    topics: Sequence[Topic] = (),
    users: Mapping[str, str] | None = None,
    more: set[Grant] | None = None,
) -> Login:
    """Let the measurer in, and others with topics of their own; return the measurer's login."""
    secret = password(stack.credentials.folder / MEASURER, "password")
    provision_kafka(
        admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password),
        topics=topics,
        users={MEASURER: secret, **(users or {})},
        grants=grants(stack.topics, stack.participants) | measurer_grants() | (more or set()),
    )
    return Login(stack.kafka.servers, MEASURER, secret)
