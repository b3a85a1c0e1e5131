"""What the answers of a draft make, and everything that is wrong with them at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from services.webdesk.decide import OTHER_REASONS, Judged, contact_of, judge, refused, unsettled
from services.webdesk.draft.agencies import ListedAgency
from services.webdesk.draft.pages import BY_NAME, FIELDS, PAGES, Answers, form_of, written
from shared.web.forms import Form
from tests.examples.webdesk import ALTURAS, ANSWERS, NEED, answers

REFERENCE = "WEB-7F3K9QZ2MX"
TODAY = date(2026, 3, 2)
LISTED = ListedAgency(ALTURAS, "Alturas Police Department", "city", "US-CA", "Modoc", 9)
SAMOA: Answers = {
    **ANSWERS,
    "agency": {
        "agency": ["Department of Public Safety"],
        "state": ["US-AS"],
        "cri_type": ["territorial"],
        "agency_class": ["state"],
    },
}


def judged(of: Answers = ANSWERS, *, is_proved: bool = False) -> Judged:
    form = form_of(of)
    agency = LISTED if form.text("ori") == ALTURAS else None
    return judge(form, reference=REFERENCE, agency=agency, today=TODAY, is_proved=is_proved)


def test_complete_answers_make_a_request_and_the_contact_that_it_names() -> None:
    found = judged()

    assert found.errors == {}
    assert found.submission is not None
    assert found.contact is not None
    assert found.submission.model_dump(mode="json", exclude_defaults=True, by_alias=True) == {
        "reference": REFERENCE,
        "authority": {"basis": "claimed", "on": "2026-03-02"},
        "agency": {
            "ori": ALTURAS,
            "name": "Alturas Police Department",
            "cri_type": "local",
            "agency_class": "city",
            "state": "US-CA",
            "sworn_band": "1-9",
        },
        "requested_by": {"role": "chief", "contact_id": REFERENCE},
        "topics": ["use_of_force"],
        "service_forms": ["consultation"],
        "goals": ["trust"],
        "need": {"issue": NEED},
        "wished": {"from": "2026-04-01", "until": "2026-09-30"},
    }
    assert found.contact.model_dump(exclude_defaults=True) == {
        "contact_id": REFERENCE,
        "name": "A. Chief",
        "email": "chief@alturas.example",
        "phone": "+1 202 555 0100, ext. 12",
    }


def test_an_address_that_was_proved_by_a_code_is_named_for_intake_to_judge() -> None:
    submission = judged(is_proved=True).submission

    assert submission is not None
    assert submission.authority is not None
    assert submission.authority.model_dump() == {
        "basis": "code_to_address",
        "on": TODAY,
        "address": "chief@alturas.example",
    }


@pytest.mark.parametrize(
    ("changes", "is_reached"),
    [
        ({}, True),
        ({"phone": ""}, True),
        ({"name": ""}, False),
        ({"email": ""}, False),
        ({"email": "no address"}, False),
        ({"email": "a@b.example, c@d.example"}, False),
    ],
)
def test_a_code_goes_to_a_person_with_one_address(
    changes: dict[str, str], is_reached: bool
) -> None:
    found = contact_of(form_of(answers("people", **changes)), reference=REFERENCE)

    assert (found is not None) is is_reached
    assert found is None or found.contact_id == REFERENCE


def test_e6_an_agency_without_ori_is_asked_for_by_name() -> None:
    found = judged(SAMOA)

    assert found.errors == {}
    assert found.submission is not None
    assert found.submission.agency.name == "Department of Public Safety"
    assert found.submission.agency.ori is None
    assert found.submission.agency.key is None


def test_an_ori_that_is_not_in_the_list_is_not_taken() -> None:
    assert judged(answers("agency", ori="CA9999900")).errors.keys() == {"ori"}


def test_without_an_agency_one_thing_is_said_and_not_four() -> None:
    assert judged(answers("agency", ori="")).errors.keys() == {"ori"}


def test_a_topic_in_words_is_the_topic_other() -> None:
    found = judged(answers("help", topics="", other_topic="Horses"))

    assert found.submission is not None
    assert found.submission.topics == ["other"]
    assert found.submission.other_topic == "Horses"


@pytest.mark.parametrize("field", [each.name for each in FIELDS.by_name.values() if each.needed])
def test_every_needed_field_is_missed_by_name(field: str) -> None:
    page = next(page for page in PAGES if any(each.name == field for each in page.fields))
    complete = SAMOA if page.name == "agency" else ANSWERS
    left = {name: values for name, values in complete[page.name].items() if name != field}

    assert judged({**complete, page.name: left}).errors.keys() == {field}


@pytest.mark.parametrize(
    ("page", "changed", "field"),
    [
        ("when", {"from": "2026-09-30", "until": "2026-04-01"}, "until"),
        ("when", {"until": "next spring"}, "until"),
        ("when", {"incident_on": "2026-03-03"}, "incident_on"),
        ("when", {"level": "urgent"}, "urgent_because"),
        ("when", {"level": "very"}, "level"),
        ("people", {"email": "chief at alturas"}, "email"),
        ("people", {"email": f"{'a' * 200}@alturas.example"}, "email"),
        ("people", {"authorized_on": "2026-03-03"}, "authorized_on"),
        ("people", {"name": "A. Chief\nBcc: all@agency.example"}, "name"),
        ("help", {"topics": "no code at all"}, "topics"),
        ("need", {"obstacles": "x" * 8001}, "obstacles"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    page: str, changed: dict[str, str], field: str
) -> None:
    found = judged(answers(page, **changed))

    assert found.submission is None
    assert found.errors.keys() == {field}


@pytest.mark.parametrize("field", [name for name in FIELDS.by_name if name != "ori"])
def test_e3_no_field_takes_a_protected_identifier(field: str) -> None:
    page = next(page for page in PAGES if any(each.name == field for each in page.fields))
    complete = SAMOA if page.name == "agency" else ANSWERS
    values = {**complete[page.name], field: ["He is 123-45-6789."]}

    found = judged({**complete, page.name: values})

    assert "Social Security" in found.errors[field]


def test_a_page_is_judged_by_itself() -> None:
    errors = judged({"when": {"from": ["2026-09-30"], "until": ["2026-04-01"]}})
    form = Form({"until": ["2026-04-01"]})

    assert errors.on(BY_NAME["when"], form).keys() == {"level", "until"}
    assert errors.on(BY_NAME["when"], form, complete=False).keys() == {"until"}


def test_what_is_written_of_a_listed_agency_is_its_ori_alone() -> None:
    form = Form({"ori": [ALTURAS], "agency": ["123-45-6789"], "step": ["back"]})

    assert written(BY_NAME["agency"], form) == {"ori": [ALTURAS]}


REASONS: Sequence[Mapping[str, Any]] = [
    {"code": "dates_contradict", "path": "/data/wished/until", "message": "Late.", "fix": "Mend."},
    {"code": "unknown_topic", "path": "/data/topics/1", "message": "Unknown.", "fix": None},
    {"code": "schema", "path": "/data/email", "message": "No address.", "fix": None},
    {"code": "too_often", "path": "", "message": "Wait.", "fix": None},
]


def test_e4_all_reasons_of_a_refusal_are_at_their_fields() -> None:
    assert refused(REASONS) == {
        "topics": "Unknown.",
        "until": "Late. Mend.",
        "email": "No address.",
        OTHER_REASONS: "Wait.",
    }


def test_a_corrected_page_settles_the_reasons_about_it() -> None:
    assert [each["code"] for each in unsettled(REASONS, BY_NAME["when"])] == [
        "unknown_topic",
        "schema",
        "too_often",
    ]
