"""The lists that pages offer are those that the program office keeps."""

from services.webdesk.lists import load
from tests.examples.webdesk import ALTURAS, REFERENCE_DATA


def test_the_lists_of_the_repository_are_read() -> None:
    lists = load(
        agencies=REFERENCE_DATA / "agencies.csv.gz",
        topics=REFERENCE_DATA / "topics.yaml",
        programs=REFERENCE_DATA / "programs.yaml",
        providers=REFERENCE_DATA / "providers.yaml",
    )

    alturas = lists.agencies.get(ALTURAS)
    assert alturas is not None
    assert (alturas.name, alturas.county, alturas.sworn) == (
        "Alturas Police Department",
        "Modoc",
        6,
    )
    assert lists.agencies.search("police", "US-CA").total > 300
    assert list(lists.topics) == ["For every agency", "For sheriffs", "For tribal nations"]
    assert lists.topics["For every agency"]["use_of_force"] == "Use of force"
    assert (
        lists.programs["cri-tac"] == "Collaborative Reform Initiative Technical Assistance Center"
    )
    assert lists.providers["iacp"] == "International Association of Chiefs of Police"
    assert lists.programs["critical-response"] == "Critical Response (not open yet)"
