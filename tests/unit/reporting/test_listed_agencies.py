"""How many agencies are listed is what the delivered list says."""

import csv
import gzip
from collections import Counter
from pathlib import Path

from services.reporting.listed_agencies import LISTED, YEAR

LIST = Path(__file__).parents[3] / "deploy/reference/agencies.csv.gz"
TERRITORIES = {"AS", "GU", "MP", "PR", "VI"}
TYPES = {"state": "state", "university": "campus", "tribal": "tribal"}
BANDS = (
    (1000, "1000+"), (250, "250-999"), (100, "100-249"), (50, "50-99"), (10, "10-49"), (1, "1-9"),
    (0, "0"),
)  # fmt: skip


def band_of(sworn: str) -> str:
    if not sworn:
        return "not_stated"
    return next(band for least, band in BANDS if int(sworn) >= least)


def size_of(band: str) -> str:
    if band == "not_stated":
        return band
    return "under_50" if band in ("0", "1-9", "10-49") else "50_and_more"


def test_e87_the_denominators_are_those_of_the_list_and_its_year() -> None:
    found: dict[str, Counter[str]] = {name: Counter() for name in LISTED}
    years = set()
    with gzip.open(LIST, "rt", encoding="ascii") as file:
        for row in csv.DictReader(file):
            years.add(row["source_year"])
            band, state = band_of(row["sworn"]), row["state"]
            if row["agency_class"] != "federal":
                kind = TYPES.get(row["agency_class"], "local")
                found["cri_type"]["territorial" if state in TERRITORIES else kind] += 1
            found["agency_class"][row["agency_class"]] += 1
            found["sworn_band"][band] += 1
            found["size"][size_of(band)] += 1
            found["us_state"][f"US-{state}" if state else "not_stated"] += 1

    assert {name: dict(counts) for name, counts in found.items()} == LISTED
    assert max(years) == YEAR
