"""Finds Social Security and FBI numbers in texts, however they are written."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from services.intake.characters import folded, is_plain

# All patterns see texts that are folded, in small letters, with a line end between two of them,
# which no pattern crosses. Each repetition has an end and gives nothing back, so that the time
# grows with the length of the texts alone.

# In one search: nine digits in three parts that are divided alike and do not go on into a longer
# number, or the nine characters of an FBI number with its letters.
_NUMBERS = re.compile(
    r"[0-9]{3}(?:( ?-{1,2} ?|[._]| {1,3})[0-9]{2}\1[0-9]{4}(?![-.]?[0-9])"
    r"|[0-9]{3}[a-hj-np-z]{2}[0-9](?<![a-z0-9_-].{9})(?![a-z0-9_]))"
)
# What makes them a part of something else when it stands before them: a longer number, a word and
# a hyphen (a case number), a country code.
_LEADS_IN = re.compile(r"(?:[a-z0-9_]-?|[0-9]\.|\+[0-9]{1,3} )\Z")
_LONGEST_LEAD = 5
# Nine digits after the words for a Social Security number, divided in any way or not at all.
_SOCIAL = re.compile(
    r"(?<![a-z0-9])(?:s\.? ?s\.? ?n(?:o|r|s|um|umber)?(?![a-z])|s\.?s\.? ?(?:#|no(?![a-z]))"
    r"|social[ -]?(?:security|sec(?![a-z])|is(?![a-z])|no(?![a-z])|number|#)"
    r"|soc\.? ?sec(?![a-z]))[^0-9\n]{0,30}+"
    r"([0-9]{3}[ ._/-]{0,3}+[0-9]{2}[ ._/-]{0,3}+[0-9]{4}|[0-9](?: [0-9]){8})(?!-?[0-9])"
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


def holds_identifier(text: str) -> bool:
    """Tell whether *text* seems to hold a Social Security or FBI number."""
    return bool(holders([text], plain=is_plain([text])))


def holders(texts: Sequence[str], *, plain: bool) -> set[int]:
    """
    Return which of *texts*, by place, seem to hold a Social Security or FBI number.

    *plain* is what `is_plain` says of them.
    """
    if not plain:
        texts = folded(texts)
    whole = "\n".join(texts).lower()
    found = [match.start() for match in _NUMBERS.finditer(whole) if _is_identifier(match)]
    if any(map(whole.__contains__, _NAMES_OF_SOCIAL)):
        named = _SOCIAL.finditer(whole)
        found += [match.start() for match in named if _may_be_issued(match[1])]
    if any(map(whole.__contains__, _NAMES_OF_FBI)):
        found += [match.start() for match in _FBI.finditer(whole)]
    if not found:
        return set()
    ends = [*accumulate(len(text) + 1 for text in texts)]
    return {bisect_right(ends, place) for place in found}


def _is_identifier(number: re.Match[str]) -> bool:
    if number[1] is None:
        return True
    begin = number.start()
    lead = number.string[max(0, begin - _LONGEST_LEAD) : begin]
    return _may_be_issued(number[0]) and not _LEADS_IN.search(lead)


def _may_be_issued(number: str) -> bool:
    """Tell whether a Social Security number may have these digits, whatever divides them."""
    digits = "".join(filter(str.isdigit, number))
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"
