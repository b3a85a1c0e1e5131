"""The outcome of a decision: for each audience of a fact, a message or why there is none."""

from collections.abc import Iterable
from typing import NamedTuple

from services.notifications.audiences import render
from services.notifications.audiences.request import Request
from shared.contracts.event import Classification, Facts
from shared.contracts.intake import Reason
from shared.contracts.outbound import Next


class Send(NamedTuple):
    """Tell *audience*; ``kind`` is a key of `shared.contracts.outbound.TYPES`."""

    audience: str
    kind: str
    subject: str
    data: Facts
    answer: bool = False
    classification: Classification = "confidential"


class NotNeeded(NamedTuple):
    audience: str
    because: str


Notice = Send | NotNeeded


class Decision(NamedTuple):
    """``request`` is what is held of it from now on; None where nothing changes."""

    notices: tuple[Notice, ...]
    request: Request | None = None


FOLLOWS_AT_ONCE = "what it leads to follows at once and is told"
OWN_ACT = "it did this itself and was answered"


def requester(
    request: Request,
    next_: Next | None = None,
    *,
    reasons: Iterable[Reason] = (),
    elsewhere: str | None = None,
) -> Send:
    data = render.status_changed(request, next_, reasons=reasons, elsewhere=elsewhere)
    return Send(request.participant, "status_changed", request.tracking_number, data)
