"""What makes two messages the same: the digest of their type and canonical data."""

import json
from hashlib import sha256
from typing import Any

_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False
)


def canonical(data: Any) -> bytes:
    """
    Return *data* as RFC 8785 writes it.

    Exact for what the door lets in: no floats, integers within ±(2^53 - 1), no lone surrogates,
    and keys of the contracts, which are ASCII (other orders of keys differ beyond it).
    """
    return _ENCODER.encode(data).encode()


def digest(kind: str, data: Any) -> bytes:
    """Return what is equal for two messages exactly if they have one type and equal data."""
    return sha256(kind.encode() + b"\n" + canonical(data)).digest()
