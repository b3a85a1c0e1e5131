"""
Compares the name that an agency states for itself with its name in the agency list.

Each version of the comparison has a number, which decision records contain. A version never
changes: an improved one gets the next number.
"""

import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

RULE = 1
"""The current version of the comparison."""

_WORDS = {
    "co": "county", "cnty": "county", "parish": "county", "twp": "township", "vlg": "village",
    "boro": "borough", "st": "saint", "ste": "saint", "mt": "mount", "ft": "fort",
    "univ": "university", "metro": "metropolitan", "depts": "department", "pd": "police",
    "so": "sheriff", "sheriffs": "sheriff", "marshals": "marshal", "constables": "constable",
    "troopers": "patrol", "dps": "police",
}  # fmt: skip
"""Abbreviations and variants, with the word that they are compared as."""
_FIRST = {"n": "north", "s": "south", "e": "east", "w": "west"}
_KINDS = frozenset({"police", "sheriff", "marshal", "constable", "patrol"})
_FORMS = frozenset({"city", "town", "township", "village", "borough"})
_OPTIONAL = frozenset({
    "the", "of", "at", "and", "for", "department", "dept", "dpt", "office", "agency", "law",
    "enforcement", "service", "services", "municipal", "metropolitan", "charter", "campus",
    "tribal", "tribe", "nation",
})  # fmt: skip
"""Words that may be missing in one of two equal names."""
_UNIVERSITIES = ("university", "college")


class _Name(NamedTuple):
    """A name in its parts: proper name, kinds of agency, forms of municipality."""

    proper: tuple[str, ...]
    kinds: frozenset[str]
    forms: frozenset[str]


def resembles(stated: str, listed: str, *, rule: int) -> bool:
    """Tell whether *stated* and *listed* may name the same agency, by version *rule*."""
    return _RULES[rule](stated, listed)


def _same_apart_from_usage(stated: str, listed: str) -> bool:
    """
    Compare the proper names, ignoring abbreviations and optional words.

    If both names state a kind of agency or a form of municipality, these must match. A university
    may omit its campus, which follows a colon in the list, and a sheriff the word "county".
    """
    listings = [listed]
    before, colon, _ = listed.partition(":")
    if colon and any(word in before.lower() for word in _UNIVERSITIES):
        listings.append(before)
    return any(_alike(_parts(stated), _parts(listing)) for listing in listings)


def _alike(one: _Name, other: _Name) -> bool:
    for ours, theirs in ((one.kinds, other.kinds), (one.forms, other.forms)):
        if ours and theirs and ours.isdisjoint(theirs):
            return False
    if not one.proper and not other.proper:
        return one.kinds == other.kinds
    if "sheriff" in one.kinds | other.kinds:
        one, other = _without(one, "county"), _without(other, "county")
    if "patrol" in one.kinds & other.kinds:
        one, other = _without(one, "state"), _without(other, "state")
    return set(one.proper) == set(other.proper) or "".join(one.proper) == "".join(other.proper)


def _without(name: _Name, word: str) -> _Name:
    return name._replace(proper=tuple(part for part in name.proper if part != word))


@lru_cache(maxsize=4096)  # the agencies that ask are few, and each is compared again
def _parts(name: str) -> _Name:
    folded = unicodedata.normalize("NFKD", name).replace("'", "").replace("\u2019", "").lower()
    bare = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    words = bare.replace("public safety", "police").replace(" p d", " pd").split()
    if words and words[0] in _FIRST:
        words[0] = _FIRST[words[0]]
    words = [_WORDS.get(word, word) for word in words]
    return _Name(
        proper=tuple(w for w in words if w not in _KINDS | _FORMS | _OPTIONAL),
        kinds=_KINDS.intersection(words),
        forms=_FORMS.intersection(words),
    )


_RULES: Mapping[int, Callable[[str, str], bool]] = {1: _same_apart_from_usage}
