import gzip
from pathlib import Path

from services.intake.agency_list import canonical, load_agency_list

LIST = Path(__file__).parents[3] / "deploy/reference/agencies.csv.gz"


def test_an_ori_of_seven_characters_is_that_of_the_agencys_first_office() -> None:
    assert canonical("CA01942") == canonical("CA0194200") == "CA0194200"


def test_the_list_gives_the_class_of_an_agency(tmp_path: Path) -> None:
    file = tmp_path / "agencies.csv.gz"
    file.write_bytes(gzip.compress(b"ori,name,agency_class\nAK0010100,Anchorage,city\n"))

    assert load_agency_list(file) == {"AK0010100": "city"}


def test_the_list_that_is_delivered_holds_every_class() -> None:
    agencies = load_agency_list(LIST)

    assert len(agencies) > 25_000
    assert set(agencies.values()) == {
        "city", "county", "state", "university", "tribal", "federal", "other",
    }  # fmt: skip
