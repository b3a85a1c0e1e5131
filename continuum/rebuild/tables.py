"""What a rebuild must know of one service: which tables it folds, from which topics, and how."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.messaging.records import Item, Malformed, PassedOver, Record


async def _nothing(
    connection: Any, published: Sequence[bytes], numbers: Mapping[str, int]
) -> None: ...


async def _none(connection: Any) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Tables:
    """
    The tables of a service that are a fold of topics that are kept for ever.

    ``names`` are those compared; ``kept`` says of the others why they are not computed again. The
    statements ``make`` those that are filled, beside the live ones; ``see`` the rows of both sides
    as one view, ``compared``; ``lock`` what the service writes outside of batches; and ``repair``
    the rows whose keys are in the temporary table ``differing``.

    ``parse`` is the service's own. ``begin`` makes an empty set of changes, ``decide`` adds what
    an item leads to (pure, and unchanged when it raises), ``save`` writes them. ``read_back``
    adds what the service published itself on its ``own`` topic, up to the last number of each subject,
    and may be called again. ``figures`` are the public ones, which a repair would move.
    """

    names: tuple[str, ...]
    kept: Mapping[tuple[str, ...], str]
    topics: frozenset[str]
    make: str
    see: str
    repair: str
    parse: Callable[[Record], Item | PassedOver | Malformed]
    begin: Callable[[], Any]
    decide: Callable[[Any, Item], None]
    save: Callable[[Any, Any], Awaitable[None]]
    lock: str = ""
    own: str | None = None
    read_back: Callable[[Any, Sequence[bytes], Mapping[str, int]], Awaitable[None]] = _nothing
    figures: Callable[[Any], Awaitable[Mapping[str, int]]] = _none
