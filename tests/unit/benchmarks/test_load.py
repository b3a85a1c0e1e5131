"""The load of a measurement is what a participant may send, the same each time."""

from benchmarks.participants import asking_agencies, participants
from benchmarks.submissions import submissions
from shared.contracts.inbound import DATA, Inbound
from shared.contracts.reference import Participant


def test_24_systems_speak_for_agencies_of_every_type_and_12_providers_are_there() -> None:
    agencies = asking_agencies()

    everybody = [Participant.model_validate(each) for each in participants(agencies)]

    assert {each.cri_type for each in agencies} == {
        "state",
        "local",
        "territorial",
        "campus",
        "tribal",
    }
    assert len({ori for each in everybody for ori in each.oris}) == len(agencies) > 900
    assert [each.kind for each in everybody].count("agency_system") == 24
    assert [each.kind for each in everybody].count("provider") == 12
    assert everybody[0].kind == "program_office"


def test_every_submission_is_valid_and_about_one_kibibyte() -> None:
    agencies = asking_agencies()

    load = list(submissions(agencies, load="load1", count=300))

    own = {agency.ori: agency.system for agency in agencies}
    for number, (system, value) in enumerate(load):
        message = Inbound.model_validate_json(value)
        data = DATA[message.type].model_validate(message.data).model_dump()
        assert data["reference"] == f"load1-{number}"
        assert own[data["agency"]["ori"]] == system
        assert message.source.startswith(f"urn:cri:{system}:")
        assert 1000 < len(value) < 1500
    assert len({system for system, _ in load}) == 24


def test_two_loads_share_no_message() -> None:
    agencies = asking_agencies()

    first, second = (
        {
            Inbound.model_validate_json(value).id
            for _, value in submissions(agencies, load=load, count=50)
        }
        for load in ("load1", "load2")
    )

    assert len(first) == len(second) == 50
    assert not first & second
