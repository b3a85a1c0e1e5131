"""What an example expects is compared exactly; made-up UUIDs by which of them are equal."""

from copy import deepcopy
from typing import Any

from tests.proofs.door.comparing import differences

ONE, OTHER = "02e368eb-728c-5292-92c0-86e2b3ece2cd", "b56f70fa-7ea2-5c0f-bfde-ba9a6f7b6b6d"
THIRD = "57ab2acd-3887-5d8a-904e-51b0001b44cb"


def sent(**changes: Any) -> dict[str, Any]:
    message = {"id": ONE, "correlationid": OTHER, "data": {"more": 0, "reasons": ["a", "b"]}}
    return {"topic": "cri.out.iacp.v1", "message": {**message, **changes}}


def test_equal_messages_do_not_differ() -> None:
    assert differences([sent()], [deepcopy(sent())]) == []


def test_every_value_that_differs_is_named() -> None:
    found = differences([sent()], [sent(data={"more": None, "reasons": ["a"], "next": "x"})])

    assert found == [
        "  /0/message/data/more: expected 0, got null",
        '  /0/message/data/reasons/1: expected "b", got nothing',
        '  /0/message/data/next: expected nothing, got "x"',
    ]


def test_a_field_that_is_null_is_not_absent() -> None:
    assert differences([sent(subject=None)], [sent()]) == [
        "  /0/message/subject: expected null, got nothing"
    ]


def test_a_message_too_many_is_found_and_one_too_few() -> None:
    assert len(differences([sent()], [sent(), sent()])) == 1
    assert len(differences([sent(), sent()], [sent()])) == 1


def test_other_uuids_do_not_differ_as_long_as_the_same_ones_are_equal() -> None:
    assert differences([sent()], [sent(id=THIRD, correlationid=ONE)]) == []
    assert differences([sent()], [sent(correlationid=ONE)]) == [
        '  /0/message/correlationid: expected "uuid 2", got "uuid 1"'
    ]
