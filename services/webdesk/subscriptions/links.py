"""The links in mails to subscribers, as people open them. Pure."""

import re
from typing import NamedTuple, Self

from shared.contracts.links import Purpose, is_genuine

_PATH = re.compile(r"([0-9a-f-]{36})/(?:([a-z_.]{1,100})/)?([A-Za-z0-9_-]{24})")


class Link(NamedTuple):
    """A link that notifications wrote; ``path``, the part after its purpose, is its secret."""

    purpose: Purpose
    subscription_id: str
    kinds: tuple[str, ...]
    path: str

    @classmethod
    def read(cls, purpose: Purpose, path: str, key: bytes) -> Self | None:
        """Return the link at *path*; None if it was not written with *key* for *purpose*."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        kinds = tuple(found[2].split(".")) if found[2] else ()
        if not is_genuine(found[3], key, purpose, found[1], kinds):
            return None
        return cls(purpose, found[1], kinds, path)
