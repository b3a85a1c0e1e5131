"""Log lines of libraries are kept, but floods of them are limited."""

import contextvars
import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared.process import logging as ours


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    before = logging.getLogger().handlers[:]
    ours.configure(service="intake", instance="intake-0", level="INFO")
    yield out
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def unreachable(number: int) -> None:
    logging.getLogger("client").warning("cannot reach %s", number)


def test_a_line_that_a_library_repeats_is_logged_once_and_then_counted(
    output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        unreachable(number)
    logging.getLogger("client").warning("something else")
    later = time.monotonic() + 11
    monkeypatch.setattr(time, "monotonic", lambda: later)
    unreachable(300)
    much_later = later + 11
    monkeypatch.setattr(time, "monotonic", lambda: much_later)
    unreachable(301)

    assert [(line["body"], line.get("left_out")) for line in lines(output)] == [
        ("cannot reach 0", None),
        ("something else", None),
        ("cannot reach 300", 299),
        ("cannot reach 301", None),
    ]


def test_a_long_line_is_truncated(output: io.StringIO) -> None:
    logging.getLogger("client").warning("x" * 5000)

    assert [len(line["body"]) for line in lines(output)] == [300]


def test_a_line_names_its_process_in_any_context(output: io.StringIO) -> None:
    structlog.get_logger().info("process.started")
    contextvars.Context().run(unreachable, 1)  # a finalizer, or a library's own thread

    assert [
        (line["event_name"], line["service.name"], line["service.instance.id"])
        for line in lines(output)
    ] == [("process.started", "intake", "intake-0"), ("library.logged", "intake", "intake-0")]
