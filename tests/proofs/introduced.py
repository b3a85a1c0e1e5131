"""The product with everybody introduced, for tests that act as participants."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml

from deploy.local.stack import Stack
from deploy.participants.client import Client
from tests.proofs.temporary import temporary_stack

_ROOT = Path(__file__).parents[2]
_REFERENCE = _ROOT / "deploy" / "reference"
_INTRODUCE = _ROOT / "docs" / "examples" / "introduce.py"
_T = TypeVar("_T")


@contextmanager
def introduced(services: Sequence[str], *, mail: bool = False) -> Iterator[Stack]:
    """Run *services*, with the participants, programs and rules of the reference data."""
    with temporary_stack(services=services, mail=mail) as stack:
        stack.up()
        introduce(stack.state / "connection.json")
        yield stack


def introduce(connection: Path) -> None:
    """Introduce everybody to the services that *connection* names."""
    command = [sys.executable, str(_INTRODUCE), str(connection), str(_REFERENCE)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def entry(of: str, participant: str) -> dict[str, Any]:
    """Return the reference data of *participant*, one of the ``participants`` or ``desks``."""
    listed = yaml.safe_load((_REFERENCE / "participants.yaml").read_text())[of]
    return next(dict(each) for each in listed if each["id"] == participant)


async def until(look: Callable[[], Awaitable[_T | None]], *, within: float = 60) -> _T:
    """Return what *look* finds, as soon as it finds something."""
    async with asyncio.timeout(within):
        while not (found := await look()):
            await asyncio.sleep(0.1)  # another process writes: nothing tells us when
    return found


async def answered(client: Client) -> bool:
    """Return whether each message of *client* has its answer."""
    return not client.unanswered()
