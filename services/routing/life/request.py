"""The state of a request, and the changes of capacity that follow from it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shared.contracts.routing import PROVIDER_LEFT, TERMINAL

NOTHING_PAST = "{}"
ENDED = "ended"
LOST = "lost:"
"""Precedes the declaration that the lost provider had: under another one it may be asked again."""
STOPPED, REHOME = " stop", " rehome"
"""Suffixes of ``affected``: the program says that work stops, or needs another provider."""


class Request(NamedTuple):
    """
    The state of one request.

    ``facts`` is JSON of the facts that rules read. ``queue_number`` orders its lane and
    never changes. ``queued`` is true while the matcher has to find a provider, ``fresh`` until the
    matcher has looked at it. ``waits_for`` is the reason of a wait or a referral.
    ``published`` is the number of its last event, ``decided`` of its last decision record. Up to
    the event with number ``recorded`` its events give the complete state (an earlier release
    omitted parts). ``last_event`` is the id of the last event that changed its state.
    ``waits_until`` is when its program opens, as its last wait said.
    ``affected`` is why its provider or program no longer takes part, as last reported to the
    office, with the suffix `STOPPED` or `REHOME` if one applies.
    ``offered`` has the provider of every offer; an empty name stands for an offer that was
    withdrawn and does not count. ``offer_state`` is the last offer's state.
    ``due_clock`` is the running clock, ``due_cause`` the id of the event that started it. While it
    is paused, it has ``due_left`` in seconds instead of ``due_at``.
    ``past`` is JSON: by number of an offer, why its engagement ended; see `past_of`.
    """

    tracking_number: str
    request_id: str
    participant: str
    status: str
    facts: str
    need_stated: bool
    traceparent: str | None = None
    program: str | None = None
    lane: str | None = None
    queue_number: int | None = None
    queued: bool = False
    fresh: bool = False
    waits_for: str | None = None
    published: int = 0
    decided: int = 0
    last_event: str = ""
    offer_state: str | None = None
    offer_expires_at: datetime | None = None
    offer_declaration: str | None = None
    offer_entry: int | None = None
    due_clock: str | None = None
    due_at: datetime | None = None
    due_cause: str | None = None
    recorded: int = 0
    past: str = NOTHING_PAST
    waits_until: datetime | None = None
    affected: str | None = None
    offered: tuple[str, ...] = ()
    due_left: float | None = None

    @property
    def ended(self) -> bool:
        """Tell whether the request has ended, which is final."""
        return self.status in TERMINAL

    @property
    def provider(self) -> str | None:
        """The provider of the last offer; None if that offer does not count."""
        return (self.offered[-1] or None) if self.offered else None

    @property
    def offer_id(self) -> str:
        """The id of the last offer."""
        return offer_id(self.tracking_number, len(self.offered))

    @property
    def engagement_id(self) -> str | None:
        """The id of the engagement, if the last offer was accepted."""
        if self.offer_state != "accepted":
            return None
        return f"{self.tracking_number}-E{len(self.offered)}"

    @property
    def stopped(self) -> bool:
        """Tell whether its work is stopped because its program is suspended."""
        return self.affected is not None and self.affected.endswith(STOPPED)

    @property
    def needs_rehome(self) -> bool:
        """Tell whether its work should go to another provider: its own or its program has left."""
        if self.affected is None:
            return False
        return self.affected.endswith(REHOME) or self.affected.split(" ")[0] in PROVIDER_LEFT

    @property
    def pace(self) -> str:
        """``standard`` or ``urgent``: the second half of its lane."""
        return pace_of(self.lane)


def past_of(request: Request) -> Mapping[str, str]:
    """Return, by number of an offer, `ENDED`, or `LOST` with a declaration."""
    past: dict[str, str] = json.loads(request.past)
    return past


def with_past(request: Request, number: int, how: str) -> str:
    """Return ``past`` with how the engagement after the *number*-th offer ended."""
    past = {**past_of(request), str(number): how}
    return json.dumps(past, sort_keys=True, separators=(",", ":"))


def not_again(request: Request, declarations: Mapping[str, str | None]) -> tuple[str, ...]:
    """
    Return the providers that are not asked again, given the current *declarations* of all.

    One that was lost may be asked again once it has declared its capacity anew.
    """
    past = past_of(request)
    last = {name: past.get(str(number), "") for number, name in enumerate(request.offered, 1)}
    return tuple(
        name
        for name in request.offered
        if name
        if not last[name].startswith(LOST)
        or declarations.get(name) in (None, last[name].removeprefix(LOST))
    )


def pace_of(lane: str | None) -> str:
    """Return ``standard`` or ``urgent``: the second half of *lane*."""
    return "standard" if lane is None else lane.rsplit(".", 1)[1]


def offer_id(tracking_number: str, number: int) -> str:
    """Return the id of the *number*-th offer of a request."""
    return f"{tracking_number}-O{number}"


class CapacityChange(NamedTuple):
    """
    A change of a provider's capacity, which the matcher applies.

    With ``entries`` (JSON) it is a new declaration, which replaces the previous one. Otherwise
    ``free`` is added to ``entry`` of ``declaration``, if that is still the current one, and
    ``load`` to the provider's offers and engagements.
    """

    provider: str
    declaration: str | None = None
    valid_until: datetime | None = None
    entries: str | None = None
    entry: int | None = None
    free: int = 0
    load: int = 0


def capacity_changes(before: Request, after: Request) -> tuple["CapacityChange", ...]:
    """Return the capacity changes when a request changes from *before* to *after*."""
    released, taken = claim(before), claim(after)
    if released[:3] == taken[:3]:
        return _change(taken, free=released.room - taken.room, load=taken.load - released.load)
    return (
        *_change(released, free=released.room, load=-released.load),
        *_change(taken, free=-taken.room, load=taken.load),
    )


class Claim(NamedTuple):
    """What a request takes of its last offer's provider: capacity of an entry, and load."""

    provider: str | None
    declaration: str | None
    entry: int | None
    room: int
    load: int


def claim(request: Request) -> Claim:
    """Return what *request* takes of the provider of its last offer."""
    accepted = request.offer_state == "accepted"
    takes = request.offer_declaration is not None and (accepted or request.offer_state == "open")
    helps = request.status == "offered" or (accepted and not request.ended)
    return Claim(
        request.provider,
        request.offer_declaration,
        request.offer_entry,
        room=int(takes),
        load=int(helps),
    )


def _change(claim: Claim, *, free: int, load: int) -> tuple["CapacityChange", ...]:
    if claim.provider is None or not (free or load):
        return ()
    if not free:
        return (CapacityChange(claim.provider, load=load),)
    change = CapacityChange(
        claim.provider, claim.declaration, entry=claim.entry, free=free, load=load
    )
    return (change,)
