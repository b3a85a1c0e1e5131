import pytest

from deploy.contract_writer.fields import Field, fields
from deploy.contract_writer.message_types import message_types
from deploy.contract_writer.schemas import schema_of


def shown(name: str) -> dict[str, Field]:
    """Return the fields of a type's data by name."""
    (kind,) = [each for each in message_types() if each.name == name]
    return {field.name: field for field in fields(schema_of(kind), of="data")}


@pytest.mark.parametrize(
    ("kind", "field", "form"),
    [
        ("request.submit.v1", "reference", "line, 1 to 100 characters"),
        ("request.submit.v1", "other_topic", "text, up to 2,000 characters, or null"),
        ("request.submit.v1", "agency", "object"),
        ("request.submit.v1", "need", "object, or null"),
        ("request.submit.v1", "topics", "list, 1 to 20: text"),
        ("request.submit.v1", "service_forms", "list, up to 14: code"),
        ("request.submit.v1", "from", "date, as 2026-03-02, or null"),
        ("request.submit.v1", "may_be_named", "true or false"),
        ("capacity.declare.v1", "can_take", "whole number, 0 to 1,000,000"),
        ("capacity.declare.v1", "valid_until", "time, as 2026-03-02T15:04:05-08:00"),
        ("heartbeat.v1", "head", "whole number, at least 0"),
        ("request.status_changed.v1", "status", "code"),
    ],
)
def test_a_field_is_shown_in_plain_words(kind: str, field: str, form: str) -> None:
    assert shown(kind)[field].form == form


def test_every_form_is_known() -> None:
    forms = {
        field.form for kind in message_types() for field in fields(schema_of(kind), of="data")
    }

    assert [form for form in forms if "any value" in form] == []


def test_a_nested_field_stands_below_its_object_and_names_its_list() -> None:
    found = shown("request.submit.v1")

    assert (found["agency"].depth, found["cri_type"].depth) == (0, 1)
    assert found["cri_type"].codes == "agency_types"
    assert found["ori"].pattern == "^[A-Z]{2}[A-Z0-9]{5}([A-Z0-9]{2})?$"
    assert found["reference"].required
    assert not found["need"].required
