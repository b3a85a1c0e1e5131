"""A site's name in URLs. Pure."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count

_LONGEST = 80
_WORD = re.compile("[a-z0-9]+")


def slug_of(agency: str, state: str, taken: Collection[str]) -> str:
    """Return the name in URLs of *agency* in *state* (such as US-FL); it is none of *taken*."""
    text = unicodedata.normalize("NFKD", agency).encode("ascii", "ignore").decode().lower()
    words = "-".join(_WORD.findall(text.replace("'", "")))[:_LONGEST].strip("-")
    base = "-".join(part for part in (words, state.rpartition("-")[2].lower()) if part)
    numbered = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(each for each in numbered if each not in taken)
