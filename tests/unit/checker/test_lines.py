"""Records written to a folder are read back byte for byte."""

import json

import pytest

from tests.proofs.checker.lines import read, written
from tests.proofs.checker.run import Record


@pytest.mark.parametrize("data", [None, b"", b"plain", "…".encode(), b"\xff\x00", b'{"a": 1}\n'])
def test_bytes_come_back_as_they_were(data: bytes | None) -> None:
    line = json.dumps(written(data))

    assert read(json.loads(line)) == data


@pytest.mark.parametrize("value", [None, b"", b"{", b"[1]", b"[" * 100_000, b"\xff"])
def test_a_value_that_is_not_a_json_object_has_no_body(value: bytes | None) -> None:
    assert Record("cri.in.ca-post.v1", 0, 0, None, value).body is None
