import gzip
from pathlib import Path

from services.intake.agency_list import AgencyRow, full_ori, load_agency_list

LIST = Path(__file__).parents[3] / "deploy/reference/agencies.csv.gz"


def test_an_ori_of_seven_characters_is_that_of_the_agencys_first_office() -> None:
    assert full_ori("CA01942") == full_ori("CA0194200") == "CA0194200"


def test_an_ori_means_every_agency_that_has_it(tmp_path: Path) -> None:
    file = tmp_path / "agencies.csv.gz"
    text = "ori,name,agency_class,state\nAK0010100,Anchorage,city,AK\nAK001015A,Lawyers,other,\n"
    file.write_bytes(gzip.compress(text.encode()))
    first = AgencyRow("AK0010100", "Anchorage", "city", "US-AK")

    agencies = load_agency_list(file)

    assert agencies.matching("AK0010100") == (first,)
    assert agencies.matching("AK00101") == (
        first,
        AgencyRow("AK001015A", "Lawyers", "other", None),
    )
    assert agencies.matching("AK00102") == agencies.matching("AK0010200") == ()


def test_the_delivered_list_has_oris_that_share_seven_characters() -> None:
    agencies = load_agency_list(LIST)

    assert len(agencies) > 25_000
    assert len(agencies.matching("AL02001")) == 2
