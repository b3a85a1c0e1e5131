"""The examples of `deploy/contract/examples`: what is given, what is sent, what is received."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from deploy.contract_writer.message_types import MessageType

CONTRACT = Path(__file__).parents[1] / "contract"
EXAMPLES = CONTRACT / "examples"
_FOLDERS = ("received", "accepted", "refused")
Message = dict[str, Any]


class Example(NamedTuple):
    """An example, by its name: folder and file."""

    name: str
    title: str
    send: Message | None
    expect: tuple[Message, ...]


@cache
def examples(folder: Path = EXAMPLES) -> tuple[Example, ...]:
    """Return the examples in *folder*, those of received messages first."""
    return tuple(
        _read(file) for name in _FOLDERS for file in sorted((folder / name).glob("*.json"))
    )


def message_of(kind: MessageType, found: Iterable[Example]) -> Message | None:
    """Return the message that shows *kind*; None if no example has one."""
    if kind.channel == "in":
        return next(_sent(kind, found), None)
    received = (message for each in found for message in each.expect)
    return next((message for message in received if message["type"] == kind.type), None)


def about(kind: MessageType, found: Iterable[Example]) -> list[Example]:
    """Return the examples that send *kind*, or in which it is received."""
    if kind.channel == "in":
        return [each for each in found if each.send and each.send.get("type") == kind.type]
    return [each for each in found if any(one["type"] == kind.type for one in each.expect)]


def _sent(kind: MessageType, found: Iterable[Example]) -> Iterator[Message]:
    """Yield the accepted messages of *kind*, that of the shortest name first."""
    fitting = [each for each in about(kind, found) if each.name.startswith("accepted/")]
    for each in sorted(fitting, key=lambda each: (len(each.name), each.name)):
        assert each.send is not None
        yield each.send


def _read(file: Path) -> Example:
    stated = json.loads(file.read_text())
    sent = stated["send"].get("message")
    return Example(
        f"{file.parent.name}/{file.stem}",
        stated["title"],
        sent if isinstance(sent, dict) else None,
        tuple(each["message"] for each in stated["expect"]),
    )
