"""Finds Social Security and FBI numbers in texts, in any notation."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice

from shared.texts.characters import folded, is_printable_ascii

# All patterns are applied to folded texts in lower case, joined by line breaks, which no pattern
# crosses. Each repetition is bounded or possessive, so the time is linear in the length.

# One search for both kinds: nine digits in three parts with equal separators, which belong neither
# to a longer number nor to a case number (a word, a hyphen, digits); or the nine characters of an
# FBI number with its letters. Areas 000, 666 and 9xx, group 00 and serial 0000 were never issued.
_NUMBERS = re.compile(
    r"[0-9]{3}(?:(?<!000)(?<!666)(?<!9..)(?<![a-z0-9_]...)(?<![a-z0-9_]-...)(?<![0-9]\....)"
    r"( ?-{1,2} ?|[._]| {1,3})(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![-.]?[0-9])"
    r"|[0-9]{3}[a-hj-np-z]{2}[0-9](?<![a-z0-9_-].{9})(?![a-z0-9_]))"
)
_COUNTRY_CODE = re.compile(r"\+[0-9]{1,3} \Z")
_LONGEST_CODE = 5
# Nine digits after a name of the Social Security number, with any separators or none.
_SOCIAL = re.compile(
    r"(?<![a-z0-9])(?:s\.? ?s\.? ?n(?:o|r|s|um|umber)?(?![a-z])|s\.?s\.? ?(?:#|no(?![a-z]))"
    r"|social[ -]?(?:security|sec(?![a-z])|is(?![a-z])|no(?![a-z])|number|#)"
    r"|soc\.? ?sec(?![a-z]))[^0-9\n]{0,30}+"
    r"(?:(?!000|666|9)[0-9]{3}[ ._/-]{0,3}+(?!00)[0-9]{2}[ ._/-]{0,3}+(?!0000)[0-9]{4}"
    r"|(?!0 0 0|6 6 6|9)[0-9](?: [0-9]){8})(?!-?[0-9])"
)
# Five to nine characters with a digit after a name of the FBI number.
_FBI = re.compile(
    r"(?<![a-z0-9])(?:f\.? ?b\.? ?i\.? {0,3}+(?:number|num(?![a-z])|no(?![a-z])|nr(?![a-z])|#|ucn)"
    r"|ucn(?![a-z])|universal control (?:number|no(?![a-z])))"
    r"[^a-z0-9\n]{0,8}+(?:(?:number|no|nr|is|was)(?![a-z0-9])[^a-z0-9\n]{1,8}+)?"
    r"(?=[a-z0-9]{0,8}[0-9])[a-z0-9]{5,9}(?![a-z0-9])"
)
# How a name of each number can begin. Few texts hold it, and looking for it takes a quarter of the
# time that a search takes.
_BEGINS_SOCIAL = re.compile(r"s\.? ?s\.? ?[n#]|soc")
_BEGINS_FBI = re.compile(r"f\.? ?b\.? ?i|ucn|universal control")

MAX_MATCHES = 1_050
"""The most matches of each pattern in a message: more than a refusal names and counts."""


def holds_identifier(text: str) -> bool:
    """Tell whether *text* seems to hold a Social Security or FBI number."""
    return bool(texts_with_identifier([text], plain=is_printable_ascii([text])))


def texts_with_identifier(texts: Sequence[str], *, plain: bool) -> set[int]:
    """
    Return the indexes of *texts* that seem to hold a Social Security or FBI number.

    Not all of them if there are more than `MAX_MATCHES`. *plain* is the result of
    `is_printable_ascii` for *texts*.
    """
    if not plain:
        texts = folded(texts)
    whole = "\n".join(texts).lower()
    numbers = filter(_is_no_telephone_number, _NUMBERS.finditer(whole))
    found = [match.start() for match in islice(numbers, MAX_MATCHES)]
    if _BEGINS_SOCIAL.search(whole):
        found += [match.start() for match in islice(_SOCIAL.finditer(whole), MAX_MATCHES)]
    if _BEGINS_FBI.search(whole):
        found += [match.start() for match in islice(_FBI.finditer(whole), MAX_MATCHES)]
    if not found:
        return set()
    ends = [*accumulate(len(text) + 1 for text in texts)]
    return {bisect_right(ends, start) for start in found}


def _is_no_telephone_number(found: re.Match[str]) -> bool:
    """Tell whether no country code stands before the match."""
    begin = found.start()
    return not _COUNTRY_CODE.search(found.string[max(0, begin - _LONGEST_CODE) : begin])
