"""The digest of a message's type and data: two messages are the same if it is equal."""

from hashlib import sha256
from typing import Any

from pydantic_core import to_json


def canonical(data: Any) -> bytes:
    """
    Return *data* in the canonical JSON of RFC 8785.

    Exact only for valid messages: no floats, integers within ±(2^53 - 1), no lone surrogates, and
    ASCII keys (RFC 8785 sorts others by UTF-16 code units, Python by code points).
    """
    return to_json(_sorted(data))


def digest(kind: str, data: Any) -> bytes:
    """Return the SHA-256 of the type *kind* and the canonical *data*."""
    return sha256(kind.encode() + b"\n" + canonical(data)).digest()


def _sorted(data: Any) -> Any:
    if type(data) is dict:
        return {key: _sorted(data[key]) for key in sorted(data)}
    return [_sorted(entry) for entry in data] if type(data) is list else data
