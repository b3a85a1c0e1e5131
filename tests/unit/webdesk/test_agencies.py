"""An agency is found by its state and words of its name."""

from services.webdesk.draft.agencies import AT_MOST, Agencies, ListedAgency, listed

ROW = {
    "ori": "CA0250100",
    "name": "Alturas Police Department",
    "agency_class": "city",
    "state": "CA",
    "county": "Modoc",
    "sworn": "9",
}


def agency(name: str, ori: str, **changed: str) -> ListedAgency:
    found = listed({**ROW, "name": name, "ori": ori, **changed})
    assert found is not None
    return found


def test_every_word_must_be_in_the_name_in_any_order_and_case() -> None:
    agencies = Agencies(
        [agency("Alturas Police Department", "CA1"), agency("Modoc Police", "CA2")]
    )

    assert [each.ori for each in agencies.search("police ALTURAS", "US-CA").agencies] == ["CA1"]
    assert agencies.search("police", "US-CA").total == 2
    assert agencies.search("alturas sheriff", "US-CA").total == 0


def test_only_agencies_of_the_state_are_found() -> None:
    agencies = Agencies([agency("Alturas", "CA1"), agency("Alturas", "NV1", state="NV")])

    assert [each.ori for each in agencies.search("alturas", "US-NV").agencies] == ["NV1"]
    assert agencies.search("alturas", "").total == 0


def test_a_page_shows_the_first_ones_and_says_how_many_there_are() -> None:
    agencies = Agencies(agency(f"Police {n:03}", f"CA{n}") for n in range(AT_MOST + 1))

    found = agencies.search("", "US-CA")

    assert [each.name for each in found.agencies[:2]] == ["Police 000", "Police 001"]
    assert (len(found.agencies), found.total) == (AT_MOST, AT_MOST + 1)


def test_a_federal_agency_is_in_no_state_and_so_not_offered() -> None:
    assert listed({**ROW, "agency_class": "federal", "state": ""}) is None


def test_what_is_stated_of_a_listed_agency_comes_from_the_list() -> None:
    assert agency("Alturas Police Department", "CA0250100").as_stated() == {
        "ori": "CA0250100",
        "name": "Alturas Police Department",
        "cri_type": "local",
        "agency_class": "city",
        "state": "US-CA",
        "sworn_band": "1-9",
    }


def test_kind_and_size_follow_from_class_territory_and_officers() -> None:
    def stated(**changed: str) -> tuple[str, str | None]:
        found = agency("A", "CA1", **changed).as_stated()
        return found["cri_type"], found.get("sworn_band")

    assert stated(agency_class="university", sworn="0") == ("campus", "0")
    assert stated(agency_class="tribal", sworn="10") == ("tribal", "10-49")
    assert stated(agency_class="state", sworn="1000") == ("state", "1000+")
    assert stated(agency_class="city", state="GU", sworn="") == ("territorial", None)
