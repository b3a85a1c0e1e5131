import pytest

from shared.contracts import refusals
from shared.contracts.refusals import LONGEST_FIELD, Refusal

TEXT = Refusal("schema", "This is {what}.", "One of {known}.")


def test_fields_are_filled_in() -> None:
    reason = TEXT.reason("/data", {"what": 7, "known": ["a", "b"]})

    assert reason.model_dump() == {
        "code": "schema", "path": "/data", "message": "This is 7.", "fix": "One of a, b."
    }  # fmt: skip


@pytest.mark.parametrize("value", ["{known}", "{what.__class__}", "{0}", "{", "%s", "{{}}"])
def test_a_field_is_never_read_as_a_template(value: str) -> None:
    reason = TEXT.reason("", {"what": value, "known": [value]})

    assert (reason.message, reason.fix) == (f"This is {value}.", f"One of {value}.")


def test_a_long_text_is_cut() -> None:
    reason = TEXT.reason("", {"what": "x" * 1_000_000, "known": ""})

    assert reason.message == f"This is {'x' * (LONGEST_FIELD - 1)}…."


@pytest.mark.parametrize("length", [1, 200, LONGEST_FIELD - 2])
def test_of_a_long_list_the_first_are_named_and_the_others_counted(length: int) -> None:
    reason = TEXT.reason("", {"what": "", "known": ["x" * length] * 10_000})

    named, _, more = reason.fix.removeprefix("One of ").removesuffix(" more.").rpartition(" and ")
    assert len(named) <= LONGEST_FIELD
    assert len(named.split(", ")) + int(more) == 10_000


def test_a_malformed_envelope_is_refused_as_no_cloudevent() -> None:
    form, other = refusals.MISSING.in_envelope, refusals.YEAR_OUT_OF_RANGE.in_envelope

    assert (form.code, form.message) == ("not_cloudevents", refusals.MISSING.message)
    assert other is refusals.YEAR_OUT_OF_RANGE
