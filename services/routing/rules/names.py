"""
Whether the name that an agency states for itself resembles the one that the agency list has.

A rule has a number, and a decision record names the one it was decided by. A rule never changes:
a better one gets the next number.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

RULE = 1
"""The rule by which names are compared now."""

_WORDS = {
    "co": "county", "cnty": "county", "parish": "county", "twp": "township", "vlg": "village",
    "boro": "borough", "st": "saint", "ste": "saint", "mt": "mount", "ft": "fort",
    "univ": "university", "metro": "metropolitan", "depts": "department", "pd": "police",
    "so": "sheriff", "sheriffs": "sheriff", "marshals": "marshal", "constables": "constable",
    "troopers": "patrol", "dps": "police",
}  # fmt: skip
"""What is written in several ways, as one word."""
_FIRST = {"n": "north", "s": "south", "e": "east", "w": "west"}
_KINDS = frozenset({"police", "sheriff", "marshal", "constable", "patrol"})
_FORMS = frozenset({"city", "town", "township", "village", "borough"})
_UNSAID = frozenset({
    "the", "of", "at", "and", "for", "department", "dept", "dpt", "office", "agency", "law",
    "enforcement", "service", "services", "municipal", "metropolitan", "charter", "campus",
    "tribal", "tribe", "nation",
})  # fmt: skip
"""What one may say and another leave out."""
_SEATS = ("university", "college")


class _Name(NamedTuple):
    """A name in its parts: what it is called, what kind of agency it is, what kind of place."""

    called: tuple[str, ...]
    kinds: frozenset[str]
    forms: frozenset[str]


def resembles(stated: str, listed: str, *, rule: int) -> bool:
    """Tell whether *stated* may be what the agency calls itself that is *listed*, by *rule*."""
    return _RULES[rule](stated, listed)


def _same_but_for_habits(stated: str, listed: str) -> bool:
    """
    Compare what the names are called when abbreviations and usual words are set aside.

    A kind of agency, or of place, that both name must be the same. A university may leave out its
    seat, which the list has behind a colon; a sheriff the county.
    """
    listings = [listed]
    before, colon, _ = listed.partition(":")
    if colon and any(seat in before.lower() for seat in _SEATS):
        listings.append(before)
    return any(_alike(_parts(stated), _parts(listing)) for listing in listings)


def _alike(one: _Name, other: _Name) -> bool:
    for ours, theirs in ((one.kinds, other.kinds), (one.forms, other.forms)):
        if ours and theirs and ours.isdisjoint(theirs):
            return False
    if not one.called and not other.called:
        return one.kinds == other.kinds
    if "sheriff" in one.kinds | other.kinds:
        one, other = _without(one, "county"), _without(other, "county")
    if "patrol" in one.kinds & other.kinds:
        one, other = _without(one, "state"), _without(other, "state")
    return set(one.called) == set(other.called) or "".join(one.called) == "".join(other.called)


def _without(name: _Name, word: str) -> _Name:
    return name._replace(called=tuple(part for part in name.called if part != word))


def _parts(name: str) -> _Name:
    folded = unicodedata.normalize("NFKD", name).replace("'", "").replace("\u2019", "").lower()
    bare = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    words = bare.replace("public safety", "police").replace(" p d", " pd").split()
    if words and words[0] in _FIRST:
        words[0] = _FIRST[words[0]]
    said = [_WORDS.get(word, word) for word in words]
    return _Name(
        called=tuple(w for w in said if w not in _KINDS | _FORMS | _UNSAID),
        kinds=_KINDS.intersection(said),
        forms=_FORMS.intersection(said),
    )


_RULES: Mapping[int, Callable[[str, str], bool]] = {1: _same_but_for_habits}
