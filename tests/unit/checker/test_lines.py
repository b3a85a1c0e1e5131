"""Records survive the way into a folder and back, byte for byte."""

import json

import pytest

from tests.system.checker.lines import read, written


@pytest.mark.parametrize("data", [None, b"", b"plain", "…".encode(), b"\xff\x00", b'{"a": 1}\n'])
def test_bytes_come_back_as_they_were(data: bytes | None) -> None:
    line = json.dumps(written(data))

    assert read(json.loads(line)) == data
