"""A caller's request: few fields are needed, and everything that is wrong is said at once."""

from datetime import date

import pytest

from services.desk.office.call_form import FIELDS, field_at, read
from shared.web.forms import Form

LEAST = {
    "channel": "phone",
    "received_on": "2026-03-02",
    "first_contact_on": "2026-02-20",
    "basis": "call_back",
    "authority_on": "2026-03-02",
    "agency": "Bayard Police Department",
    "state": "US-NE",
    "cri_type": "local",
    "agency_class": "city",
    "other_topic": "Calls of people in crisis",
    "role": "chief",
    "name": "A. Chief",
    "phone": "308-555-0100",
}


def form(**changes: str) -> Form:
    return Form({name: [value] for name, value in {**LEAST, **changes}.items()})


def test_e30_a_telephone_number_is_enough_to_be_reached() -> None:
    submission, contact, errors = read(form(), reference="call-1")

    assert errors == {}
    assert submission is not None
    assert contact is not None
    assert submission.first_contact_on == date(2026, 2, 20)
    assert submission.requested_by.contact_id == contact.contact_id == "call-1"
    assert (contact.phone, contact.email, contact.of_caller) == ("308-555-0100", None, True)
    assert submission.topics == ["other"]
    assert submission.need is None


def test_the_whole_form_reaches_the_contract() -> None:
    submission, _, errors = read(
        Form(
            {
                **form(issue="One\ntwo", level="urgent", may_be_named="yes").fields,
                "topics": ["crisis_intervention"],
                "goals": ["trust", "wellness"],
                "from": ["2026-04-01"],
                "ori": ["NB0620100"],
            }
        ),
        reference="call-1",
    )

    assert errors == {}
    assert submission is not None
    assert submission.topics == ["crisis_intervention", "other"]
    assert submission.need is not None
    assert submission.need.issue == "One\ntwo"
    assert submission.wished.from_ == date(2026, 4, 1)
    assert submission.may_be_named


def test_an_empty_form_names_every_field_that_is_needed_in_their_order() -> None:
    _, _, errors = read(Form(), reference="call-1")

    needed = [field.name for field in FIELDS.values() if field.needed]
    assert list(errors) == [name for name in FIELDS if name in {*needed, "topics", "phone"}]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("first_contact_on", "yesterday", "Give a date"),
        ("ori", "12", "7 or 9 capital letters"),
        ("other_topic", "x" * 2001, "at most 2,000 characters"),
        ("issue", "x" * 8001, "at most 8,000 characters"),
        ("agency", "x" * 201, "at most 200 characters"),
        ("state", "Nebraska", "State or territory: choose one from the list."),
        ("channel", "fax", "How did it reach us? Choose one from the list."),
        ("phone", "", "telephone number or an email address"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field: str, value: str, says: str) -> None:
    submission, _, errors = read(form(**{field: value}), reference="call-1")

    assert submission is None
    assert list(errors) == [field]
    assert says in errors[field]


def test_a_text_beside_the_issue_needs_the_issue() -> None:
    _, _, errors = read(form(obstacles="None so far"), reference="call-1")

    assert list(errors) == ["issue"]


def test_the_path_of_a_refusal_leads_to_its_field() -> None:
    assert field_at("/data/agency/ori") == "ori"
    assert field_at("/data/topics/1") == "topics"
    assert field_at("/data/received_by/on") == "received_on"
    assert field_at("/data/need") == "issue"
    assert field_at("/type") is None
