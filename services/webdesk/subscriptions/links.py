"""The links in mails to subscribers, as people open them. Pure."""

import re
from typing import NamedTuple, Self

from shared.contracts.links import Gets, Purpose, is_genuine

_PATH = re.compile(r"([0-9a-f-]{36})/(?:([a-z0-9_.-]{1,200})/)?([A-Za-z0-9_-]{24})")


class Link(NamedTuple):
    """A link that notifications wrote; ``path``, the part after its purpose, is its secret."""

    purpose: Purpose
    subscription_id: str
    kinds: tuple[str, ...]
    path: str
    gets: Gets | None = None
    """What the subscription got when the link was written, if it says so."""

    @classmethod
    def read(cls, purpose: Purpose, path: str, key: bytes) -> Self | None:
        """Return the link at *path*; None if it was not written with *key* for *purpose*."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        kinds = tuple(found[2].split(".")) if found[2] else ()
        if not is_genuine(found[3], key, purpose, found[1], kinds):
            return None
        if purpose == "preferences":
            return cls(purpose, found[1], (), path, Gets.read(kinds))
        return cls(purpose, found[1], kinds, path)
