"""The real agencies that ask for help in the demonstration, read from `deploy/reference`."""

import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REFERENCE = Path(__file__).parents[1] / "reference"
_BANDS = ((1000, "1000+"), (250, "250-999"), (100, "100-249"), (50, "50-99"), (10, "10-49"))
_TYPES = {"state": "state", "university": "campus", "tribal": "tribal"}
_FILES = {"desks": "participants"}
"""List → the file that it is in, if that is named after another list."""
_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})


@dataclass(frozen=True, slots=True)
class AskingAgency:
    """One agency and the participant that speaks for it."""

    participant: str
    ori: str | None
    key: str | None
    name: str
    cri_type: str
    agency_class: str
    state: str
    sworn_band: str | None
    listed: bool = True
    alone: bool = True
    """Whether no other agency of the list has the same first seven characters of its ORI."""

    def as_stated(self) -> dict[str, Any]:
        """Return the ``agency`` of a submission."""
        stated = {
            "ori": self.ori,
            "key": self.key,
            "name": self.name,
            "cri_type": self.cri_type,
            "agency_class": self.agency_class,
            "state": f"US-{self.state}",
            "sworn_band": self.sworn_band,
        }
        return {name: value for name, value in stated.items() if value is not None}


def reference(name: str) -> list[dict[str, Any]]:
    """Return the entries of one list of `deploy/reference`."""
    return deepcopy(_entries(name))


@cache
def _entries(name: str) -> list[dict[str, Any]]:
    file = REFERENCE / f"{_FILES.get(name, name)}.yaml"
    entries: list[dict[str, Any]] = yaml.safe_load(file.read_text())[name]
    return entries


@cache
def asking_agencies() -> tuple[AskingAgency, ...]:
    """Return every agency that a connected system speaks for, in the order of the file."""
    with gzip.open(REFERENCE / "agencies.csv.gz", "rt", encoding="ascii") as file:
        listed = {row["ori"]: row for row in csv.DictReader(file)}
    shared = Counter(ori[:7] for ori in listed)
    found = []
    for participant in reference("participants"):
        for ori in participant.get("oris", []):
            agency = _agency(participant["id"], ori, listed.get(ori))
            found.append(replace(agency, alone=shared[ori[:7]] < 2))
        for key in participant.get("agency_keys", []):
            found.append(_territorial(participant["id"], key))
    return tuple(found)


def _agency(participant: str, ori: str, row: Mapping[str, str] | None) -> AskingAgency:
    if row is None:
        return AskingAgency(
            participant, ori, None, "Newly formed police department", "local", "city", ori[:2],
            "1-9", listed=False,
        )  # fmt: skip
    state, agency_class = row["state"], row["agency_class"]
    return AskingAgency(
        participant=participant,
        ori=ori,
        key=None,
        name=row["name"],
        cri_type="territorial" if state in _TERRITORIES else _TYPES.get(agency_class, "local"),
        agency_class=agency_class,
        state=state,
        sworn_band=_band(row["sworn"]),
    )


def _band(sworn: str) -> str | None:
    if not sworn:
        return None
    number = int(sworn)
    for least, band in _BANDS:
        if number >= least:
            return band
    return "1-9" if number else "0"


def _territorial(participant: str, key: str) -> AskingAgency:
    with (REFERENCE / "territories_without_ori.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["state"] == key[:2])
    return AskingAgency(
        participant, None, key, row["name"], "territorial", row["agency_class"], row["state"],
        None, listed=False,
    )  # fmt: skip
