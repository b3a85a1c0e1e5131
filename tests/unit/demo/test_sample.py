"""The sample of the demonstration is drawn by its seed alone and holds all kinds of requests."""

from collections import Counter
from datetime import date

from deploy.demo.bad_input import bad_records, garbage
from deploy.participants.agencies import asking_agencies
from deploy.participants.behavior import first_answer, offer_number, outcome
from deploy.participants.sample import LEFT_UNTIL_LATE, PlannedRequest, Sample
from shared.contracts.inbound import Submission

MONDAY = date(2026, 11, 23)
ISSUE_KINDS = (
    "not JSON", "truncated", "wrong encoding (Latin-1)", "a NUL in a text", "one byte over 1 MiB",
    "nested 10,000 deep", "a key twice", "a huge integer", "an unknown type", "an unknown field",
    "a reference with other content", "an ORI of somebody else", "a federal agency",
    "dates that contradict", "a tombstone",
)  # fmt: skip


def planned_requests(*, seed: int = 1, today: date = MONDAY) -> list[PlannedRequest]:
    return Sample(seed=seed, today=today, agencies=asking_agencies()).planned_requests()


def test_the_same_seed_draws_the_same_sample() -> None:
    assert planned_requests(seed=3) == planned_requests(seed=3)


def test_another_seed_draws_another_sample() -> None:
    assert planned_requests(seed=3) != planned_requests(seed=4)


def test_what_becomes_of_the_sample_does_not_depend_on_the_day() -> None:
    monday = Counter(planned.ends for planned in planned_requests())

    later = Counter(planned.ends for planned in planned_requests(today=date(2027, 3, 2)))

    assert later == monday


def test_every_request_has_the_form_of_a_submission_and_its_own_reference() -> None:
    drawn = planned_requests()

    for planned in drawn:
        Submission.model_validate(planned.data)
    assert len({planned.reference for planned in drawn}) == len(drawn) >= 300


def test_all_agency_types_all_programs_and_many_topics_are_asked_for() -> None:
    drawn = planned_requests()

    assert {planned.agency.cri_type for planned in drawn} == {
        "state", "local", "territorial", "campus", "tribal"
    }  # fmt: skip
    assert {planned.program for planned in drawn} == {
        "cri-tac", "critical-response", "organizational-assessment"
    }  # fmt: skip
    assert len({topic for planned in drawn for topic in planned.data["topics"]}) > 60


def test_providers_do_all_there_is_to_do() -> None:
    drawn = planned_requests()

    answers = {first_answer(1, planned.agency.name, planned.data["topics"]) for planned in drawn}
    outcomes = {outcome(1, planned.agency.name, planned.data["topics"]) for planned in drawn}

    assert answers == {"accept", "decline", "counter", "silent", "late"}
    assert outcomes == {"closed", "delivered", "in_delivery", "assigned"}


def test_some_requests_are_left_until_they_are_late_and_accepted_then() -> None:
    left = [planned for planned in planned_requests() if planned.left_until_late]

    assert len(left) == LEFT_UNTIL_LATE
    assert {first_answer(1, each.agency.name, each.data["topics"]) for each in left} == {"accept"}


def test_behavior_does_not_depend_on_the_order_of_topics() -> None:
    one = first_answer(1, "Anchorage Police Department", ["hate_crimes", "use_of_force"])

    other = first_answer(1, "Anchorage Police Department", ["use_of_force", "hate_crimes"])

    assert one == other


def test_the_number_of_an_offer_is_read_from_its_id() -> None:
    assert offer_number("CRI-2026-000123-K-O12") == 12


def test_bad_records_cover_what_the_door_must_refuse() -> None:
    records = bad_records(planned_requests(), today=MONDAY)

    assert {record.kind for record in records} >= set(ISSUE_KINDS)
    too_large = next(record for record in records if record.kind == "one byte over 1 MiB")
    assert too_large.value is not None
    assert len(too_large.value) == 1_048_577


def test_garbage_is_the_same_for_the_same_seed() -> None:
    assert garbage(1, "x", 10) == garbage(1, "x", 10) != garbage(2, "x", 10)
