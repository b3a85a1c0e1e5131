"""Ids that no participant may have: they stand for a part of Continuum, a role, or everyone."""

from shared.contracts.services import DEPLOYABLES, WEB_DESK

RESERVED_IDS = frozenset(
    {
        "administrator", "continuum", "cri", "desk", "everybody", "kafka", "participants",
        "postgres", "public", "root", "support", "system",
    }
)  # fmt: skip
RESERVED_PREFIXES = (*DEPLOYABLES, WEB_DESK, "admin", "operator", "svc-", "cri-", "continuum-")
"""With such an id, a participant would share a service's or the operator's group prefix."""


def is_reserved(participant: str) -> bool:
    """Tell whether no participant may have this id."""
    return participant in RESERVED_IDS or participant.startswith(RESERVED_PREFIXES)
