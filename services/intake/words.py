"""Finds in texts the identifiers of people that must not come in."""

import re
from collections.abc import Iterator, Mapping

from shared.contracts.intake import Reason

# A Social Security number as it is written, and the shapes of an FBI number: nine characters
# ending in letters and a digit, or anything of that length after the words.
_PROTECTED = re.compile(
    r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"
    r"|\b\d{6}[A-HJ-NP-Z]{2}\d\b"
    r"|\bFBI\s*(?:number|no\.?|#|UCN)\s*:?\s*(?=[A-Z0-9]*\d)[A-Z0-9]{5,9}\b",
    re.IGNORECASE,
)


def protected_identifiers(texts: Mapping[str, str | None]) -> Iterator[Reason]:
    """Yield a reason for each of *texts* (by path) that holds such an identifier."""
    for path, text in texts.items():
        if text is not None and _PROTECTED.search(text):
            yield Reason(
                code="contains_protected_identifier",
                path=path,
                message="This text seems to hold a Social Security or FBI number.",
                fix="Leave out what identifies a person in criminal justice records.",
            )
