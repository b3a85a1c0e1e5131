"""Which ids and sources a participant may be registered with: none that means somebody else."""

import re
from collections.abc import Iterator

from services.intake.findings import Finding
from services.intake.registry import Registry
from shared.contracts import refusals
from shared.contracts.reference import Participant
from shared.contracts.services import SERVICES

_PREFIX = "urn:cri"
RESERVED = frozenset(
    {
        *SERVICES, "admin", "administrator", "continuum", "cri", "desk", "everybody", "kafka",
        "operator", "participants", "postgres", "public", "root", "support", "system",
    }
)  # fmt: skip
"""Ids that mean a part of ours, a role, or everybody."""
_RESERVED_PREFIXES = ("svc-", "cri-", "continuum-")
# A scheme, a colon and something after it, without white space; for a URN also its namespace.
_URI = re.compile(r"(?!urn:)[a-z][a-z0-9+.-]{1,30}:[!-~]{1,200}|urn:[a-z0-9-]{2,32}:[!-~]{1,200}")


def check_registration(asked: Participant, registry: Registry) -> Iterator[Finding]:
    """Yield all that keeps *asked* from being registered with its id and sources."""
    if asked.id in RESERVED or asked.id.startswith(_RESERVED_PREFIXES):
        yield Finding(refusals.RESERVED_ID, "/data/id")
    taken = _sources_of_others(asked.id, registry)
    for place, stated in enumerate(asked.sources):
        yield from _source(stated.lower(), f"/data/sources/{place}", asked.id, taken)


def _source(source: str, path: str, owner: str, taken: frozenset[str]) -> Iterator[Finding]:
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
