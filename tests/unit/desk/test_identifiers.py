"""No form of the office takes a Social Security or FBI number, in whatever field."""

import pytest

from services.desk.office.act_forms import ACTS, About
from services.desk.office.call_form import FIELDS, read
from services.desk.office.forms import Form
from services.desk.store import ItemRow
from shared.contracts.tracking import tracking_number
from tests.examples.streams import START

TEXT = "His number is 123-45-6789."
SAID = "This text seems to hold a Social Security or FBI number."
NUMBER = tracking_number(2026, 1)
NOTHING_MORE = (None,) * 6
ITEM = ItemRow(
    "item-1", "late", "request-1", "ca-post", "about", "why", "otherwise", START, None, None,
    *NOTHING_MORE,
)  # fmt: skip
ABOUT = About(NUMBER, "in_delivery", engagement_id=f"{NUMBER}-E1", item=ITEM)
IN_WORDS = [
    (act.name, field.name)
    for act in ACTS.values()
    for field in act.fields
    if field.kind in ("line", "words")
]
OF_CALLS = [field.name for field in FIELDS.values() if field.kind in ("line", "words")]


@pytest.mark.parametrize(("act", "field"), IN_WORDS)
def test_an_act_with_an_identifier_is_no_message(act: str, field: str) -> None:
    message, errors = ACTS[act].read(ABOUT, {field: TEXT})

    assert message is None
    assert errors[field].startswith(SAID)


@pytest.mark.parametrize("field", OF_CALLS)
def test_a_call_with_an_identifier_is_no_request(field: str) -> None:
    submission, contact, errors = read(Form({field: [TEXT]}), reference="call-1")

    assert (submission, contact) == (None, None)
    assert errors[field].startswith(SAID)
