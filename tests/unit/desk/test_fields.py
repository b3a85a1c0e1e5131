"""What no field of the office's forms takes: identifiers, unseen characters, texts without end."""

import pytest

from services.desk.office.act_form import About
from services.desk.office.act_forms import ACTS
from services.desk.office.call_form import FIELDS, read
from services.desk.office.published_forms import PUBLISHED
from services.desk.office.records_forms import RECORDS
from services.desk.office.report_forms import REPORTS
from services.desk.store import ItemRow
from services.desk.work.assessment import assessment_of
from shared.contracts.tracking import tracking_number
from shared.web.forms import Form
from tests.examples.assessments import ENGAGEMENT
from tests.examples.decided import Decisions
from tests.examples.publications import APPROVER, DRAFTER, REPORT
from tests.examples.streams import START
from tests.unit.desk.test_reports import said

TEXT = "His number is 123-45-6789."
SAID = "This text seems to hold a Social Security or FBI number."
NUMBER = tracking_number(2026, 1)
NOTHING_MORE = (None,) * 6
ITEM = ItemRow(
    "item-1", "late", "request-1", "ca-post", "about", "why", "otherwise", START, None, None,
    *NOTHING_MORE,
)  # fmt: skip
ABOUT = About(NUMBER, "in_delivery", engagement_id=f"{NUMBER}-E1", item=ITEM)
FORMS = {**ACTS, **RECORDS, **REPORTS, **PUBLISHED}
_KINDS = {(act.name, field.name): field.kind for act in FORMS.values() for field in act.fields}
IN_WORDS = [key for key, kind in _KINDS.items() if kind in ("line", "words")]
LAST_DAYS = [("settle", "valid_until"), ("hold", "ends_at")]
OF_CALLS = [field.name for field in FIELDS.values() if field.kind in ("line", "words")]


def about(act: str) -> About:
    """Return what an act is about, such as a version of a report."""
    if act not in OF_REPORTS:
        return ABOUT
    decisions = Decisions().published()
    decisions.say("correct", actor=APPROVER)
    decisions.say("draft", version=2, actor=DRAFTER)
    found = assessment_of(ENGAGEMENT, said(decisions))
    return About(assessment=found, of=OF_REPORTS[act])


OF_REPORTS = {
    "plan": "",
    "approve": f"{REPORT}:2",
    "return": f"{REPORT}:2",
    "correct": f"{REPORT}:2",
    "approve-correction": f"{REPORT}:correction:1",
    "withdraw": f"{REPORT}:2",
}
LINES = [(act, field) for act, field in IN_WORDS if _KINDS[act, field] == "line"]
LINES_OF_CALLS = [field.name for field in FIELDS.values() if field.kind == "line"]
ANOTHER_HEADER = "A. Chief\nBcc: b@agency.example"


@pytest.mark.parametrize(("act", "field"), IN_WORDS)
def test_an_act_with_an_identifier_is_no_message(act: str, field: str) -> None:
    message, errors = FORMS[act].read(about(act), {field: TEXT})

    assert message is None
    assert errors[field].startswith(SAID)


@pytest.mark.parametrize("day", ["0001-01-01", "2199-12-31", "9999-12-31", "99999-01-01"])
@pytest.mark.parametrize(("act", "field"), LAST_DAYS)
def test_a_last_day_of_a_year_that_no_message_may_name_is_wrong_at_its_field(
    act: str, field: str, day: str
) -> None:
    message, errors = FORMS[act].read(about(act), {field: day})

    assert message is None
    assert field in errors


@pytest.mark.parametrize("field", OF_CALLS)
def test_a_call_with_an_identifier_is_no_request(field: str) -> None:
    submission, contact, errors = read(Form({field: [TEXT]}), reference="call-1")

    assert (submission, contact) == (None, None)
    assert errors[field].startswith(SAID)


@pytest.mark.parametrize(("act", "field"), IN_WORDS)
def test_a_field_of_an_act_is_bounded(act: str, field: str) -> None:
    message, errors = FORMS[act].read(about(act), {field: "x" * 10_000})

    assert message is None
    assert "at most" in errors[field]


@pytest.mark.parametrize("field", OF_CALLS)
def test_a_field_of_a_call_is_bounded(field: str) -> None:
    submission, contact, errors = read(Form({field: ["x" * 10_000]}), reference="call-1")

    assert (submission, contact) == (None, None)
    assert field in errors


@pytest.mark.parametrize(("act", "field"), LINES)
def test_a_line_of_an_act_ends_in_no_other_header(act: str, field: str) -> None:
    message, errors = FORMS[act].read(about(act), {field: ANOTHER_HEADER})

    assert message is None
    assert "cannot be seen" in errors[field]


@pytest.mark.parametrize("field", LINES_OF_CALLS)
def test_a_line_of_a_call_ends_in_no_other_header(field: str) -> None:
    submission, contact, errors = read(Form({field: [ANOTHER_HEADER]}), reference="call-1")

    assert (submission, contact) == (None, None)
    assert "cannot be seen" in errors[field]
