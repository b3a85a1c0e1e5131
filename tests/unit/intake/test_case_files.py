"""A person of a program office opens the file of a request, by name and for a purpose."""

from typing import Any

import pytest

from services.intake.batch_state import Decision
from tests.examples.inbound import AGENCY, AT, OFFICE, PROVIDER, STAFF, submission
from tests.examples.intake import Intake, events, reasons, types

NEED = "Calls of people in crisis end in arrests."


@pytest.fixture
def asked() -> Intake:
    """Return an intake with one request."""
    intake = Intake()
    intake.send("request.submit")
    return intake


def ask(intake: Intake, data: dict[str, Any] | None = None, **changes: Any) -> Decision:
    return intake.send("case.ask", data, **changes)


@pytest.mark.parametrize("purpose", ["triage", "call", "delivery_problem", "complaint", "audit"])
def test_e33_the_question_names_request_person_and_purpose(asked: Intake, purpose: str) -> None:
    (event,) = events(ask(asked, {"tracking_number": asked.number, "purpose": purpose}))

    assert (event.subject, event.actor, event.participant) == (OFFICE, STAFF, OFFICE)
    assert event.data.tracking_number == asked.number
    assert event.data.request_id == asked.batch.requests[asked.number].request_id
    assert (event.data.purpose, event.data.need_stated) == (purpose, True)
    assert NEED not in event.encode().decode()


def test_the_question_says_that_there_is_no_need_in_words(asked: Intake) -> None:
    asked.send("request.submit", submission(reference="wordless", need=None))
    number = list(asked.batch.requests)[-1]

    (event,) = events(ask(asked, {"tracking_number": number, "purpose": "call"}))

    assert event.data.need_stated is False


def test_an_office_without_named_actors_names_one_all_the_same(asked: Intake) -> None:
    decision = ask(asked, actor=None)

    assert reasons(decision) == [("actor_needed", "/actor")]


def test_the_person_needs_the_role_of_a_worker(asked: Intake) -> None:
    asked.send("staff.set", {"id": "staff:r1", "participant": OFFICE, "roles": ["reader"]})

    decisions = [ask(asked, actor=person) for person in ("staff:r1", "staff:nobody")]

    assert [reasons(each) for each in decisions] == [[("actor_not_authorized", "/actor")]] * 2


@pytest.mark.parametrize("sender", [AGENCY, PROVIDER])
def test_only_a_program_office_opens_a_file(asked: Intake, sender: str) -> None:
    decision = ask(asked, sender=sender)

    assert reasons(decision) == [("role_not_authorized", "/type")]


@pytest.mark.parametrize("number", ["CRI-2026-999999-0", "CRI-2026-000123-K", "nothing"])
def test_a_number_of_no_request_is_refused(asked: Intake, number: str) -> None:
    decision = ask(asked, {"tracking_number": number, "purpose": "audit"})

    assert reasons(decision) == [("unknown_request", "/data/tracking_number")]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"purpose": "curiosity"}, "/data/purpose"),
        ({"purpose": None}, "/data/purpose"),
        ({"purpose": "call", "why": "a call"}, "/data"),
        ({"purpose": "call", "tracking_number": ""}, "/data/tracking_number"),
    ],
)
def test_a_question_of_another_form_is_refused(
    asked: Intake, data: dict[str, Any], path: str
) -> None:
    decision = ask(asked, {"tracking_number": asked.number} | data)

    assert path in [path for _, path in reasons(decision)]


def test_a_file_of_a_request_that_has_ended_is_opened(asked: Intake) -> None:
    asked.batch.end(asked.number, "closed", at=AT)

    assert types(ask(asked)) == ["case_file_asked"]


def test_a_repetition_asks_for_no_file(asked: Intake) -> None:
    ask(asked, id="once")

    assert types(ask(asked, id="once")) == ["answer_repeated"]
