"""What routing keeps of one request, and what a provider can take on."""

from datetime import datetime
from typing import NamedTuple

from shared.contracts.routing import TERMINAL


class Request(NamedTuple):
    """
    One request as routing holds it.

    ``facts`` is JSON of what rules may read. ``queue_number`` is its place in the lane, given
    once; ``queued`` while the matcher has to find a provider; ``fresh`` until the matcher has
    looked. ``waits_for`` is the reason of a wait or a referral. ``published`` counts its events,
    ``decided`` its decision records; up to the event ``recorded`` its events say the whole of it
    (an earlier release left out some). ``last_event`` is the id of the last one about its state.
    ``offered`` names the provider of every offer made, the last one's state is ``offer_state``.
    The one clock that runs is ``due_clock``; ``due_cause`` is the event that set it.
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
    offered: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Tell whether the request has reached its one end."""
        return self.status in TERMINAL

    @property
    def provider(self) -> str | None:
        """The provider of the last offer."""
        return self.offered[-1] if self.offered else None

    @property
    def offer_id(self) -> str:
        """The id of the last offer."""
        return offer_id(self.tracking_number, len(self.offered))

    @property
    def engagement_id(self) -> str | None:
        """The id of the engagement, when the last offer was accepted."""
        if self.offer_state != "accepted":
            return None
        return f"{self.tracking_number}-E{len(self.offered)}"

    @property
    def pace(self) -> str:
        """``standard`` or ``urgent``: the second half of its lane."""
        return pace_of(self.lane)


def pace_of(lane: str | None) -> str:
    """Return ``standard`` or ``urgent``: the second half of *lane*."""
    return "standard" if lane is None else lane.rsplit(".", 1)[1]


def offer_id(tracking_number: str, number: int) -> str:
    """Return the id of the *number*-th offer of a request."""
    return f"{tracking_number}-O{number}"


class CapacityChange(NamedTuple):
    """
    A change of what a provider can take on, in the order of its number, for the matcher.

    With ``entries`` (JSON) it is a new declaration, which replaces the old one; otherwise
    ``free`` is added to ``entry`` of ``declaration``, if that one still stands, and ``load`` to
    the provider's offers and engagements.
    """

    provider: str
    declaration: str | None = None
    valid_until: datetime | None = None
    entries: str | None = None
    entry: int | None = None
    free: int = 0
    load: int = 0


def capacity_changes(before: Request, after: Request) -> tuple["CapacityChange", ...]:
    """Return how what providers can take on changes as a request goes from *before* to *after*."""
    released, taken = claim(before), claim(after)
    if released[:3] == taken[:3]:
        return _change(taken, free=released.room - taken.room, load=taken.load - released.load)
    return (
        *_change(released, free=released.room, load=-released.load),
        *_change(taken, free=-taken.room, load=taken.load),
    )


class Claim(NamedTuple):
    """What a request takes of the provider of its last offer: room of an entry, and load."""

    provider: str | None
    declaration: str | None
    entry: int | None
    room: int
    load: int


def claim(request: Request) -> Claim:
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
