"""Finds in texts the identifiers of people that must not come in."""

import re
from collections.abc import Iterator, Mapping

from services.intake.findings import Finding

# A Social Security number as it is written; the nine characters of an FBI number with its letters.
# Each begins with what the search can skip to quickly.
_NUMBERS = re.compile(
    r"\d(?<![\w-]\d)(?:\d\d-\d\d-\d{4}(?![\d-])|\d{5}[A-HJ-NP-Za-hj-np-z]{2}\d\b)"
)
# What looks like an FBI number after the words. No repetition gives back what it took, and none is
# without an end: the time it takes grows with the length of the text, whatever the text says.
_NAMED = re.compile(
    r"[Ff][Bb][Ii]\s*+(?:[Nn]umber|NUMBER|[Nn]o\.?|NO\.?|#|UCN)\s*+(?::\s*+)?"
    r"(?=[A-Za-z0-9]{0,8}\d)[A-Za-z0-9]{5,9}\b"
)


def protected_identifiers(texts: Mapping[str, str | None]) -> Iterator[Finding]:
    """Yield a reason for each of *texts* (by path) that holds such an identifier."""
    for path, text in texts.items():
        if text and _holds_identifier(text):
            yield Finding(
                code="contains_protected_identifier",
                path=path,
                message="This text seems to hold a Social Security or FBI number.",
                fix="Leave out what identifies a person in criminal justice records.",
            )


def _holds_identifier(text: str) -> bool:
    # Few texts name the FBI; asking for the word takes a fraction of the search's time.
    named = "fbi" in text.lower() and _NAMED.search(text)
    return bool(named or _NUMBERS.search(text))
