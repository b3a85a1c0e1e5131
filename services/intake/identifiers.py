"""Finds Social Security and FBI numbers in texts, however they are written."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice

from services.intake.characters import folded, is_printable_ascii

# All patterns see texts that are folded, in small letters, with a line end between two of them,
# which no pattern crosses. Each repetition has an end and gives nothing back, so that the time
# grows with the length of the texts alone.

# In one search: nine digits in three parts that are divided alike and do not go on from or into a
# longer number or a word and a hyphen (a case number); or the nine characters of an FBI number
# with its letters. No area 000, 666 or 9xx, no group 00 and no serial 0000 was ever issued.
_NUMBERS = re.compile(
    r"[0-9]{3}(?:(?<!000)(?<!666)(?<!9..)(?<![a-z0-9_]...)(?<![a-z0-9_]-...)(?<![0-9]\....)"
    r"( ?-{1,2} ?|[._]| {1,3})(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![-.]?[0-9])"
    r"|[0-9]{3}[a-hj-np-z]{2}[0-9](?<![a-z0-9_-].{9})(?![a-z0-9_]))"
)
_COUNTRY_CODE = re.compile(r"\+[0-9]{1,3} \Z")
_LONGEST_CODE = 5
# Nine digits after the words for a Social Security number, divided in any way or not at all.
_SOCIAL = re.compile(
    r"(?<![a-z0-9])(?:s\.? ?s\.? ?n(?:o|r|s|um|umber)?(?![a-z])|s\.?s\.? ?(?:#|no(?![a-z]))"
    r"|social[ -]?(?:security|sec(?![a-z])|is(?![a-z])|no(?![a-z])|number|#)"
    r"|soc\.? ?sec(?![a-z]))[^0-9\n]{0,30}+"
    r"(?:(?!000|666|9)[0-9]{3}[ ._/-]{0,3}+(?!00)[0-9]{2}[ ._/-]{0,3}+(?!0000)[0-9]{4}"
    r"|(?!0 0 0|6 6 6|9)[0-9](?: [0-9]){8})(?!-?[0-9])"
)
# What looks like an FBI number after its name.
_FBI = re.compile(
    r"(?<![a-z0-9])(?:f\.? ?b\.? ?i\.? {0,3}+(?:number|num(?![a-z])|no(?![a-z])|nr(?![a-z])|#|ucn)"
    r"|ucn(?![a-z])|universal control (?:number|no(?![a-z])))"
    r"[^a-z0-9\n]{0,8}+(?:(?:number|no|nr|is|was)(?![a-z0-9])[^a-z0-9\n]{1,8}+)?"
    r"(?=[a-z0-9]{0,8}[0-9])[a-z0-9]{5,9}(?![a-z0-9])"
)
# Few texts have such words; asking for them takes a fraction of a search's time.
_NAMES_OF_SOCIAL = ("ssn", "ss#", "ss #", "ss n", "s.s", "s s", "soc")
_NAMES_OF_FBI = ("fbi", "f.b", "f b", "fb.", "fb ", "ucn", "universal control")


MAX_MATCHES = 1_050
"""How many are found at most in a message: more than a refusal tells and counts."""


def holds_identifier(text: str) -> bool:
    """Tell whether *text* seems to hold a Social Security or FBI number."""
    return bool(texts_with_identifier([text], plain=is_printable_ascii([text])))


def texts_with_identifier(texts: Sequence[str], *, plain: bool) -> set[int]:
    """
    Return which of *texts*, by place, seem to hold a Social Security or FBI number: of many, some.

    *plain* is what `is_plain` says of them.
    """
    if not plain:
        texts = folded(texts)
    whole = "\n".join(texts).lower()
    numbers = filter(_is_number, _NUMBERS.finditer(whole))
    found = [match.start() for match in islice(numbers, MAX_MATCHES)]
    if any(map(whole.__contains__, _NAMES_OF_SOCIAL)):
        found += [match.start() for match in islice(_SOCIAL.finditer(whole), MAX_MATCHES)]
    if any(map(whole.__contains__, _NAMES_OF_FBI)):
        found += [match.start() for match in islice(_FBI.finditer(whole), MAX_MATCHES)]
    if not found:
        return set()
    ends = [*accumulate(len(text) + 1 for text in texts)]
    return {bisect_right(ends, place) for place in found}


def _is_number(found: re.Match[str]) -> bool:
    """Tell whether it is no telephone number, with a country code before it."""
    begin = found.start()
    return not _COUNTRY_CODE.search(found.string[max(0, begin - _LONGEST_CODE) : begin])
