"""What makes two messages the same: the digest of their type and canonical data."""

from hashlib import sha256
from typing import Any

from pydantic_core import to_json


def canonical(data: Any) -> bytes:
    """
    Return *data* as RFC 8785 writes it.

    Exact for what the door lets in: no floats, integers within ±(2^53 - 1), no lone surrogates,
    and keys of the contracts, which are ASCII (other orders of keys differ beyond it).
    """
    return to_json(_sorted(data))


def digest(kind: str, data: Any) -> bytes:
    """Return what is equal for two messages exactly if they have one type and equal data."""
    return sha256(kind.encode() + b"\n" + canonical(data)).digest()


def _sorted(data: Any) -> Any:
    if type(data) is dict:
        return {key: _sorted(data[key]) for key in sorted(data)}
    return [_sorted(entry) for entry in data] if type(data) is list else data
