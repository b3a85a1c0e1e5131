"""Checks the id and sources of a registration: neither may pass for another participant's."""

import re
from collections.abc import Iterator

from services.intake.findings import Finding
from services.intake.registry import Registry
from shared.contracts import refusals
from shared.contracts.inbound import AGENCY_DESK
from shared.contracts.reference import Participant
from shared.contracts.reserved import is_reserved
from shared.contracts.services import WEB_DESK

_REACHED_BY_DESK = ("agency_system", "provider")
"""An office is not among them: the public desk must never speak for one."""
_PREFIX = "urn:cri"
# A scheme, a colon and a rest without white space; a URN also has a namespace.
_URI = re.compile(r"(?!urn:)[a-z][a-z0-9+.-]{1,30}:[!-~]{1,200}|urn:[a-z0-9-]{2,32}:[!-~]{1,200}")


def check_registration(participant: Participant, registry: Registry) -> Iterator[Finding]:
    """Yield the findings about the id, the kind and the sources of *participant*."""
    is_desk = participant.kind == AGENCY_DESK
    if is_desk and participant.id != WEB_DESK:
        yield Finding(refusals.ONE_AGENCY_DESK, "/data/kind")
    elif is_reserved(participant.id) and not is_desk:
        yield Finding(refusals.RESERVED_ID, "/data/id")
    if participant.reached_by == "desk" and participant.kind not in _REACHED_BY_DESK:
        yield Finding(refusals.HAS_A_SYSTEM, "/data/reached_by")
    taken = _sources_of_others(participant.id, registry)
    for index, stated in enumerate(participant.sources):
        yield from _check_source(stated.lower(), f"/data/sources/{index}", participant.id, taken)


def _check_source(source: str, path: str, owner: str, taken: frozenset[str]) -> Iterator[Finding]:
    own = f"{_PREFIX}:{owner}"
    if not _URI.fullmatch(source) or source.endswith(":"):
        yield Finding(refusals.NOT_A_URI, path, {"own": own})
    elif _within(source, _PREFIX) and not _within(source, own):
        yield Finding(refusals.RESERVED_SOURCE, path, {"own": own})
    elif any(_within(source, other) or _within(other, source) for other in taken):
        yield Finding(refusals.SOURCE_TAKEN, path, {"own": own})


def _sources_of_others(owner: str, registry: Registry) -> frozenset[str]:
    """Return the sources of all other participants that *owner* could collide with."""
    return frozenset(
        source.lower()
        for sender in registry.senders.values()
        if sender.id != owner
        for source in sender.sources
        if not _within(source.lower(), _PREFIX)
    )


def _within(source: str, prefix: str) -> bool:
    return source == prefix or source.startswith(f"{prefix}:")
