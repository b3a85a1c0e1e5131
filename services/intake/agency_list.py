"""The list of agencies by ORI, as far as the door asks it."""

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path
from sys import intern


def canonical(ori: str) -> str:
    """Return the nine characters of an ORI; seven are an agency's first office."""
    return ori if len(ori) == 9 else f"{ori}00"


def load_agency_list(file: Path) -> Mapping[str, str]:
    """Return the agency class of every listed ORI (nine characters)."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        return {row["ori"]: intern(row["agency_class"]) for row in csv.DictReader(text)}
