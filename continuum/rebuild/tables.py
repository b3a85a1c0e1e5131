"""Describes a service to a rebuild: its folded tables, their topics, and how to fold them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from continuum.rebuild.compare import RowComparison
from continuum.rebuild.log import Log
from shared.delivery.records import Item, Malformed, PassedOver, Record


async def _nothing(
    connection: Any, published: Sequence[bytes], numbers: Mapping[str, int]
) -> None: ...


async def _none(connection: Any) -> Mapping[str, int]:
    return {}


async def no_states(snapshot: Any, latest: Any, log: Log) -> Sequence[RowComparison]:
    return ()


Unfolded = tuple[Item, str]
"""An item that this build cannot fold, and the type of its error."""


@dataclass(frozen=True, slots=True)
class Tables:
    """
    A service's tables that are a fold of topics with unlimited retention.

    ``names`` are the compared tables; ``kept`` says why the others are not recomputed. Statements:
    ``make`` creates the rebuilt tables beside the live ones; ``see`` creates the view ``compared``
    over both; ``lock`` locks what the service writes outside of batches; ``repair`` replaces the
    rows whose keys are in the temporary table ``differing``.

    ``parse`` is the service's own. ``begin`` returns an empty set of changes, ``decide`` adds an
    item to it (pure; it changes nothing if it raises), ``save`` writes it. If what an item changes
    depends on stored rows, ``save`` decides it, and returns the items that this build cannot fold;
    it leaves out the later ones of their subjects. ``read_back`` adds what
    the service published on its ``own`` topic, up to the last number of each subject; it may be
    called again. ``figures`` returns the public figures, which a repair may change.
    ``states`` compares rows with the fold of the own topic; no repair touches them.
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
    save: Callable[[Any, Any], Awaitable[Sequence[Unfolded] | None]]
    lock: str = ""
    own: str | None = None
    read_back: Callable[[Any, Sequence[bytes], Mapping[str, int]], Awaitable[None]] = _nothing
    figures: Callable[[Any], Awaitable[Mapping[str, int]]] = _none
    states: Callable[[Any, Any, Log], Awaitable[Sequence[RowComparison]]] = no_states
