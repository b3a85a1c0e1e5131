"""The list of agencies, looked up by ORI."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from sys import intern
from typing import NamedTuple


class AgencyRow(NamedTuple):
    """An agency in the list; federal agencies have no state."""

    ori: str
    name: str
    agency_class: str
    state: str | None


class AgencyList:
    """Agencies by ORI. An ORI of seven characters may be shared by several agencies."""

    def __init__(self, agencies: Iterable[AgencyRow] = ()) -> None:
        self._by_ori: dict[str, AgencyRow] = {}
        self._by_prefix: dict[str, tuple[AgencyRow, ...]] = defaultdict(tuple)
        for one in agencies:
            self._by_ori[one.ori] = one
            self._by_prefix[one.ori[:7]] += (one,)

    def __len__(self) -> int:
        return len(self._by_ori)

    def matching(self, ori: str) -> tuple[AgencyRow, ...]:
        """Return the agencies that *ori* may mean, in the order of the list."""
        if len(ori) == 7:
            return self._by_prefix.get(ori, ())
        one = self._by_ori.get(ori)
        return () if one is None else (one,)


def full_ori(ori: str) -> str:
    """Return *ori* with nine characters; seven stand for the agency's first office (``00``)."""
    return ori if len(ori) == 9 else f"{ori}00"


def load_agency_list(file: Path) -> AgencyList:
    """Return the list in *file*, a gzipped CSV."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        return AgencyList(
            AgencyRow(
                ori=row["ori"],
                name=row["name"],
                agency_class=intern(row["agency_class"]),
                state=intern(f"US-{row['state']}") if row["state"] else None,
            )
            for row in csv.DictReader(text)
        )
