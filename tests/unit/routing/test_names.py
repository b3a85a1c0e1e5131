"""Real spellings of names that the agency list has, and names of other agencies."""

import csv
import gzip

import pytest

from services.intake.agency_list import load_agency_list
from services.routing.rules.names import RULE, resembles
from tests.unit.intake.test_agency_list import LIST

REAL = [
    ("AL0200100", "Sheffield PD"),
    ("AL0200100", "SHEFFIELD POLICE DEPARTMENT"),
    ("AL0200100", "City of Sheffield Police Dept."),
    ("MO0950000", "St. Louis County Police"),
    ("MO0950000", "Saint Louis County PD"),
    ("MOSPD0000", "St. Louis Metropolitan Police Department"),
    ("CA0194200", "Los Angeles Police Dept"),
    ("CA0190000", "Los Angeles County Sheriff's Department"),
    ("CA0190000", "Los Angeles County SO"),
    ("CA0190000", "Los Angeles Sheriff’s Office"),
    ("NV0020100", "Las Vegas Metro PD"),
    ("TN0190100", "Metro Nashville Police Department"),
    ("TN0190100", "Nashville Police"),
    ("FL0130000", "Miami Dade County Police Dept"),
    ("MD0172100", "Prince Georges County Police Department"),
    ("GA1410200", "La Grange Police Department"),
    ("GA0440000", "De Kalb County Sheriff"),
    ("NC0340200", "Winston Salem Police Department"),
    ("SC0100300", "Mt. Pleasant Police Department"),
    ("TX2201200", "Ft. Worth PD"),
    ("NJ0041200", "Cherry Hill Twp. Police"),
    ("NJ0041200", "Cherry Hill Police Department"),
    ("MO0920100", "O’Fallon Police Department"),
    ("AL0630300", "University of Alabama Police Department"),
    ("MI3358100", "Michigan State University Police"),
    ("AZ0018900", "Navajo Nation Police Department"),
    ("OHOHP0000", "Ohio Highway Patrol"),
    ("CA0431600", "Sunnyvale Department of Public Safety"),
    ("NY0303000", "NYPD"),
    ("DCMPD0000", "Metropolitan Police Department"),
]
WRONG = [
    ("AL0200100", "District Attorney"),
    ("AL0200100", "Florence Police Department"),
    ("AL0200100", "Police Department"),
    ("WI0280200", "Jefferson County Sheriff's Office"),
    ("CA0194200", "Los Angeles County Sheriff's Office"),
    ("MOSPD0000", "St. Louis County Police Department"),
    ("MA0071800", "West Springfield Police Department"),
    ("KS1050200", "Kansas Highway Patrol"),
    ("AL0630100", "University of Alabama"),
    ("FL0130000", "Miami Police Department"),
    ("FL0130600", "Miami Beach Police Department"),
    ("KY0590800", "Fort Mitchell Police Department"),
    ("PA0544900", "Blythe Borough Police Department"),
    ("MA0130100", "Suffolk University"),
    ("TN0470100", "Tennessee Valley Authority"),
    ("OK0550600", "Oklahoma County Sheriff's Office"),
    ("IA0850400", "University of Iowa"),
    ("VT0110200", "Rutland County Sheriff's Office"),
    ("SC0230200", "Greenwood Police Department"),
    ("AZ0018900", "Hopi Tribal Police"),
]
AGENCIES = load_agency_list(LIST)


def referred(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs (listed, stated) that would be referred."""
    found = [(AGENCIES.matching(ori)[0].name, stated) for ori, stated in pairs]
    return [(listed, stated) for listed, stated in found if not resembles(stated, listed, rule=1)]


def test_at_most_two_of_thirty_real_spellings_are_referred() -> None:
    assert len(REAL) == 30
    assert len(referred(REAL)) <= 2, referred(REAL)


def test_all_of_twenty_names_of_other_agencies_are_referred() -> None:
    assert len(WRONG) == 20
    assert len(referred(WRONG)) == 20


def test_every_listed_name_resembles_itself() -> None:
    with gzip.open(LIST, "rt", encoding="ascii") as file:
        names = {row["name"] for row in csv.DictReader(file)}

    assert [name for name in names if not resembles(name, name, rule=RULE)] == []


@pytest.mark.parametrize("name", ["", "'", "S" * 200, "\u202e", "p d " * 50])
def test_any_text_can_be_compared(name: str) -> None:
    assert not resembles(name, "Sheffield Police Department", rule=RULE)
