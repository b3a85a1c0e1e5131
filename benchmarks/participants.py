"""A measurement's participants: all providers, 24 agency systems of about 40 agencies each."""

import csv
import gzip
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REFERENCE = Path(__file__).parents[1] / "deploy" / "reference"
OFFICE = "program-office"
_SYSTEMS = 24
_SHARES = {"city": 24, "county": 6, "state": 4, "university": 3, "tribal": 3}
"""Agency class → the number of such agencies per system."""
_TYPES = {"state": "state", "university": "campus", "tribal": "tribal"}
_TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})


@dataclass(frozen=True, slots=True)
class AskingAgency:
    """A real agency, and the system that sends its requests."""

    system: str
    ori: str
    name: str
    agency_class: str
    state: str

    @property
    def cri_type(self) -> str:
        """The agency's ``cri_type``."""
        if self.state in _TERRITORIES:
            return "territorial"
        return _TYPES.get(self.agency_class, "local")

    def as_stated(self) -> dict[str, str]:
        """Return the ``agency`` of a submission."""
        return {
            "ori": self.ori,
            "name": self.name,
            "cri_type": self.cri_type,
            "agency_class": self.agency_class,
            "state": f"US-{self.state}",
        }


def reference(name: str, *, folder: Path = REFERENCE) -> list[dict[str, Any]]:
    """Return the entries of one file of `deploy/reference`, here or in a release's *folder*."""
    entries: list[dict[str, Any]] = yaml.safe_load((folder / f"{name}.yaml").read_text())[name]
    return entries


def asking_agencies() -> list[AskingAgency]:
    """Draw the agencies of every system from the agency list, the same ones in each run."""
    with gzip.open(REFERENCE / "agencies.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # Territories have few agencies: take all of them.
    chosen = [row for row in rows if row["state"] in _TERRITORIES and row["sworn"]]
    draw = random.Random(24)
    for agency_class, share in _SHARES.items():
        listed = [row for row in rows if row["agency_class"] == agency_class]
        chosen += draw.sample(listed, share * _SYSTEMS)
    return [
        AskingAgency(
            system=f"system-{place % _SYSTEMS + 1:02d}",
            ori=row["ori"],
            name=row["name"],
            agency_class=row["agency_class"],
            state=row["state"],
        )
        for place, row in enumerate(chosen)
    ]


def silent_participants(number: int) -> list[str]:
    """Return the ids of *number* participants that send nothing by themselves."""
    return [f"silent-{place:03d}" for place in range(1, number + 1)]


def participants(agencies: Sequence[AskingAgency], *, silent: int = 0) -> list[dict[str, Any]]:
    """
    Return all participants in the form of `participants.yaml`, the program office first.

    *silent* is the number of observers that send nothing.
    """
    oris: dict[str, list[str]] = {}
    for agency in agencies:
        oris.setdefault(agency.system, []).append(agency.ori)
    everybody: list[dict[str, Any]] = [
        {"id": OFFICE, "kind": "program_office", "name": "Program office"},
        *(
            {"id": system, "kind": "agency_system", "name": f"Case system {system}", "oris": own}
            for system, own in sorted(oris.items())
        ),
        *(
            {"id": provider["id"], "kind": "provider", "name": provider["name"]}
            for provider in reference("providers")
        ),
        *(
            {"id": each, "kind": "observer", "name": f"Observer {each}"}
            for each in silent_participants(silent)
        ),
    ]
    return [{**each, "sources": [f"urn:cri:{each['id']}"]} for each in everybody]
