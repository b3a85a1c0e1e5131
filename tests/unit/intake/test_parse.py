import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc8785 import dumps

from services.intake import json_limits
from services.intake.parse import message_id
from shared.contracts.canonical import canonical
from shared.contracts.inbound import DATA, Need
from tests.examples.inbound import data_of, event, record, sender_of, submission
from tests.examples.intake import read

KINDS = [kind.removeprefix("gov.cri.").removesuffix(".v1") for kind in DATA]
NUMBER = "CRI-2026-000001-K"
SECRET = "my-secret-word"


def faults(message: Any, **of_record: Any) -> list[tuple[str, str]]:
    """Return (code, path) of each reason to refuse a record."""
    return [(reason.code, reason.path) for reason in read(record(message, **of_record)).reasons]


def submit(**changes: Any) -> bytes:
    return json.dumps(event("request.submit", submission(**changes))).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_message_of_every_type_is_read(kind: str) -> None:
    message = read(record(event(kind, data_of(kind, NUMBER)), participant=sender_of(kind)))

    assert message.reasons == ()
    assert isinstance(message.data, DATA[f"gov.cri.{kind}.v1"])


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_field_is_refused_at_its_parent_in_every_type(kind: str) -> None:
    data = data_of(kind, NUMBER) | {SECRET: 1, f"{SECRET}2": 2}

    found = read(record(event(kind, data))).reasons

    assert [(reason.code, reason.path) for reason in found] == [("schema", "/data")]
    assert SECRET not in str(found)


def test_an_unknown_field_is_named_if_it_looks_like_a_field_name() -> None:
    data = submission() | {"priority": "high", "case officer 7": 1, "agencyName": 1, "x_1": 1}
    data |= {"UCN1234567": 1, "last": 1}

    (reason,) = read(record(event("request.submit", data))).reasons

    assert (reason.code, reason.path) == ("schema", "/data")
    message = reason.reason().message
    assert message == "This type has no such field: priority, agencyName, x_1 and 3 more."


UNREADABLE = {
    "tombstone": None,
    "too_large": b" " * 1_048_577,
    "wrong_encoding": '{"a": "é"}'.encode("latin-1"),
    "too_deep": b"[" * 10_000,
    "not_json": b'{"specversion": "1.0"',
    "not_cloudevents": b"[1]",
}


@pytest.mark.parametrize("code", UNREADABLE)
def test_an_unreadable_record_gets_one_reason(code: str) -> None:
    assert faults(UNREADABLE[code]) == [(code, "")]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "not_json"),
        (b"\xef\xbb\xbf{}", "wrong_encoding"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": -Infinity}', "not_json"),
        (b'{"a": "\x00"}', "not_json"),
        (b'{"a": 1} {"b": 2}', "not_json"),
        (b'"\\', "not_json"),
        (b'{"a": ' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b'["' + b"[" * 100, "not_json"),
    ],
)
def test_corner_cases_of_json_are_refused(value: bytes, code: str) -> None:
    assert faults(value) == [(code, "")]


def test_a_value_of_exactly_one_mebibyte_is_accepted() -> None:
    value = submit()

    assert faults(value + b" " * (json_limits.MAX_BYTES - len(value))) == []


def test_thirty_two_levels_are_not_too_deep_and_brackets_in_texts_do_not_count() -> None:
    nested = b"[" * 31 + b"]" * 31

    assert faults(b'{"data": ' + nested + b"}")[0][0] != "too_deep"
    assert faults(submit(need={"issue": '[{"\\' * 500})) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (b'"1.0"', b'"0.3"', [("not_cloudevents", "/specversion")]),
        (b"submit.v1", b"submit.v9", [("unsupported_version", "/type")]),
        (b"submit.v1", b"sbumit.v1", [("unknown_type", "/type")]),
        (b'"gov.cri.request.submit.v1"', b"7", [("not_cloudevents", "/type")]),
        (b'"id": "m-1"', b'"id": ""', [("not_cloudevents", "/id")]),
        (b'"2026-03-02T07', b'"2026-03-02X07', [("not_cloudevents", "/time")]),
        (b'"subject"', b'"sbuject"', [("not_cloudevents", "/subject"), ("schema", "")]),
        (b'"trust"', b'"love"', [("schema", "/data/goals/0")]),
        (b'"local"', b"5", [("schema", "/data/agency/cri_type")]),
        (b'"2026-02-20"', b'"1654646400"', [("schema", "/data/first_contact_on")]),
        (b'"2026-02-20"', b'"2026-02-30"', [("schema", "/data/first_contact_on")]),
        (b'"2026-02-20"', b"20260220", [("schema", "/data/first_contact_on")]),
        (b'"ori": ', b'"ori": null, "ori": ', [("duplicate_key", "/data/agency")]),
        (b"Calls", b"\\u0000", [("value_out_of_range", "/data/need/issue")]),
        (b"Calls", b"\\ud83d", [("wrong_encoding", "/data/need/issue")]),
        (b"Calls", b"\\ud83d\\ude92", []),
        (b"Calls", b"x" * 8001, [("schema", "/data/need/issue")]),
    ],
)
def test_a_fault_is_reported_with_its_path(
    old: bytes, new: bytes, found: list[tuple[str, str]]
) -> None:
    assert faults(submit().replace(old, new, 1)) == found


@pytest.mark.parametrize("number", ["9" * 20, "-" + "9" * 17, "9" * 5000, "9007199254740992"])
def test_a_huge_integer_is_out_of_range(number: str) -> None:
    value = json.dumps(event("capacity.declare", data_of("capacity.declare", ""))).encode()

    found = faults(value.replace(b'"can_take": 3', b'"can_take": ' + number.encode()))

    assert found == [("value_out_of_range", "/data/entries/0/can_take")]


@pytest.mark.parametrize("number", ["3.0", "3.5", "1e2", "1e999", "true", '"3"'])
def test_a_value_that_is_not_an_integer_is_refused(number: str) -> None:
    value = json.dumps(event("capacity.declare", data_of("capacity.declare", ""))).encode()

    found = faults(value.replace(b'"can_take": 3', b'"can_take": ' + number.encode()))

    assert found == [("schema", "/data/entries/0/can_take")]


def test_a_number_outside_its_bounds_is_out_of_range() -> None:
    data = {"valid_until": "2026-06-30T00:00:00Z", "entries": [{"can_take": -1}]}

    found = faults(event("capacity.declare", data))

    assert found == [("value_out_of_range", "/data/entries/0/can_take")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_message_is_not_searched_for_violations(kind: str) -> None:
    value = json.dumps(event(kind, data_of(kind, NUMBER), datacontenttype="application/json"))

    assert json_limits.load(value) == (json.loads(value), False)


@pytest.mark.parametrize(
    "value",
    [
        b'{"a": 1, "a": 1}',
        b'{"a": 9007199254740992}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud83d"}',
        b'{"time": "1654646400"}',
        b'{"incident_on" :\n" +1654646400.5 "}',
        b'{"\\u006fn": "1654646400"}',
    ],
)
def test_a_suspect_document_is_searched_for_violations(value: bytes) -> None:
    document, suspect = json_limits.load(value.decode())

    assert suspect
    assert [*json_limits.violations(document)]


@pytest.mark.parametrize("header", ["ce_type", "ce-type", "CE_Type"])
@pytest.mark.parametrize("value", [submission(), ["a", "list"], b"text", b""])
def test_binary_mode_is_refused_by_name(header: str, value: Any) -> None:
    message = read(record(value, headers=((header, b"gov.cri.request.submit.v1"),)))

    assert [reason.code for reason in message.reasons] == ["not_cloudevents"]
    assert "binary mode" in message.reasons[0].reason().message


def test_all_faults_are_reported_at_once_up_to_fifty() -> None:
    some = read(record(event("request.submit", {"reference": "r"}, time="noon", source="")))
    many = read(record(event("capacity.declare", {"entries": [{"can_take": ""}] * 50})))

    assert [(reason.code, reason.path) for reason in some.reasons] == [
        ("not_cloudevents", "/source"),
        ("not_cloudevents", "/time"),
        ("schema", "/data/agency"),
        ("schema", "/data/requested_by"),
        ("schema", "/data/topics"),
    ]
    assert (len(many.reasons), many.more) == (50, 1)


def test_well_formed_attributes_of_a_malformed_message_are_kept() -> None:
    message = read(record(event("request.submit", {"reference": "CA-7"})))

    assert message.kind == "gov.cri.request.submit.v1"
    assert message.reference == "CA-7"
    assert message.source == "urn:cri:ca-post:system"


def test_a_record_with_too_many_values_is_not_parsed() -> None:
    crowd = b"[" + b",".join([b"{}"] * 20_002) + b"]"

    assert faults(crowd) == [("too_large", "")]
    assert faults(submit(need={"issue": "," * 8000, "obstacles": "," * 8000})) == []
    assert faults(submit(need=dict.fromkeys(Need.model_fields, "," * 7999))) == []


def test_thousands_of_unknown_fields_are_one_reason() -> None:
    crowd = b",".join(b'"%s%d":1' % (SECRET.encode(), n) for n in range(15_000))

    message = read(record(b'{"type":"gov.cri.request.submit.v1","data":{' + crowd + b"}}"))

    assert ("schema", "/data") in [(reason.code, reason.path) for reason in message.reasons]
    assert len(message.reasons) < 15
    assert SECRET not in str(message.reasons)


def test_no_path_contains_an_unknown_key() -> None:
    ruleset = data_of("ruleset.approve", "")
    ruleset["clocks"] = {SECRET: {"amount": -1, "unit": SECRET}}

    message = read(record(event("ruleset.approve", ruleset)))

    assert [(reason.code, reason.path) for reason in message.reasons] == [
        ("value_out_of_range", "/data/clocks"),
        ("schema", "/data/clocks"),
    ]
    assert SECRET not in str(message.reasons)


def test_equal_data_in_other_order_and_spacing_is_the_same_content() -> None:
    one = json.dumps(event("request.submit", submission()))
    other = json.dumps(event("request.submit", dict(reversed(submission().items()))), indent=3)

    assert read(record(one.encode())).content == read(record(other.encode())).content
    assert read(record(submit(may_be_named=True))).content != read(record(one.encode())).content


def _values(keys: Any) -> Any:
    scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    return st.recursive(
        scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20
    )


@given(_values(st.text(st.characters(max_codepoint=127))))
def test_canonical_json_is_that_of_rfc_8785(data: Any) -> None:
    assert canonical(data) == dumps(data)


@given(st.binary())
def test_any_bytes_are_parsed_without_an_exception(value: bytes) -> None:
    assert read(record(value)).reasons


@given(st.data())
def test_a_damaged_message_is_parsed_without_an_exception(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    value = bytearray(json.dumps(event(kind, data_of(kind, NUMBER))).encode())
    cut: Callable[[], int] = lambda: data.draw(st.integers(0, len(value)))  # noqa: E731
    start, end = sorted((cut(), cut()))
    value[start:end] = data.draw(st.binary(max_size=8) | st.sampled_from([b"{", b"1e9", b'":{"']))

    message = read(record(bytes(value)))

    assert (message.data is None) == bool(message.reasons)


REFUSED_UNDER_ITS_ID = {
    "a field that is wrong": submit(reference=7),
    "an attribute that is missing": b'{"specversion": "1.0", "id": "m-1"}',
    "an unknown type": json.dumps(event("request.wish", {})).encode(),
    "half a pair somewhere": json.dumps(event("request.submit", {"note": "\ud800"})).encode(),
    "too many odd values": json.dumps(
        event("request.submit", [[2**60] * 90])
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED_UNDER_ITS_ID)
def test_a_refused_message_keeps_its_id_for_the_answer(what: str) -> None:
    message = read(record(REFUSED_UNDER_ITS_ID[what]))

    assert message.reasons
    assert message.id == "m-1"


@pytest.mark.parametrize(
    "own", ["", 7, None, "x" * 101, "\ud800", "a\x00b", "123-45-6789"], ids=repr
)
def test_an_invalid_or_protected_id_is_not_repeated(own: Any) -> None:
    document = event("request.submit", submission(reference=7)) | {"id": own}

    message = read(record(json.dumps(document).encode()))

    assert message.reasons
    assert message.id is None


@pytest.mark.parametrize("code", UNREADABLE)
def test_an_unreadable_record_has_no_id(code: str) -> None:
    assert message_id(UNREADABLE[code]) is None


def test_the_id_of_a_message_can_be_parsed_alone() -> None:
    assert message_id(submit()) == "m-1"
