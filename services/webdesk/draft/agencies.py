"""Finds an agency in the list by its state and words of its name. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from shared.contracts.codes import STATES

AT_MOST = 50
"""How many agencies a page shows."""
_TYPES = {"state": "state", "university": "campus", "tribal": "tribal"}
_TERRITORIES = frozenset({"US-AS", "US-GU", "US-MP", "US-PR", "US-VI"})
_BANDS = ((1000, "1000+"), (250, "250-999"), (100, "100-249"), (50, "50-99"), (10, "10-49"))


class ListedAgency(NamedTuple):
    """An agency of the list; ``sworn`` is the number of its officers, if known."""

    ori: str
    name: str
    agency_class: str
    state: str
    county: str
    sworn: int | None

    def as_stated(self) -> dict[str, Any]:
        """Return the ``agency`` of a submission."""
        is_territorial = self.state in _TERRITORIES
        stated = {
            "ori": self.ori,
            "name": self.name,
            "cri_type": "territorial"
            if is_territorial
            else _TYPES.get(self.agency_class, "local"),
            "agency_class": self.agency_class,
            "state": self.state,
            "sworn_band": _band(self.sworn),
        }
        return {name: value for name, value in stated.items() if value is not None}


class Found(NamedTuple):
    """The first agencies that were found, and how many there are in all."""

    agencies: list[ListedAgency]
    total: int


class Agencies:
    """The agencies of the list that are in a state or territory."""

    def __init__(self, agencies: Iterable[ListedAgency]) -> None:
        self._by_ori: dict[str, ListedAgency] = {}
        self._by_state: dict[str, list[tuple[str, ListedAgency]]] = defaultdict(list)
        for each in sorted(agencies, key=lambda one: (one.name, one.ori)):
            self._by_ori[each.ori] = each
            self._by_state[each.state].append((each.name.casefold(), each))

    def get(self, ori: str) -> ListedAgency | None:
        """Return the agency with *ori*; None if it is not in the list."""
        return self._by_ori.get(ori)

    def search(self, name: str, state: str) -> Found:
        """Return the agencies in *state* whose name has every word of *name*."""
        words = name.casefold().split()
        found = [
            agency
            for folded, agency in self._by_state.get(state, ())
            if all(word in folded for word in words)
        ]
        return Found(found[:AT_MOST], len(found))


def listed(row: Mapping[str, str]) -> ListedAgency | None:
    """Return the agency of a *row* of the list; None for a federal one, which has no state."""
    state = f"US-{row['state']}"
    if state not in STATES:
        return None
    sworn = int(row["sworn"]) if row["sworn"] else None
    return ListedAgency(row["ori"], row["name"], row["agency_class"], state, row["county"], sworn)


def _band(sworn: int | None) -> str | None:
    if sworn is None:
        return None
    least = "1-9" if sworn else "0"
    return next((band for number, band in _BANDS if sworn >= number), least)
